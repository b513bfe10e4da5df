//! The built-in plugins: what the folders of plugins/ compile to, embedded in the binary.
//!
//! Nothing is special about a built-in plugin but that it is at hand: it is a component like any other, known by its
//! digest, and runs under the same limits and grants. This crate must never know how a plugin runs or what is in it.

mod builtin;

pub use builtin::{Builtin, all, find};
