//! `scorebox plugin test`.

use crate::{normalised, text_plugin};

const EQUAL: &str = r#"{"name":"equal","scorer":"exact_match","example":{"outputs":"a","expectations":{"expected_response":"a"}},"expect":{"feedback":[{"value":true}]}}
"#;

#[test]
fn cases_that_hold_pass() {
    let ran = text_plugin(EQUAL).run(["plugin", "test", "it.wasm"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{}", ran.stdout);
    insta::assert_snapshot!(normalised(&ran.stdout), @r"
    it.wasm · 1 case

    ok      equal

    1 passed  in _ _
    ");
}

#[test]
fn a_case_that_does_not_hold_shows_what_differs_and_where() {
    let wrong = r#"{"name":"unequal","scorer":"exact_match","example":{"outputs":"b","expectations":{"expected_response":"a"}},"expect":{"feedback":[{"value":true,"rationale":null}]}}
{"name":"no output","scorer":"exact_match","example":{"expectations":{"expected_response":"a"}},"expect":{"feedback":[{"value":true}]}}
{"name":"a lack","scorer":"exact_match","example":{},"expect":{"error":{"kind":"missing_field","contains":"trace"}}}
{"name":"two","scorer":"exact_match","batch":[{"outputs":"a","expectations":{"expected_response":"a"}},{}],"expect":[{"error":{}},{"error":{}}]}
"#;
    let ran = text_plugin(&format!("{EQUAL}{wrong}")).run(["plugin", "test", "it.wasm"]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    insta::assert_snapshot!(normalised(&ran.stdout), @r#"
    it.wasm · 5 cases

    ok      equal
    failed  unequal
            tests/examples.jsonl:2 exact_match
            feedback[0].value
              expected true
              actual   false
            feedback[0].rationale
              expected null
              actual   "expected \"a\", found \"b\""
            result
              {"feedback":[{"name":"exact_match","kind":"boolean","value":false,"rationale":"expected \"a\", found \"b\"","metadata":null,"span_id":null}]}
    failed  no output
            tests/examples.jsonl:3 exact_match
            result
              expected a feedback
              actual   the error missing_field
            error missing_field
              the row lacks `outputs`, which the scorer `exact_match` requires
    failed  a lack
            tests/examples.jsonl:4 exact_match
            error.message
              expected a text that contains "trace"
              actual   "the row lacks `outputs, expectations`, which the scorer `exact_match` requires"
            error missing_field
              the row lacks `outputs, expectations`, which the scorer `exact_match` requires
    failed  two
            tests/examples.jsonl:5 exact_match
            [0].result
              expected an error
              actual   {"feedback":[{"kind":"boolean","metadata":null,"name":"exact_match","rationale":"the output is as expected","span_id":null,"value":true}]}
            [1].error missing_field
              the row lacks `outputs, expectations`, which the scorer `exact_match` requires

    4 failed, 1 passed  in _ _
    "#);
}

#[test]
fn a_config_that_an_evaluation_would_refuse_fails_the_case() {
    let case = EQUAL.replace(r#""example""#, r#""config":{"ignore_csae":true},"example""#);
    let ran = text_plugin(&case).run(["plugin", "test", "it.wasm"]);
    assert_eq!(ran.code, Some(1), "{}", ran.stdout);
    assert!(ran.stdout.contains("the config breaks the schema:"), "{}", ran.stdout);
}

#[test]
fn a_filter_leaves_the_others_out() {
    let other = EQUAL.replace("\"equal\"", "\"Another\"").replace("true", "false");
    let sandbox = text_plugin(&format!("{EQUAL}{other}"));
    let ran = sandbox.run(["plugin", "test", "it.wasm", "-k", "EQUAL"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stdout);
    assert!(ran.stdout.contains("1 passed, 1 left out"), "{}", ran.stdout);
    assert_eq!(sandbox.run(["plugin", "test", "it.wasm", "-k", "another"]).code, Some(1));
    let none = sandbox.run(["plugin", "test", "it.wasm", "-k", "missing"]);
    insta::assert_snapshot!(crate::refused(&none), @r#"error: none of the 2 cases has "missing" in its name or in that of its function"#);
}

#[test]
fn quiet_shows_failures_and_the_sum() {
    let ran = text_plugin(EQUAL).run(["plugin", "test", "it.wasm", "--quiet"]);
    insta::assert_snapshot!(normalised(&ran.stdout), @"1 passed  in _ _");
}

#[test]
fn cases_may_be_elsewhere() {
    let sandbox = text_plugin("not JSON").with("mine.jsonl", EQUAL);
    let ran = sandbox.run(["plugin", "test", "it.wasm", "--cases", "mine.jsonl"]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
}

#[test]
fn what_a_plugin_does_when_it_crashes_is_shown() {
    let case = r#"{"scorer":"shouting","example":{"outputs":""},"expect":{}}"#;
    let ran = crate::plugin("demo", case).run(["plugin", "test", "it.wasm"]);
    assert_eq!(ran.code, Some(1), "{}", ran.stdout);
    for part in ["trap", "call stack", "what the plugin had written"] {
        assert!(ran.stdout.contains(part), "{part}: {}", ran.stdout);
    }
}
