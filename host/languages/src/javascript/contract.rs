//! The contract as the bindings of QuickJS can serve it, and the component as the contract wants it.
//!
//! The bindings fall short of the contract in two points, neither of which shows in a component's machine code:
//!
//! - They pass a whole number as a double, which has 53 bits. So the module is built for a `value` whose whole numbers
//!   are a pair of `s32`, the low half first, and for a `usage` whose tokens are the doubles with the same bits. Both
//!   only travel in memory, where they are the same bytes at the same place as the contract's `s64` and `u64` beside
//!   other values of eight bytes; afterwards the component's types say `s64` and `u64` again.
//! - They can make the engine's own needs of WASI vanish only together with all of WASI, also what the plugin imports.
//!   So WASI is called `xasi` meanwhile, which the engine does not ask for, and gets its name back afterwards.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use wasmparser::{BinaryReaderError, Parser, Payload};

use crate::error::LanguageError;
use crate::manifest::JavaScriptEngine;
use crate::workspace::Workspace;

/// In the component's binary format: the case `integer`, the index of its type, and the case `number` after it.
const INTEGER_CASE: &[u8] = b"\x07integer\x01";
const NUMBER_CASE: &[u8] = b"\x00\x06number\x01\x75";
const S64: u8 = 0x78;

/// The same for the fields of `usage`: a name, and the type `f64`.
const TOKEN_FIELDS: [&[u8]; 2] = [b"\x0cinput-tokens\x75", b"\x0doutput-tokens\x75"];
const U64: u8 = 0x77;

/// The folder with the world `guest` in the form that the engine's bindings serve.
pub(super) fn guest_world(workspace: &Workspace, engine: JavaScriptEngine) -> Result<PathBuf, LanguageError> {
    match engine {
        JavaScriptEngine::StarlingMonkey => Ok(workspace.wit_dir()),
        JavaScriptEngine::QuickJs => {
            let folder = workspace.build_dir().join("wit");
            rewrite_all(&workspace.wit_dir(), &folder)?;
            Ok(folder)
        }
    }
}

fn rewrite_all(from: &Path, to: &Path) -> Result<(), LanguageError> {
    let read_error = |path: &Path, source| LanguageError::Read { path: path.to_owned(), source };
    fs::create_dir_all(to).map_err(|source| LanguageError::Write { path: to.to_owned(), source })?;
    for entry in from.read_dir().map_err(|source| read_error(from, source))? {
        let path = entry.map_err(|source| read_error(from, source))?.path();
        let target = to.join(path.file_name().unwrap_or_default());
        if path.is_dir() {
            rewrite_all(&path, &target)?;
        } else if path.extension().is_some_and(|extension| extension == "wit") {
            let text = fs::read_to_string(&path).map_err(|source| read_error(&path, source))?;
            fs::write(&target, rewritten(&text))
                .map_err(|source| LanguageError::Write { path: target.clone(), source })?;
        }
    }
    Ok(())
}

fn rewritten(wit: &str) -> String {
    wit.replace("integer(s64)", "integer(tuple<s32, s32>)")
        .replace("-tokens: u64", "-tokens: f64")
        .replace("wasi:", "xasi:")
}

/// The component with the types and names of the contract.
pub(super) fn as_promised(mut component: Vec<u8>, has_scorers: bool) -> Result<Vec<u8>, LanguageError> {
    let changed = restore_integers(&mut component);
    if has_scorers && changed == 0 {
        return Err(unknown_form("no whole number among its values"));
    }
    restore_tokens(&mut component);
    restore_names(&mut component)?;
    Ok(component)
}

/// Makes each pair of halves an `s64`, and answers how many there were: the types are repeated where components nest.
fn restore_integers(component: &mut [u8]) -> usize {
    let length = INTEGER_CASE.len() + 1 + NUMBER_CASE.len();
    let mut changed = 0;
    for start in 0..component.len().saturating_sub(length - 1) {
        let candidate = &mut component[start..start + length];
        if candidate.starts_with(INTEGER_CASE) && candidate.ends_with(NUMBER_CASE) {
            candidate[INTEGER_CASE.len()] = S64;
            changed += 1;
        }
    }
    changed
}

fn restore_tokens(component: &mut [u8]) {
    for field in TOKEN_FIELDS {
        for start in 0..component.len().saturating_sub(field.len() - 1) {
            let candidate = &mut component[start..start + field.len()];
            if candidate == field {
                candidate[field.len() - 1] = U64;
            }
        }
    }
}

