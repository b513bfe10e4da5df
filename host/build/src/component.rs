use wasmparser::{Parser, Payload};
use wit_component::{ComponentEncoder, DecodedWasm};
use wit_parser::{Resolve, TypeDefKind, WorldItem};

/// What a component offers and wants.
pub(crate) struct Face {
    pub(crate) exports: Vec<String>,
    pub(crate) imports: Vec<String>,
}

/// Whether a core module expects the JavaScript that wasm-bindgen generates beside a module for a browser.
pub(crate) fn expects_javascript(module: &[u8]) -> bool {
    let sections = Parser::new(0).parse_all(module).map_while(Result::ok);
    let imports = sections.filter_map(|section| match section {
        Payload::ImportSection(imports) => Some(imports.into_imports()),
        _ => None,
    });
    imports.flatten().flatten().any(|import| import.module.starts_with("__wbindgen_"))
}

/// Wraps a core module, which carries its world in a custom section, into a validated component. An adapter is a module
/// that implements, on top of the contract, another interface that the module was compiled for; it goes by that
/// interface's name.
pub fn componentize(module: &[u8], adapters: &[(&str, &[u8])]) -> Result<Vec<u8>, String> {
    let wrap = || {
        let mut encoder = ComponentEncoder::default().validate(true).module(module)?;
        for (name, adapter) in adapters {
            encoder = encoder.adapter(name, adapter)?;
        }
        encoder.encode()
    };
    wrap().map_err(|error| format!("{error:#}"))
}

/// Reads what a component offers and wants.
pub(crate) fn face(component: &[u8]) -> Result<Face, String> {
    let DecodedWasm::Component(resolve, world) =
        wit_component::decode(component).map_err(|error| format!("{error:#}"))?
    else {
        return Err("it is a package of interfaces".to_owned());
    };
    let world = &resolve.worlds[world];
    let mut exports: Vec<_> = world.exports.keys().map(|key| resolve.name_world_key(key)).collect();
    let wanted = world.imports.iter().filter(|(_, item)| !is_types_only(&resolve, item));
    let mut imports: Vec<_> = wanted.map(|(key, _)| resolve.name_world_key(key)).collect();
    if exports.is_empty() {
        return Err("it exports nothing".to_owned());
    }
    exports.sort();
    imports.sort();
    Ok(Face { exports, imports })
}

/// Whether an import only names types, which asks nothing of the host.
fn is_types_only(resolve: &Resolve, item: &WorldItem) -> bool {
    match item {
        WorldItem::Type { .. } => true,
        WorldItem::Function(_) => false,
        WorldItem::Interface { id, .. } => {
            let interface = &resolve.interfaces[*id];
            let mut types = interface.types.values();
            interface.functions.is_empty() && types.all(|id| resolve.types[*id].kind != TypeDefKind::Resource)
        }
    }
}
