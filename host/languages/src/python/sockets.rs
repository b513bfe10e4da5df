//! CPython's C library can open sockets, so its component wants `wasi:sockets`, which no plugin gets. The component is
//! therefore composed with one that answers in the host's place: every socket and every name is refused with
//! `access-denied`, and what is left for the host to offer names no sockets.

use anyhow::{Context, Result, bail};
use wasm_compose::graph::{Component, CompositionGraph, EncodeOptions};
use wasmparser::Validator;
use wit_component::{ComponentEncoder, DecodedWasm, StringEncoding, embed_component_metadata};
use wit_parser::abi::{AbiVariant, WasmType};
use wit_parser::{
    Function, FunctionKind, Handle, InterfaceId, ManglingAndAbi, Resolve, ResourceIntrinsic, Type, TypeDefKind, TypeId,
    TypeOwner, WasmExport, WasmExportKind, WasmImport, World, WorldId, WorldItem, WorldKey,
};

/// How the contract's names become those of a core module.
const NAMES: ManglingAndAbi = ManglingAndAbi::Legacy(wit_parser::LiftLowerAbi::Sync);

/// Satisfies the imports of `wasi:sockets`; what imports none of it stays as it is.
pub(super) fn without_sockets(component: Vec<u8>) -> Result<Vec<u8>> {
    let DecodedWasm::Component(mut resolve, world) = wit_component::decode(&component)? else {
        bail!("it is a package of interfaces");
    };
    let sockets = sockets(&resolve, world);
    if sockets.is_empty() {
        return Ok(component);
    }
    let refusal = refusal(&mut resolve, world, sockets).context("refusing sockets")?;
    composed(&component, &refusal)
}

fn sockets(resolve: &Resolve, world: WorldId) -> Vec<(WorldKey, WorldItem)> {
    let imports = resolve.worlds[world].imports.iter();
    let is_of_sockets =
        |item: &WorldItem| matches!(item, WorldItem::Interface { id, .. } if names_sockets(resolve, *id));
    imports.filter(|(_, item)| is_of_sockets(item)).map(|(key, item)| (key.clone(), item.clone())).collect()
}

fn names_sockets(resolve: &Resolve, interface: InterfaceId) -> bool {
    let package = resolve.interfaces[interface].package.map(|package| &resolve.packages[package].name);
    package.is_some_and(|name| name.namespace == "wasi" && name.name == "sockets")
}

/// A component that offers the interfaces of `sockets` and refuses everything.
fn refusal(resolve: &mut Resolve, world: WorldId, sockets: Vec<(WorldKey, WorldItem)>) -> Result<Vec<u8>> {
    let template = resolve.worlds[world].clone();
    let mut imports = template.imports;
    imports.retain(|key, _| sockets.iter().all(|(socket, _)| socket != key));
    let exports = sockets.into_iter().collect();
    let refusing = World { name: "refusing".to_owned(), imports, exports, ..template };
    let refusing = resolve.worlds.alloc(refusing);
    let mut module = wat::parse_str(refusing_module(resolve, refusing))?;
    embed_component_metadata(&mut module, resolve, refusing, StringEncoding::UTF8)?;
    ComponentEncoder::default().module(&module)?.validate(true).encode()
}

/// The module of the refusal, as text.
///
/// A result that is an error begins with a 1, and `access-denied` is the error with the number 1: a pointer to ones
/// is the answer to everything that may fail. What cannot fail gives a handle, which is good for nothing.
fn refusing_module(resolve: &Resolve, world: WorldId) -> String {
    let (mut imports, mut functions) = (String::new(), String::new());
    for (key, item) in &resolve.worlds[world].exports {
        let WorldItem::Interface { id, .. } = item else { continue };
        let interface = &resolve.interfaces[*id];
        for function in interface.functions.values() {
            if let Some(resource) = given_resource(resolve, function) {
                imports.push_str(&maker_of_handles(resolve, resource));
            }
            functions.push_str(&refusing_function(resolve, key, function));
        }
        for resource in interface.types.values().filter(|id| resolve.types[**id].kind == TypeDefKind::Resource) {
            let name =
                resolve.wasm_export_name(NAMES, WasmExport::ResourceDtor { interface: key, resource: *resource });
            functions.push_str(&format!("(func (export {name:?}) (param i32))\n"));
        }
    }
    format!(
        r#"(module
          {imports}
          (memory (export "memory") 2)
          (data (i32.const 16) "\01\01\01\01\01\01\01\01\01\01\01\01\01\01\01\01\01\01\01\01\01\01\01\01\01\01\01\01\01\01\01\01")
          ;; Texts that are asked for are written to the second page, one over the other: nobody reads them.
          (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
            (if (i32.gt_u (local.get 3) (i32.const 65536)) (then unreachable))
            i32.const 65536)
          {functions})"#
    )
}

