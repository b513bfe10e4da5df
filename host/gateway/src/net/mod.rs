//! What may be reached, and the connections to it.

mod address;
mod client;
mod grant;
mod head_start;
mod resolver;

pub use grant::{HttpGrant, InvalidHttpGrant};
pub use resolver::{Lookup, SystemLookup};

pub(crate) use client::{ClientOptions, TransportError, build_client, describe, read_body};
pub(crate) use grant::{Target, admit};
pub(crate) use head_start::HeadStart;
