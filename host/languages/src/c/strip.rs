//! Takes out of a module what only a debugger reads. The names of the functions stay, for the backtraces of traps.

/// The module without its debug information; as it is where it is no module at all.
pub(super) fn without_debug_info(module: &[u8]) -> Vec<u8> {
    kept(module).unwrap_or_else(|| module.to_vec())
}

const HEADER_BYTES: usize = 8;
const CUSTOM: u8 = 0;

fn kept(module: &[u8]) -> Option<Vec<u8>> {
    let mut kept = module.get(..HEADER_BYTES)?.to_vec();
    let mut rest = &module[HEADER_BYTES..];
    while let Some((&kind, behind_kind)) = rest.split_first() {
        let (size, contents) = number(behind_kind)?;
        let contents_offset = rest.len() - contents.len();
        let section = rest.get(..contents_offset + size)?;
        if kind != CUSTOM || !is_debug_info(&section[contents_offset..])? {
            kept.extend_from_slice(section);
        }
        rest = &rest[section.len()..];
    }
    Some(kept)
}

/// Whether a custom section is for debuggers, or says with what the module was made.
fn is_debug_info(section: &[u8]) -> Option<bool> {
    let (length, behind) = number(section)?;
    let name = behind.get(..length)?;
    Some(name.starts_with(b".debug") || name == b"producers")
}

/// Reads a number in LEB128, and what follows it.
fn number(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut value = 0_usize;
    for (index, byte) in bytes.iter().take(5).enumerate() {
        value |= usize::from(byte & 0x7f).checked_shl(7 * u32::try_from(index).ok()?)?;
        if byte & 0x80 == 0 {
            return Some((value, &bytes[index + 1..]));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &[u8] = b"\0asm\x01\0\0\0";

    fn section(kind: u8, contents: &[u8]) -> Vec<u8> {
        let mut section = vec![kind, u8::try_from(contents.len()).unwrap()];
        section.extend_from_slice(contents);
        section
    }

    #[test]
    fn debug_information_goes_and_names_stay() {
        let (types, names) = (section(1, b"\x00"), section(0, b"\x04name\x01"));
        let debug = section(0, b"\x0b.debug_info\x01\x02");
        let module = [HEADER, &types, &debug, &names].concat();
        assert_eq!(without_debug_info(&module), [HEADER, &types, &names].concat());
    }

    #[test]
    fn what_is_no_module_stays_as_it_is() {
        for bytes in [&b"x"[..], b"\0asm\x01\0\0\0\x00\x7f", b"\0asm\x01\0\0\0\x00\xff\xff\xff\xff\xff\xff"] {
            assert_eq!(without_debug_info(bytes), bytes);
        }
    }
}
