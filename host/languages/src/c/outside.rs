//! What a module asks of an operating system, which a plugin has not.

use wasmparser::{BinaryReaderError, Parser, Payload};

/// The module that a C library for WASI takes files, clocks and the terminal from.
const SYSTEM: &str = "wasi_snapshot_preview1";

/// The functions of an operating system that a linked module imports, such as `fd_write` for `printf`.
pub(super) fn functions(module: &[u8]) -> Result<Vec<String>, BinaryReaderError> {
    let mut functions = Vec::new();
    for payload in Parser::new(0).parse_all(module) {
        if let Payload::ImportSection(imports) = payload? {
            for import in imports.into_imports() {
                let import = import?;
                if import.module == SYSTEM {
                    functions.push(import.name.to_owned());
                }
            }
        }
    }
    Ok(functions)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imported_functions_are_named() {
        let module = wat::parse_str(
            r#"(module
                (import "wasi_snapshot_preview1" "fd_write" (func (param i32 i32 i32 i32) (result i32)))
                (import "scorebox:plugin/log@1.0.0" "log" (func (param i32 i32 i32)))
                (import "wasi_snapshot_preview1" "proc_exit" (func (param i32)))
                (memory 1)
                (data (i32.const 0) "wasi_snapshot_preview1"))"#,
        );
        assert_eq!(functions(&module.unwrap()).unwrap(), ["fd_write", "proc_exit"]);
        assert!(functions(b"\0asm wasi_snapshot_preview1").is_err());
    }
}
