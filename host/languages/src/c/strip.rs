//! Takes out of a module what only a debugger reads. The names of the functions stay, for the backtraces of traps.

use wasmparser::{BinaryReaderError, Parser, Payload};

/// The module without its debug information.
pub(super) fn without_debug_info(module: &[u8]) -> Result<Vec<u8>, BinaryReaderError> {
    let mut kept = Vec::with_capacity(module.len());
    let mut start = 0;
    for payload in Parser::new(0).parse_all(module) {
        let payload = payload?;
        let end = match (&payload, payload.as_section()) {
            (Payload::Version { range, .. }, _) => range.end,
            (_, Some((_, contents))) => contents.end,
            _ => continue,
        };
        if !is_debug_info(&payload) {
            kept.extend_from_slice(&module[start..end]);
        }
        start = end;
    }
    Ok(kept)
}

/// Whether this is a section for debuggers, or one that says with what the module was made.
fn is_debug_info(payload: &Payload<'_>) -> bool {
    matches!(payload, Payload::CustomSection(section)
        if section.name().starts_with(".debug") || section.name() == "producers")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_information_goes_and_names_stay() {
        let with_debug_info = wat::parse_str(
            r#"(module $m (func $f)
                (@custom ".debug_info" (after func) "\01\02")
                (@custom "producers" "\00")
                (@custom "kept" "\01"))"#,
        );
        let without = wat::parse_str(r#"(module $m (func $f) (@custom "kept" "\01"))"#);
        assert_eq!(without_debug_info(&with_debug_info.unwrap()).unwrap(), without.unwrap());
    }

    #[test]
    fn what_is_no_module_is_refused() {
        for bytes in [&b"x"[..], b"\0asm\x01\0\0\0\x00\x7f", b"\0asm\x01\0\0\0\x00\xff\xff\xff\xff\xff\xff"] {
            assert!(without_debug_info(bytes).is_err());
        }
    }
}
