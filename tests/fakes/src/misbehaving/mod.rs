//! An HTTP peer with bad manners, over bare TCP: what it sends is no library's idea of HTTP.

mod behaviour;
mod gzip;
mod request;
#[cfg(test)]
mod tests;

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::Result;
use tokio::io::AsyncWriteExt as _;

use crate::misbehaving::request::Request;
use crate::serve::{Server, Socket};

pub use behaviour::Misbehaviour;

/// A server that misbehaves as the path wants, or in one way whatever the path; see [`Misbehaviour`].
#[derive(Debug)]
pub struct MisbehavingServer {
    counters: Arc<Counters>,
    server: Server,
}

#[derive(Debug, Default)]
struct Counters {
    connections: AtomicU64,
    requests: AtomicU64,
}

impl MisbehavingServer {
    /// A server on `127.0.0.1` whose paths say how it misbehaves.
    pub async fn start() -> Result<Self> {
        Self::start_on(Ipv4Addr::LOCALHOST, None).await
    }

    /// A server on `127.0.0.1` that treats every request alike.
    pub async fn always(behaviour: Misbehaviour) -> Result<Self> {
        Self::start_on(Ipv4Addr::LOCALHOST, Some(behaviour)).await
    }

    /// A server on another loopback address; without a behaviour, its paths say it.
    pub async fn start_on(ip: impl Into<IpAddr>, behaviour: Option<Misbehaviour>) -> Result<Self> {
        let counters = Arc::new(Counters::default());
        let counting = Arc::clone(&counters);
        let server = Server::start(ip.into(), 0, move |mut socket| {
            counting.connections.fetch_add(1, Ordering::Relaxed);
            let (counters, behaviour) = (Arc::clone(&counting), behaviour.clone());
            async move {
                // That the client goes away is what most of this is for.
                let _ = serve(&mut socket, &counters, behaviour.as_ref()).await;
            }
        })
        .await?;
        Ok(Self { counters, server })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// The URL of a path, such as `/echo`.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address())
    }

    /// The TCP connections so far.
    pub fn connections(&self) -> u64 {
        self.counters.connections.load(Ordering::Relaxed)
    }

    /// The requests so far.
    pub fn requests(&self) -> u64 {
        self.counters.requests.load(Ordering::Relaxed)
    }
}

async fn serve(socket: &mut Socket, counters: &Counters, fixed: Option<&Misbehaviour>) -> io::Result<()> {
    let mut buffer = Vec::new();
    while let Some(request) = Request::read(socket, &mut buffer).await? {
        counters.requests.fetch_add(1, Ordering::Relaxed);
        let behaviour = fixed.cloned().unwrap_or_else(|| Misbehaviour::of_path(&request.target));
        if !misbehave(socket, &request, behaviour).await? {
            break;
        }
    }
    Ok(())
}

/// Treats a request; returns whether the connection can serve another.
async fn misbehave(socket: &mut Socket, request: &Request, behaviour: Misbehaviour) -> io::Result<bool> {
    match behaviour {
        Misbehaviour::Echo => {
            let body = request.to_json().to_string();
            send(socket, request, 200, "content-type: application/json\r\n", body.as_bytes()).await?;
        }
        Misbehaviour::Status(status) => send(socket, request, status, "", b"").await?,
        Misbehaviour::Redirect { status, to } => {
            send(socket, request, status, &format!("location: {to}\r\n"), b"").await?;
        }
        Misbehaviour::RedirectLoop => {
            send(socket, request, 302, &format!("location: {}\r\n", request.target), b"").await?;
        }
        Misbehaviour::GzipBomb(bytes) => {
            let bomb = gzip::zeros(bytes);
            send(socket, request, 200, "content-encoding: gzip\r\n", &bomb).await?;
        }
        Misbehaviour::EndlessBody => endless_body(socket).await?,
        Misbehaviour::HugeLength => {
            socket.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1099511627776\r\n\r\nThe start.").await?;
            std::future::pending::<()>().await;
        }
        Misbehaviour::DrippingBody(every) => {
            socket.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n").await?;
            drip(socket, every).await?;
        }
        Misbehaviour::SlowHeaders(every) => {
            socket.write_all(b"HTTP/1.1 200 OK\r\nx-slow: ").await?;
            drip(socket, every).await?;
        }
        Misbehaviour::EndlessHeaders => {
            socket.write_all(b"HTTP/1.1 200 OK\r\n").await?;
            loop {
                socket.write_all("x-more: of the same\r\n".repeat(1000).as_bytes()).await?;
            }
        }
        Misbehaviour::TruncatedBody => {
            socket.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nTen bytes.").await?;
            return Ok(false);
        }
        Misbehaviour::ResetAfterHeaders => {
            socket.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nTen bytes.").await?;
            // A reset overtakes what is still on its way, and the headers are to arrive.
            tokio::time::sleep(Duration::from_millis(20)).await;
            socket.reset_switch().turn_on();
            return Ok(false);
        }
        Misbehaviour::InvalidHttp => {
            socket.write_all(b"220 mail.example.com ESMTP ready\r\n\r\n").await?;
            return Ok(false);
        }
        Misbehaviour::NeverAnswers => std::future::pending::<()>().await,
    }
    Ok(true)
}

/// A response that is as it should be. There is no body after `HEAD` or with a status that has none.
async fn send(socket: &mut Socket, request: &Request, status: u16, headers: &str, body: &[u8]) -> io::Result<()> {
    let length =
        if matches!(status, 204 | 304) { String::new() } else { format!("content-length: {}\r\n", body.len()) };
    socket.write_all(format!("HTTP/1.1 {status} Status\r\n{headers}{length}\r\n").as_bytes()).await?;
    if request.method != "HEAD" && !length.is_empty() {
        socket.write_all(body).await?;
    }
    Ok(())
}

async fn endless_body(socket: &mut Socket) -> io::Result<()> {
    socket.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").await?;
    let chunk = format!("4000\r\n{}\r\n", "endless ".repeat(0x4000 / 8));
    loop {
        socket.write_all(chunk.as_bytes()).await?;
    }
}

async fn drip(socket: &mut Socket, every: Duration) -> io::Result<()> {
    loop {
        socket.write_all(b"x").await?;
        tokio::time::sleep(every).await;
    }
}
