//! A Go module becomes a component.

use std::path::Path;

use wit_component::{StringEncoding, embed_component_metadata};
use wit_parser::{PackageId, Resolve};

use super::in_full;

/// The system of a Go plugin, see there.
const ADAPTER: &str = include_str!("../../../../sdk/go/adapter/preview1.wat");
/// What the adapter asks of the host.
const ADAPTER_WORLD: &str = include_str!("../../../../sdk/go/adapter/adapter.wit");
/// The interface that the adapter implements, under the name that Go's runtime imports it by.
const SYSTEM: &str = "wasi_snapshot_preview1";

/// Wraps what Go's compiler made: it knows nothing of components, so the contract has to be put in.
pub(super) fn wrap(mut module: Vec<u8>, wit_dir: &Path) -> Result<Vec<u8>, String> {
    let adapter = embed(&mut module, wit_dir)?;
    scorebox_build::componentize(&module, &[(SYSTEM, &adapter)])
}

/// Puts the world `guest` into the module, and answers the adapter with its own.
fn embed(module: &mut Vec<u8>, wit_dir: &Path) -> Result<Vec<u8>, String> {
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_path(wit_dir).map_err(in_full)?;
    add_world(module, &resolve, package, "guest")?;
    let package = resolve.push_str("adapter.wit", ADAPTER_WORLD).map_err(in_full)?;
    let mut adapter = wat::parse_str(ADAPTER).map_err(in_full)?;
    add_world(&mut adapter, &resolve, package, "adapter")?;
    Ok(adapter)
}

fn add_world(module: &mut Vec<u8>, resolve: &Resolve, package: PackageId, name: &str) -> Result<(), String> {
    let world = resolve.select_world(&[package], Some(name)).map_err(in_full)?;
    embed_component_metadata(module, resolve, world, StringEncoding::UTF8).map_err(in_full)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A module as Go makes them, in small: what it exports for the contract, and what it imports of the system.
    const MODULE: &str = r#"(module
        (import "wasi_snapshot_preview1" "proc_exit" (func (param i32)))
        (memory (export "memory") 1)
        (func (export "_initialize"))
        (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) unreachable)
        (func (export "scorebox:plugin/predictors@1.0.0#describe") (result i32) unreachable)
        (func (export "scorebox:plugin/predictors@1.0.0#predict") (param i32 i32 i32 i32 i32 i32) (result i32)
            unreachable))"#;

    #[test]
    fn a_component_has_no_system() {
        let folder = tempfile::tempdir().unwrap();
        crate::sdk::unpack("wit", folder.path()).unwrap();
        std::fs::write(folder.path().join("guest.wit"), "world guest { import log; export predictors; }").unwrap();
        let component = wrap(wat::parse_str(MODULE).unwrap(), folder.path()).unwrap();
        let imports = scorebox_build::Report::of(&component).unwrap().imports;
        assert_eq!(imports, ["scorebox:plugin/log@1.0.0"]);
    }
}
