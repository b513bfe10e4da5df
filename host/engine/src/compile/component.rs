//! The one place where compiled code becomes executable.
#![allow(unsafe_code, reason = "loading compiled code is unsafe in wasmtime; see `from_code` for why it holds here")]

use std::path::Path;

use wasmtime::component::Component;

/// Makes a component of code that this host compiled.
///
/// Fails when the code was made by another version of wasmtime or with other settings.
pub(super) fn from_code(engine: &wasmtime::Engine, code: &[u8]) -> wasmtime::Result<Component> {
    // SAFETY: `code` comes from `Engine::precompile_component`, run by this process or by its own worker.
    unsafe { Component::deserialize(engine, code) }
}

/// Makes a component of code in a file of the cache, which is mapped into memory rather than read.
///
/// Fails when the code was made by another version of wasmtime or with other settings.
pub(super) fn from_file(engine: &wasmtime::Engine, file: &Path) -> wasmtime::Result<Component> {
    // SAFETY: the file comes from `Engine::precompile_component`, and lies in a directory that only this user can write
    // to. It was checked against the checksum that was written with it, and files of the cache are replaced, never changed.
    unsafe { Component::deserialize_file(engine, file) }
}
