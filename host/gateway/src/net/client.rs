use std::error::Error as StdError;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::{Certificate, Client, Proxy, redirect};

use super::resolver::{AddressRefused, CheckedResolver, Lookup};

/// How a client reaches its peers.
#[derive(Clone, Debug)]
pub(crate) struct ClientOptions {
    pub(crate) lookup: Arc<dyn Lookup>,
    pub(crate) allows_private: bool,
    pub(crate) connect_timeout: Duration,
    /// Certificates to trust beside the system's, as PEM.
    pub(crate) ca_file: Option<PathBuf>,
    /// A proxy for everything. Those that the environment names are not used.
    pub(crate) proxy: Option<String>,
}

/// How long a connection may wait for its next request.
const IDLE_TIMEOUT: Duration = Duration::from_secs(60);
/// The most that the headers of a response may take over HTTP/2.
const MAX_HEADER_BYTES: u32 = 64 * 1024;

/// A client that follows no redirect, uses no proxy that was not asked for, and unpacks nothing.
pub(crate) fn build_client(options: &ClientOptions) -> Result<Client, String> {
    // Fails where somebody chose another provider before; then that one is used.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let resolver = CheckedResolver { lookup: options.lookup.clone(), allows_private: options.allows_private };
    let mut builder = Client::builder()
        .no_proxy()
        .redirect(redirect::Policy::none())
        .referer(false)
        .no_gzip()
        .no_brotli()
        .no_deflate()
        .no_zstd()
        .dns_resolver(resolver)
        .connect_timeout(options.connect_timeout)
        .pool_idle_timeout(IDLE_TIMEOUT)
        .tcp_nodelay(true)
        .http2_adaptive_window(true)
        .http2_max_header_list_size(MAX_HEADER_BYTES)
        .user_agent(concat!("scorebox/", env!("CARGO_PKG_VERSION")));
    if let Some(path) = &options.ca_file {
        let shown = path.display();
        let pem = std::fs::read(path).map_err(|error| format!("the certificates {shown} cannot be read: {error}"))?;
        let certificates = Certificate::from_pem_bundle(&pem)
            .ok()
            .filter(|found| !found.is_empty())
            .ok_or_else(|| format!("{shown} holds no certificates in PEM form"))?;
        builder = builder.tls_certs_merge(certificates);
    }
    if let Some(proxy) = &options.proxy {
        let parsed =
            Proxy::all(proxy).map_err(|_| "the proxy is no URL such as http://proxy.example:3128".to_owned())?;
        builder = builder.proxy(parsed);
    }
    builder.build().map_err(|error| chain(&error))
}

/// Why an exchange did not happen.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TransportError {
    #[error("{0}")]
    AddressRefused(AddressRefused),
    #[error("cannot connect: {0}")]
    Connect(String),
    #[error("no answer in time")]
    Timeout,
    #[error("the connection broke: {0}")]
    Broken(String),
    #[error("the body is larger than {0} bytes")]
    TooLarge(u64),
}

/// What went wrong, without the URL, which may hold more than a message should.
pub(crate) fn describe(error: &reqwest::Error) -> TransportError {
    let mut cause: Option<&(dyn StdError + 'static)> = Some(error);
    while let Some(error) = cause {
        if let Some(refused) = error.downcast_ref::<AddressRefused>() {
            return TransportError::AddressRefused(refused.clone());
        }
        cause = error.source();
    }
    if error.is_timeout() {
        TransportError::Timeout
    } else if error.is_connect() {
        TransportError::Connect(innermost(error))
    } else {
        TransportError::Broken(innermost(error))
    }
}

/// The last cause says what happened; those before it say that something did.
fn innermost(error: &dyn StdError) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}

fn chain(error: &dyn StdError) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

/// Reads a body up to a size.
pub(crate) async fn read_body(response: &mut reqwest::Response, max_bytes: u64) -> Result<Bytes, TransportError> {
    if response.content_length().is_some_and(|length| length > max_bytes) {
        return Err(TransportError::TooLarge(max_bytes));
    }
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| describe(&error))? {
        if (body.len() + chunk.len()) as u64 > max_bytes {
            return Err(TransportError::TooLarge(max_bytes));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}