fn refusing_function(resolve: &Resolve, key: &WorldKey, function: &Function) -> String {
    let export = WasmExport::Func { interface: Some(key), func: function, kind: WasmExportKind::Normal };
    let name = resolve.wasm_export_name(NAMES, export);
    let signature = resolve.wasm_signature(AbiVariant::GuestExport, function);
    let types = |types: &[WasmType]| types.iter().map(|kind| wat_type(*kind)).collect::<Vec<_>>().join(" ");
    let is_free = matches!(function.kind, FunctionKind::Freestanding);
    let body = match given_resource(resolve, function) {
        Some(resource) => format!("(call ${} (i32.const 1))", resource_name(resolve, resource)),
        None if is_free && signature.retptr => "i32.const 16".to_owned(),
        // The methods of sockets are never reached: there are no sockets.
        None => "unreachable".to_owned(),
    };
    let (parameters, results) = (types(&signature.params), types(&signature.results));
    format!("(func (export {name:?}) (param {parameters}) (result {results}) {body})\n")
}

/// The resource that a function gives, whatever happens.
fn given_resource(resolve: &Resolve, function: &Function) -> Option<TypeId> {
    let Some(Type::Id(result)) = function.result else { return None };
    let TypeDefKind::Handle(Handle::Own(mut resource)) = resolve.types[result].kind else { return None };
    while let TypeDefKind::Type(Type::Id(original)) = resolve.types[resource].kind {
        resource = original;
    }
    matches!(function.kind, FunctionKind::Freestanding).then_some(resource)
}

/// The import that makes a handle of a resource.
fn maker_of_handles(resolve: &Resolve, resource: TypeId) -> String {
    let TypeOwner::Interface(interface) = resolve.types[resource].owner else { return String::new() };
    let interface = WorldKey::Interface(interface);
    let intrinsic = ResourceIntrinsic::ExportedNew;
    let import = WasmImport::ResourceIntrinsic { interface: Some(&interface), resource, intrinsic };
    let (module, name) = resolve.wasm_import_name(NAMES, import);
    let function = resource_name(resolve, resource);
    format!("(import {module:?} {name:?} (func ${function} (param i32) (result i32)))\n")
}

fn resource_name(resolve: &Resolve, resource: TypeId) -> &str {
    resolve.types[resource].name.as_deref().unwrap_or_default()
}

fn wat_type(kind: WasmType) -> &'static str {
    match kind {
        WasmType::I32 | WasmType::Pointer | WasmType::Length => "i32",
        WasmType::I64 | WasmType::PointerOrI64 => "i64",
        WasmType::F32 => "f32",
        WasmType::F64 => "f64",
    }
}

fn composed(component: &[u8], refusal: &[u8]) -> Result<Vec<u8>> {
    let mut validator = Validator::new();
    let mut graph = CompositionGraph::new();
    let refusal = graph.add_component(Component::from_bytes(&mut validator, "refusal", refusal)?)?;
    let plugin = graph.add_component(Component::from_bytes(&mut validator, "plugin", component)?)?;
    let refusing = graph.instantiate(refusal)?;
    let instance = graph.instantiate(plugin)?;
    let mut connections = Vec::new();
    if let (Some(refusal), Some(plugin)) = (graph.get_component(refusal), graph.get_component(plugin)) {
        for (export, name, ..) in refusal.exports() {
            connections.extend(plugin.import_by_name(name).map(|(import, _)| (export, import)));
        }
    }
    for (export, import) in connections {
        graph.connect(refusing, Some(export), instance, import)?;
    }
    graph.encode(EncodeOptions { define_components: true, export: Some(instance), validate: true })
}
