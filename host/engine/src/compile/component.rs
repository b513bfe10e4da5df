//! The one place where compiled code becomes executable.
#![allow(unsafe_code, reason = "loading compiled code is unsafe in wasmtime; see `from_code` for why it holds here")]

use wasmtime::component::Component;

/// Makes a component of code that this host compiled.
///
/// Fails when the code was made by another version of wasmtime or with other settings.
pub(super) fn from_code(engine: &wasmtime::Engine, code: &[u8]) -> wasmtime::Result<Component> {
    // SAFETY: `code` comes from `Engine::precompile_component`, run by this process or by its own worker, either
    // directly or through the cache: a directory that only this user can write to, whose entries are checked against
    // the digest that was written with them.
    unsafe { Component::deserialize(engine, code) }
}
