//! `scorebox plugin check` and `scorebox plugin inspect`.

use std::path::Path;
use std::sync::LazyLock;

use scorebox_build::{BuildRequest, build_rust_plugin};
use serde_json::Value;

use crate::{normalised, plugin, text_plugin, with_component};

const CASE: &str =
    r#"{"scorer":"exact_match","example":{"outputs":"a","expectations":{"expected_response":"a"}},"expect":{}}"#;

/// A guest that does what it should not, and keeps count of its calls.
static HOSTILE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let request = BuildRequest {
        project: repository.join("tests/guests/hostile"),
        target_dir: repository.join("target/test-guests"),
        locked: true,
    };
    build_rust_plugin(&request).unwrap().component
});

#[test]
fn a_plugin_in_order_passes() {
    let ran = plugin("demo", r#"{"scorer":"shouting","example":{"outputs":"a"},"expect":{}}"#)
        .run(["plugin", "check", "it.wasm"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{}", ran.stdout);
    insta::assert_snapshot!(normalised(&ran.stdout), @r"
    it.wasm  it.wasm, _ _

    ok      contract     scorebox:plugin@1.0.0
    ok      imports      pure: it can only compute, and its results can be used again
    ok      functions    scorer shouting
    ok      schemas      valid, and their defaults satisfy them
    ok      describe     the same in two instances; loads in _ _ from the cache
    ok      instance     _ _ to make one, _ _ for a call of describe, _ _ of memory
    ok      cases        1 case, for every function
    ok      determinism  each case gave the same bytes twice, in instances of its own
    ok      state        calls in one instance give what calls in instances of their own give

    passed: 9 ok, 0 with notes, 0 failed
    ");
}

#[test]
fn functions_without_a_case_are_noted() {
    let ran = text_plugin(CASE).run(["plugin", "check", "it.wasm"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stdout);
    assert!(ran.stdout.contains("note    cases        none for "), "{}", ran.stdout);
}

#[test]
fn what_a_plugin_would_have_to_be_granted_is_noted() {
    let ran = plugin("judges", "").run(["plugin", "check", "it.wasm"]);
    assert!(ran.stdout.contains("note    imports      models: an operator grants each"), "{}", ran.stdout);
}

#[test]
fn a_plugin_that_keeps_something_between_calls_is_noted() {
    let case = r#"{"scorer":"count_calls","example":{},"expect":{}}"#;
    let ran = with_component(&HOSTILE, case).run(["plugin", "check", "it.wasm", "--quiet"]);
    let state = ran.stdout.lines().skip_while(|line| !line.contains("state")).take(4).collect::<Vec<_>>().join("\n");
    insta::assert_snapshot!(state, @r#"
    note    state        count_calls: it keeps something between calls: mend that, or have users set isolation = "example"
                         tests/examples.jsonl:1: count_calls, line 1
                           once   …ount_calls","value":1}],[]]
                           again  …ount_calls","value":2}],[]]
    "#);
    assert!(!ran.stdout.contains("determinism"), "fresh instances count alike: {}", ran.stdout);
}

#[test]
fn a_case_of_an_unknown_function_fails_the_check() {
    let ran = plugin("demo", r#"{"scorer":"x","example":{},"expect":{}}"#).run(["plugin", "check", "it.wasm"]);
    assert_eq!(ran.code, Some(1), "{}", ran.stdout);
    assert!(ran.stdout.contains("failed  cases"), "{}", ran.stdout);
}

#[test]
fn inspecting_says_what_an_instance_costs() {
    let sandbox = text_plugin(CASE);
    let shown = sandbox.run(["plugin", "inspect", "it.wasm"]);
    assert!(
        normalised(&shown.stdout).contains("instance _ _ to make one, _ _ for a call of describe, _ _ of memory"),
        "{}",
        shown.stdout
    );
    let json: Value = serde_json::from_str(&sandbox.run(["plugin", "inspect", "it.wasm", "--json"]).stdout).unwrap();
    assert!(json["instance"]["memory_bytes"].as_u64().unwrap() > 0, "{json}");
}

#[test]
fn a_bench_has_figures_for_each_function_with_a_case() {
    let sandbox = text_plugin(CASE);
    let measured = sandbox.run(["plugin", "bench", "it.wasm", "--time", "0.05", "--json", "--quiet"]);
    assert_eq!(measured.code, Some(0), "{}", measured.stderr);
    let json: Value = serde_json::from_str(&measured.stdout).unwrap();
    let [function] = json["functions"].as_array().unwrap().as_slice() else { panic!("{json}") };
    assert_eq!((&function["function"], &function["isolation"]), (&"exact_match".into(), &"example".into()));
    for mode in ["fresh", "batch", "reused"] {
        assert!(function[mode]["per_second"].as_f64().unwrap() > 10.0, "{mode}: {json}");
    }
    assert!(json["load_seconds"].as_f64().unwrap() > 0.0 && json["size_bytes"].as_u64().unwrap() > 0);
    let shown = sandbox.run(["plugin", "bench", "it.wasm", "--time", "0.05"]);
    assert!(shown.stdout.contains("exact_match") && shown.stdout.contains("isolation example:"), "{}", shown.stdout);
}

#[test]
fn a_function_whose_case_fails_is_not_measured() {
    let ran = text_plugin(r#"{"scorer":"exact_match","example":{},"expect":{}}"#)
        .run(["plugin", "bench", "it.wasm", "--time", "0.05"]);
    assert!(ran.stdout.contains("not measured: exact_match fails:"), "{}", ran.stdout);
}
