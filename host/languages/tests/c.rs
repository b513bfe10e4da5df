//! Plugins in C, from the template to the component. The compiler comes from PyPI, with Python and pip.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use std::fs;
use std::path::Path;
use std::process::Command;

use common::{holds, plugin, tools};

#[test]
fn the_template_becomes_a_small_component_that_asks_for_nothing() {
    let built = plugin!(C).build().unwrap();
    assert_eq!(built.report.exports, ["scorebox:plugin/scorers@1.0.0"]);
    assert!(built.report.imports.is_empty(), "{:?}", built.report.imports);
    assert!(built.component.len() < 64 * 1024, "{} bytes", built.component.len());
}

#[test]
fn the_same_sources_give_the_same_bytes_in_every_folder() {
    let (one, other) = (plugin!(C), plugin!(C));
    let component = one.build().unwrap().component;
    assert!(component == other.build().unwrap().component);
    let folder = one.folder.to_str().unwrap();
    assert!(!holds(&component, folder), "the component names {folder}");
}

#[test]
fn the_names_of_functions_stay_for_backtraces() {
    let component = plugin!(C).build().unwrap().component;
    assert!(holds(&component, "mentions") && !holds(&component, ".debug_info"));
}

#[test]
fn a_mistake_is_shown_as_the_compiler_shows_it() {
    let broken = "#include <scorebox.h>\n\nint answer(void) { return missing; }\n";
    let error = plugin!(C).with("src/plugin.c", broken).failure();
    assert!(error.starts_with("compiling src/plugin.c failed"), "{error}");
    assert!(error.contains("src/plugin.c:3:27: error: use of undeclared identifier 'missing'"), "{error}");
}

#[test]
fn all_sources_are_compiled() {
    let plugin = plugin!(C);
    fs::create_dir(plugin.folder.join("src/more")).unwrap();
    let error = plugin.with("src/more/other.c", "#error here\n").failure();
    assert!(error.contains("src/more/other.c:1:2: error: here"), "{error}");
}

#[test]
fn what_plugin_toml_does_not_import_cannot_be_used_by_mistake() {
    let asks = "#include <scorebox.h>\nsb_result ask(sb_call *call) {\n  sb_reply reply;\n  \
                return sb_complete(call, &(sb_chat){0}, &reply);\n}\n";
    let error = plugin!(C).with("src/ask.c", asks).failure();
    assert!(error.contains("src/ask.c:4:10: error"), "{error}");
    assert!(error.contains("imports = [\"llm\"]"), "{error}");
}

#[test]
fn a_function_that_needs_an_operating_system_is_refused_by_name() {
    let prints = "#include <stdio.h>\n__attribute__((export_name(\"say\"))) void say(void) { puts(\"hello\"); }\n";
    let error = plugin!(C).with("src/say.c", prints).failure();
    assert!(error.contains("fd_write") && error.contains("sb_log"), "{error}");
}

#[test]
fn an_assertion_needs_no_operating_system() {
    let plugin = plugin!(C);
    let source = fs::read_to_string(plugin.folder.join("src/plugin.c")).unwrap();
    let asserts = source.replace("  if (contains(", "  assert(output.length < 1000);\n  if (contains(");
    assert_ne!(source, asserts);
    let report = plugin.with("src/plugin.c", &format!("#include <assert.h>\n{asserts}")).build().unwrap().report;
    assert_eq!(report.imports, ["scorebox:plugin/log@1.0.0"]);
}

#[test]
fn a_table_that_is_missing_is_asked_for() {
    let manifest = "name = \"answer-tone\"\nversion = \"0.1.0\"\nexports = [\"scorers\", \"predictors\"]\n";
    let error = plugin!(C).with("plugin.toml", manifest).failure();
    assert!(error.contains("write SB_PREDICTORS(…)"), "{error}");
}

#[test]
fn the_conformance_plugin_imports_what_it_uses_and_nothing_else() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/conformance/plugins/c");
    let plugin = plugin!(C);
    fs::remove_file(plugin.folder.join("src/plugin.c")).unwrap();
    for name in ["plugin.toml", "src"] {
        copy(&source.join(name), &plugin.folder.join(name));
    }
    let report = plugin.build().unwrap().report;
    assert_eq!(report.exports, ["scorebox:plugin/predictors@1.0.0", "scorebox:plugin/scorers@1.0.0"]);
    let of_ours: Vec<_> = report.imports.iter().filter(|name| name.starts_with("scorebox:")).collect();
    assert_eq!(of_ours, ["scorebox:plugin/llm@1.0.0", "scorebox:plugin/log@1.0.0", "scorebox:plugin/tracing@1.0.0"]);
    let of_wasi = report.imports.iter().filter(|name| name.starts_with("wasi:"));
    let outside = |name: &&String| !name.starts_with("wasi:http/") && !name.starts_with("wasi:io/");
    assert_eq!(of_wasi.filter(outside).count(), 0, "{:?}", report.imports);
}

#[test]
fn the_sdk_passes_its_own_tests_on_this_machine() {
    plugin!(C).build().unwrap();
    let set_up = tools().read_dir().unwrap().map(|entry| entry.unwrap().path().join("ziglang"));
    let mut zig = set_up.map(|folder| folder.join("zig").with_extension(std::env::consts::EXE_EXTENSION));
    let zig = zig.find(|zig| zig.is_file()).unwrap();
    let sdk = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sdk/c");
    let folder = tempfile::tempdir().unwrap();
    let tests = folder.path().join("tests").with_extension(std::env::consts::EXE_EXTENSION);
    let mut compile = Command::new(zig);
    compile.args(["cc", "-std=gnu17", "-Wall", "-Wextra", "-Werror", "-fsanitize=undefined"]);
    compile.arg("-I").arg(sdk.join("include")).arg("-o").arg(&tests);
    compile.args(["tests/scan.c", "src/scan.c", "src/text.c"].map(|source| sdk.join(source)));
    compile.env("ZIG_GLOBAL_CACHE_DIR", tools().join("zig-cache")).env("ZIG_LOCAL_CACHE_DIR", folder.path());
    assert!(compile.status().unwrap().success());
    let output = Command::new(tests).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn copy(from: &Path, to: &Path) {
    if from.is_dir() {
        fs::create_dir_all(to).unwrap();
        for entry in from.read_dir().unwrap() {
            let entry = entry.unwrap();
            copy(&entry.path(), &to.join(entry.file_name()));
        }
    } else {
        fs::copy(from, to).unwrap();
    }
}
