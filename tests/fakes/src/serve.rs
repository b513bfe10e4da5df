use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use anyhow::{Context as _, Result, ensure};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

/// A listening socket with a task that accepts; dropping it ends the task and every connection.
#[derive(Debug)]
pub(crate) struct Server {
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl Server {
    /// Listens on a loopback address (port 0 picks a free port) and runs `on_connection` for each connection.
    pub(crate) async fn start<Work>(
        ip: IpAddr,
        port: u16,
        on_connection: impl Fn(Socket) -> Work + Send + 'static,
    ) -> Result<Self>
    where
        Work: Future<Output = ()> + Send + 'static,
    {
        ensure!(ip.is_loopback(), "{ip} is not a loopback address; a fake must not be reachable from outside");
        let listener =
            TcpListener::bind((ip, port)).await.with_context(|| format!("cannot listen on {ip}, port {port}"))?;
        let address = listener.local_addr()?;
        let task = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            loop {
                tokio::select! {
                    accepted = listener.accept() => {
                        // Accepting fails when there are no file descriptors left; a later attempt may succeed.
                        let Ok((stream, _)) = accepted else {
                            tokio::task::yield_now().await;
                            continue;
                        };
                        let _ = stream.set_nodelay(true);
                        connections.spawn(on_connection(Socket { stream, reset: ResetSwitch::default() }));
                    }
                    Some(_) = connections.join_next() => {}
                }
            }
        });
        Ok(Self { address, task })
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Makes a socket's end abrupt: once it is on, closing sends a reset instead of a goodbye.
#[derive(Clone, Debug, Default)]
pub(crate) struct ResetSwitch(Arc<AtomicBool>);

impl ResetSwitch {
    pub(crate) fn turn_on(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// A TCP connection that can be reset by whoever holds its switch, whatever is layered on top of it.
#[derive(Debug)]
pub(crate) struct Socket {
    stream: TcpStream,
    reset: ResetSwitch,
}

impl Socket {
    pub(crate) fn reset_switch(&self) -> ResetSwitch {
        self.reset.clone()
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        if self.reset.0.load(Ordering::Relaxed) {
            let _ = self.stream.set_zero_linger();
        }
    }
}

impl AsyncRead for Socket {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Socket {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    #[tokio::test]
    async fn an_address_that_others_can_reach_is_refused() {
        let refused = Server::start(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0, |_| async {}).await;
        assert!(refused.unwrap_err().to_string().contains("not a loopback address"));
    }

    #[tokio::test]
    async fn a_dropped_server_closes_its_connections_and_its_port() {
        let server = Server::start(Ipv4Addr::LOCALHOST.into(), 0, |socket| async move {
            let _held = socket;
            std::future::pending::<()>().await;
        })
        .await
        .unwrap();
        let address = server.address();
        let stream = TcpStream::connect(address).await.unwrap();
        drop(server);
        stream.readable().await.unwrap();
        assert!(matches!(stream.try_read(&mut [0; 1]), Ok(0) | Err(_)));
        assert!(TcpStream::connect(address).await.is_err());
    }
}
