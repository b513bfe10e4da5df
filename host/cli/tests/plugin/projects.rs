//! From `scorebox plugin new` to a plugin that is known to work.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use scorebox_languages::{TOOLS_VARIABLE, Toolbox};
use serde_json::Value;

use crate::common::{Ran, Sandbox};
use crate::{normalised, refused};

/// The folder with the tools of other languages, which all tests of the repository share.
fn tools() -> PathBuf {
    Toolbox::shared_folder().unwrap_or_else(|| Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("tools"))
}

fn run(sandbox: &Sandbox, folder: &str, arguments: &[&str]) -> Ran {
    let mut command = sandbox.command([&["plugin"], arguments].concat());
    command.current_dir(sandbox.path(folder)).env(TOOLS_VARIABLE, tools()).output().unwrap().into()
}

/// Whether a build failed because of the machine; where tools have to be there, that is a failure.
fn lacks_tools(built: &Ran, language: &str) -> bool {
    let is_lacking = built.code == Some(2)
        && (built.stderr.contains("Tools come from ") || built.stderr.contains("could not be started"));
    assert!(!(is_lacking && std::env::var_os("CI").is_some()), "{}", built.stderr);
    if is_lacking {
        // Not with eprintln!, which the test harness swallows.
        let _ = writeln!(std::io::stderr(), "SKIPPED: the tools for {language} are not to be had: {}", built.stderr);
    }
    is_lacking
}

/// Makes a project and goes through all commands.
fn from_new_to_bench(language: &str) {
    let sandbox = Sandbox::new();
    let made = sandbox.run(["plugin", "new", "answer-tone", "--lang", language]);
    assert_eq!(made.code, Some(0), "{}", made.stderr);
    assert!(made.stdout.contains("  answer-tone/tests/examples.jsonl\n"), "{}", made.stdout);
    assert!(made.stdout.contains("  cd answer-tone\n  scorebox plugin build"), "{}", made.stdout);

    let built = run(&sandbox, "answer-tone", &["build"]);
    if lacks_tools(&built, language) {
        return;
    }
    assert_eq!(built.code, Some(0), "{}", built.stderr);
    assert!(built.stdout.starts_with("built dist/answer-tone.wasm"), "{}", built.stdout);
    let component = fs::read(sandbox.path("answer-tone/dist/answer-tone.wasm")).unwrap();

    let tested = run(&sandbox, "answer-tone", &["test"]);
    assert_eq!(tested.code, Some(0), "{}{}", tested.stdout, tested.stderr);
    let rebuilt = fs::read(sandbox.path("answer-tone/dist/answer-tone.wasm")).unwrap();
    assert_eq!(component, rebuilt, "the same sources gave other bytes");
    let checked = run(&sandbox, "answer-tone", &["check", "--no-build"]);
    assert_eq!(checked.code, Some(0), "{}{}", checked.stdout, checked.stderr);
    assert!(!checked.stdout.contains("note    plugin.toml"), "{}", checked.stdout);
    assert!(!checked.stdout.contains("note    cases"), "{}", checked.stdout);
    let measured = run(&sandbox, "answer-tone", &["bench", "dist/answer-tone.wasm", "--time", "0.05", "--json"]);
    let measured: Value = serde_json::from_str(&measured.stdout).unwrap();
    assert!(!measured["functions"].as_array().unwrap().is_empty(), "{measured}");
    let inspected = run(&sandbox, ".", &["inspect", "answer-tone", "--json"]);
    let inspected: Value = serde_json::from_str(&inspected.stdout).unwrap();
    assert_eq!(inspected["size_bytes"], component.len());
}

#[test]
fn a_new_rust_plugin_works() {
    from_new_to_bench("rust");
}

#[test]
fn a_new_c_plugin_works() {
    from_new_to_bench("c");
}

#[test]
fn a_new_python_plugin_works() {
    from_new_to_bench("python");
}

#[test]
fn a_new_typescript_plugin_works() {
    from_new_to_bench("typescript");
}

#[test]
fn a_new_javascript_plugin_works() {
    from_new_to_bench("javascript");
}

#[test]
fn a_new_go_plugin_works() {
    from_new_to_bench("go");
}

#[test]
fn a_project_can_be_made_anywhere_and_its_component_put_anywhere() {
    let sandbox = Sandbox::new();
    let made = sandbox.run(["plugin", "new", "tone", "--lang", "c", "--dir", "plugins/first"]);
    assert_eq!(made.code, Some(0), "{}", made.stderr);
    assert!(made.stdout.contains("  cd plugins/first\n"), "{}", made.stdout);
    let built = run(&sandbox, ".", &["build", "plugins/first", "--output", "out/tone.wasm"]);
    if lacks_tools(&built, "C") {
        return;
    }
    assert_eq!(built.code, Some(0), "{}", built.stderr);
    let (folder, project) = (sandbox.path("out"), sandbox.path("plugins/first"));
    assert_eq!(names(&folder), ["tone.wasm"], "nothing else is left there");
    assert!(!project.join("dist").exists());
}

fn names(folder: &Path) -> Vec<String> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn sources_that_do_not_compile_leave_the_last_component_alone() {
    let sandbox = Sandbox::new();
    assert_eq!(sandbox.run(["plugin", "new", "tone", "--lang", "c"]).code, Some(0));
    let built = run(&sandbox, "tone", &["build"]);
    if lacks_tools(&built, "C") {
        return;
    }
    let before = fs::read(sandbox.path("tone/dist/tone.wasm")).unwrap();
    let sandbox = sandbox.with("tone/src/plugin.c", "int broken(void) { return nothing; }\n");
    let failed = run(&sandbox, "tone", &["build"]);
    let message = refused(&failed);
    assert!(message.contains("plugin.c:1:") && message.contains("nothing"), "{message}");
    assert_eq!(fs::read(sandbox.path("tone/dist/tone.wasm")).unwrap(), before);
}

#[test]
fn quiet_says_only_what_was_made() {
    let sandbox = Sandbox::new();
    let ran = sandbox.run(["plugin", "new", "tone", "--lang", "c", "--quiet"]);
    assert_eq!(ran.stderr, "");
    insta::assert_snapshot!(normalised(&ran.stdout), @"made the C plugin tone in tone");
}

#[cfg(unix)]
#[test]
fn an_interrupted_build_ends_and_writes_nothing() {
    use std::os::unix::process::CommandExt as _;
    use std::process::{Command, Stdio};
    use std::time::{Duration, Instant};

    let sandbox = Sandbox::new();
    assert_eq!(sandbox.run(["plugin", "new", "tone", "--lang", "rust"]).code, Some(0));
    // As at a terminal, where Ctrl-C reaches the compiler too.
    let mut command = sandbox.command(["plugin", "build", "tone"]);
    let build = command.process_group(0).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let began = Instant::now();
    while !sandbox.path("tone/.scorebox/build/cargo").exists() {
        assert!(began.elapsed() < Duration::from_secs(60), "cargo was not started");
        std::thread::sleep(Duration::from_millis(10));
    }
    let group = format!("-{}", build.id());
    assert!(Command::new("kill").args(["-INT", "--", &group]).status().unwrap().success());
    let ended: Ran = build.wait_with_output().unwrap().into();
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(130), ""), "{}", ended.stderr);
    assert!(ended.stderr.ends_with("interrupted\n"), "{}", ended.stderr);
    assert!(!sandbox.path("tone/dist").exists());
}
