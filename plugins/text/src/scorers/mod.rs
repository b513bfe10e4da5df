//! The scorers: each reads its texts and its config, and words what a metric answers as feedback.

pub mod edit;
pub mod length;
pub mod matching;
pub mod numeric;
pub mod overlap;
pub mod pattern;
pub mod pii;
pub mod rouge;
mod texts;
pub mod translation;
