//! What a module asks of an operating system, which a plugin has not.

/// The module that a C library for WASI takes files, clocks and the terminal from, as it is written in an import.
const SYSTEM: &[u8] = b"\x16wasi_snapshot_preview1";

/// The functions of an operating system that a linked module imports, such as `fd_write` for `printf`.
pub(super) fn functions(module: &[u8]) -> Vec<String> {
    let mut functions = Vec::new();
    let mut rest = module;
    while let Some(at) = rest.windows(SYSTEM.len()).position(|window| window == SYSTEM) {
        rest = &rest[at + SYSTEM.len()..];
        let name = rest.split_first().and_then(|(&length, name)| name.get(..usize::from(length)));
        functions.extend(name.and_then(|name| std::str::from_utf8(name).ok()).map(str::to_owned));
    }
    functions
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imported_functions_are_named() {
        let module = b"\0asm\x02\x16wasi_snapshot_preview1\x08fd_write\0\x01\x16wasi_snapshot_preview1\x02ab\0";
        assert_eq!(functions(module), ["fd_write", "ab"]);
        assert!(functions(b"\0asm wasi_snapshot_preview1").is_empty());
        assert!(functions(b"\x16wasi_snapshot_preview1").is_empty());
    }
}
