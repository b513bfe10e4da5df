use crate::WASM_TARGET;
use crate::remap::Remap;

/// How plugins are compiled, whatever the project's own release profile says: a small file, no panics that unwind, no
/// symbols. `s` makes components a third smaller than `3`, and a call a tenth slower.
const RELEASE: [&str; 10] = [
    "opt-level='s'",
    "lto='fat'",
    "codegen-units=1",
    "panic='abort'",
    "strip=true",
    "debug=false",
    "debug-assertions=false",
    "overflow-checks=false",
    "incremental=false",
    // Build scripts and macros run once and on this machine: compiling them quickly is what counts.
    "build-override.opt-level=0",
];

/// Bytes of the guest's stack for values whose address is taken. A fresh instance is made for every example, so that
/// what is not needed should not be there; deep recursion (a JSON parser at its limit of 128 levels) has to fit.
const STACK_BYTES: u32 = 256 * 1024;

/// Bytes of heap that the guest's memory begins with. A call that gets by with them never grows its memory, which would
/// cost the host two changes of the address space for every fresh instance.
const HEAP_BYTES: u32 = 256 * 1024;

/// Crates that want randomness get it from the SDK, which is deterministic, and not from JavaScript.
const RANDOMNESS: &str = "--cfg=getrandom_backend=\"custom\"";

/// The arguments that make cargo compile a plugin in the way every plugin is compiled.
pub(crate) fn cargo_arguments(remap: &Remap) -> Vec<String> {
    let mut flags = vec![
        format!("-Clink-arg=-zstack-size={STACK_BYTES}"),
        format!("-Clink-arg=--initial-heap={HEAP_BYTES}"),
        RANDOMNESS.to_owned(),
    ];
    flags.extend(remap.flags());
    let flags: Vec<_> = flags.iter().map(|flag| toml_string(flag)).collect();
    let mut settings: Vec<_> = RELEASE.iter().map(|setting| format!("profile.release.{setting}")).collect();
    settings.push(format!("target.{WASM_TARGET}.rustflags=[{}]", flags.join(",")));
    settings.into_iter().flat_map(|setting| ["--config".to_owned(), setting]).collect()
}

/// A JSON string is a TOML basic string too, except that TOML wants the delete character escaped.
fn toml_string(text: &str) -> String {
    serde_json::Value::from(text).to_string().replace('\u{7f}', "\\u007F")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_with_quotes_and_blanks_survive() {
        assert_eq!(toml_string(r#"--remap-path-prefix=/a "b"/c\d=."#), r#""--remap-path-prefix=/a \"b\"/c\\d=.""#);
    }
}