/// Gives the imports of the outermost component their names back; inside, the other name is as good.
fn restore_names(component: &mut [u8]) -> Result<(), LanguageError> {
    for section in import_sections(component).map_err(|error| unknown_form(&error.to_string()))? {
        restore_names_in(&mut component[section]);
    }
    Ok(())
}

/// Where the outermost component names its imports.
fn import_sections(component: &[u8]) -> Result<Vec<Range<usize>>, BinaryReaderError> {
    let mut sections = Vec::new();
    let mut depth = 0;
    for payload in Parser::new(0).parse_all(component) {
        match payload? {
            Payload::ComponentImportSection(imports) if depth == 0 => sections.push(imports.range()),
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth -= 1,
            _ => {}
        }
    }
    Ok(sections)
}

fn restore_names_in(section: &mut [u8]) {
    for start in 0..section.len().saturating_sub(4) {
        if section[start..].starts_with(b"xasi:") {
            section[start] = b'w';
        }
    }
}

fn unknown_form(why: &str) -> LanguageError {
    LanguageError::Source(format!(
        "componentize-qjs made a component of another form than this version of Scorebox knows: {why}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The section of a component that names its imports.
    const IMPORT_SECTION: u8 = 10;

    fn value_type(integer: u8) -> Vec<u8> {
        [&b"\x07boolean\x01\x7f\x00"[..], INTEGER_CASE, &[integer], NUMBER_CASE, b"\x00"].concat()
    }

    fn component(sections: &[(u8, &[u8])]) -> Vec<u8> {
        let mut bytes = b"\0asm\x0d\0\x01\0".to_vec();
        for (id, content) in sections {
            bytes.push(*id);
            // Two bytes, so that sizes of several bytes are read, too.
            let size = u16::try_from(content.len()).unwrap();
            let [low, high] = (size << 1).to_le_bytes();
            bytes.extend([low >> 1 | 0x80, high]);
            bytes.extend_from_slice(content);
        }
        bytes
    }

    #[test]
    fn halves_become_whole_numbers_wherever_the_type_is() {
        let built = component(&[(7, &value_type(0x05)), (4, &component(&[(7, &value_type(0x11))]))]);
        let expected = component(&[(7, &value_type(S64)), (4, &component(&[(7, &value_type(S64))]))]);
        assert_eq!(as_promised(built, true).unwrap(), expected);
    }

    #[test]
    fn tokens_become_whole_numbers() {
        let built = component(&[(7, &TOKEN_FIELDS.concat())]);
        let expected = component(&[(7, b"\x0cinput-tokens\x77\x0doutput-tokens\x77")]);
        assert_eq!(as_promised(built, false).unwrap(), expected);
    }

    #[test]
    fn only_the_outermost_imports_get_their_names_back() {
        let inner = component(&[(IMPORT_SECTION, b"\x0bxasi:io/poll")]);
        let built = component(&[(IMPORT_SECTION, b"\x0bxasi:io/poll"), (4, &inner), (0, b"\x05xasi:")]);
        let expected = component(&[(IMPORT_SECTION, b"\x0bwasi:io/poll"), (4, &inner), (0, b"\x05xasi:")]);
        assert_eq!(as_promised(built, false).unwrap(), expected);
    }

    #[test]
    fn a_component_of_another_form_is_refused() {
        let error = as_promised(component(&[(7, b"none")]), true).unwrap_err().to_string();
        assert!(error.contains("no whole number"), "{error}");
        let mut cut_off = component(&[(7, &value_type(5))]);
        cut_off.truncate(20);
        assert!(as_promised(cut_off, false).is_err());
    }

    #[test]
    fn the_contract_has_what_is_rewritten() {
        let types = include_str!("../../../../wit/types.wit");
        assert!(rewritten(types).contains("integer(tuple<s32, s32>)"));
        let llm = include_str!("../../../../wit/llm.wit");
        assert!(
            rewritten(llm).contains("    input-tokens: f64,\n") && rewritten(llm).contains("    output-tokens: f64,\n")
        );
        assert!(rewritten(llm).contains("max-tokens: option<u32>"));
        let world = include_str!("../../../../wit/world.wit");
        assert!(rewritten(world).contains("import xasi:http/outgoing-handler@0.2.12;"));
    }
}
