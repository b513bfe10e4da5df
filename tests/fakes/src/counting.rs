use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::Result;

use crate::serve::Server;

/// A listener that counts connections and never answers: the proof that nothing arrived.
#[derive(Debug)]
pub struct CountingListener {
    connections: Arc<AtomicU64>,
    server: Server,
}

impl CountingListener {
    /// How long [`CountingListener::settled`] waits for connections that the kernel accepted a moment ago.
    const SETTLING: Duration = Duration::from_millis(50);

    /// Listens on a free port of a loopback address, such as `127.0.0.1`, `127.0.0.2` or `::1`.
    pub async fn on(ip: impl Into<IpAddr>) -> Result<Self> {
        Self::on_port(ip, 0).await
    }

    /// Listens on a given port, such as that of another listener on another address.
    pub async fn on_port(ip: impl Into<IpAddr>, port: u16) -> Result<Self> {
        let connections = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&connections);
        let server = Server::start(ip.into(), port, move |socket| {
            counter.fetch_add(1, Ordering::Relaxed);
            async move {
                let _held_open = socket;
                std::future::pending::<()>().await;
            }
        })
        .await?;
        Ok(Self { connections, server })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// The connections so far, without those that only the kernel knows of yet.
    pub fn connections(&self) -> u64 {
        self.connections.load(Ordering::Relaxed)
    }

    /// The connections so far, after time enough to learn of all that were opened before the call.
    pub async fn settled(&self) -> u64 {
        tokio::time::sleep(Self::SETTLING).await;
        self.connections()
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, Ipv6Addr};

    use tokio::net::TcpStream;

    use super::*;

    #[tokio::test]
    async fn every_connection_is_counted_on_each_loopback_address() {
        for ip in
            [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2)), IpAddr::V6(Ipv6Addr::LOCALHOST)]
        {
            let listener = CountingListener::on(ip).await.unwrap();
            assert_eq!(listener.settled().await, 0);
            let _first = TcpStream::connect(listener.address()).await.unwrap();
            let _second = TcpStream::connect(listener.address()).await.unwrap();
            assert_eq!(listener.settled().await, 2, "{ip}");
        }
    }

    #[tokio::test]
    async fn nothing_is_answered() {
        let listener = CountingListener::on(Ipv4Addr::LOCALHOST).await.unwrap();
        let stream = TcpStream::connect(listener.address()).await.unwrap();
        stream.writable().await.unwrap();
        stream.try_write(b"GET / HTTP/1.1\r\n\r\n").unwrap();
        assert!(tokio::time::timeout(Duration::from_millis(100), stream.readable()).await.is_err());
    }
}
