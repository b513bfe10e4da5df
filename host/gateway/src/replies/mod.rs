//! Replies that are kept: in a cache that runs share, and in cassettes that a run records and replays.

mod cache;
mod cassette;
mod exchange;

pub use cache::{CacheError, CacheInfo, ReplyCache};
pub use cassette::CassetteError;

pub(crate) use cassette::{Cassette, Recorder};
pub(crate) use exchange::{Asked, HttpReply, Outcome};
