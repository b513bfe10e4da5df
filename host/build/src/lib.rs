//! Turns a plugin project into a component: compiles it for WebAssembly and wraps the module for the component model.
//!
//! The same sources give the same bytes in every folder and on every machine with the same compiler, since a component
//! is known by its digest. This crate must never run what it builds, and installs nothing: it finds a compiler or says
//! which one is missing. It knows no wasmtime, so that build scripts can use it.

mod cargo;
mod component;
mod environment;
mod error;
mod plugin;
mod profile;
mod remap;
mod toolchain;

pub use component::componentize;
pub use environment::forget_outer_cargo;
pub use error::BuildError;
pub use plugin::{BuildRequest, BuiltPlugin, Report, build_rust_plugin};
pub use toolchain::{LINKED_TOOLCHAIN, Toolchain, ToolchainError, WASM_TARGET};
