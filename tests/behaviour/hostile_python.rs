//! What holds for every guest holds for one in Python, and its errors say what the author of Python needs: the
//! traceback, with file and line.

use std::time::Duration;

use scorebox_core::{Example, Failure, FailureKind, Json, Value};
use scorebox_engine::{Isolation, Plugin};
use scorebox_tests::{Call, example, hostile_python_component, load};
use tokio::sync::OnceCell;

const MIB: usize = 1024 * 1024;

/// The hostile plugin; none where the machine lacks what Python needs, which has been said then.
async fn plugin() -> Option<&'static Plugin> {
    static PLUGIN: OnceCell<Option<Plugin>> = OnceCell::const_new();
    let load = || async {
        match hostile_python_component() {
            Some(component) => Some(load(component).await),
            None => None,
        }
    };
    PLUGIN.get_or_init(load).await.as_ref()
}

fn call(plugin: &Plugin, scorer: &str) -> Call {
    Call::new(plugin, scorer)
}

#[track_caller]
fn assert_failure(failure: &Failure, kind: FailureKind, names: &str) {
    assert_eq!(failure.kind, kind, "{failure}");
    assert!(failure.message.contains(names), "{names:?} is not in {:?}", failure.message);
}

/// What the scorer `reaches` met.
async fn met(plugin: &Plugin, attempt: &str) -> String {
    let outputs = Json::from_value(&serde_json::json!(attempt)).unwrap();
    call(plugin, "reaches").text(&Example { outputs: Some(outputs), ..example("row") }).await
}

#[tokio::test]
async fn an_endless_loop_is_stopped() {
    let Some(plugin) = plugin().await else { return };
    let call = call(plugin, "loop_forever").limits(|limits| limits.cpu = Duration::from_millis(200));
    assert_failure(&call.failure_among_neighbours().await, FailureKind::CpuLimit, "the limit cpu of 0.2 s");
}

#[tokio::test]
async fn memory_beyond_the_limit_is_refused() {
    let Some(plugin) = plugin().await else { return };
    let call = call(plugin, "memory_bomb").limits(|limits| limits.memory_bytes = 64 * MIB);
    let failure = call.failure_among_neighbours().await;
    // CPython survives the refusal: the failure has its traceback, and names the limit.
    assert_failure(&failure, FailureKind::MemoryLimit, "MemoryError");
    assert!(failure.message.contains("the limit memory_bytes is 67108864"), "{failure}");
    assert!(failure.message.contains("hostile.py\", line "), "{failure}");
}

#[tokio::test]
async fn endless_recursion_is_an_exception_with_a_traceback_that_can_be_read() {
    let Some(plugin) = plugin().await else { return };
    let failure = call(plugin, "endless_recursion").failure_among_neighbours().await;
    assert_failure(&failure, FailureKind::Failed, "RecursionError: maximum recursion depth exceeded");
    assert!(failure.message.contains("in deeper\n    return deeper(depth + 1) + 1"), "{failure}");
    assert!(failure.message.contains("[Previous line repeated"), "{failure}");
    assert!(failure.message.len() < 4096, "{} bytes", failure.message.len());
}

#[tokio::test]
async fn an_exception_shows_the_authors_frames_and_no_others() {
    let Some(plugin) = plugin().await else { return };
    let failure = call(plugin, "deep_traceback").failure_among_neighbours().await;
    assert_failure(&failure, FailureKind::Failed, "ZeroDivisionError: ");
    let message = &failure.message;
    let frames: Vec<_> = message.lines().filter(|line| line.trim_start().starts_with("File ")).collect();
    let functions: Vec<_> = frames.iter().filter_map(|frame| frame.rsplit(" in ").next()).collect();
    assert_eq!(functions, ["deep_traceback", "average", "divide"], "{message}");
    assert!(frames.iter().all(|frame| frame.trim_start().starts_with("File \"hostile.py\", line ")), "{message}");
    assert!(message.contains("return numerator / by"), "{message}");
}

#[tokio::test]
async fn what_led_to_an_exception_is_shown_too() {
    let Some(plugin) = plugin().await else { return };
    let failure = call(plugin, "chained").failure(&example("row")).await;
    assert_failure(&failure, FailureKind::Failed, "ValueError: no tone\nTraceback");
    assert!(failure.message.contains("KeyError: 'tone'"), "{failure}");
    assert!(failure.message.contains("direct cause of the following exception"), "{failure}");
}

#[tokio::test]
async fn leaving_the_process_fails_the_row_alone() {
    let Some(plugin) = plugin().await else { return };
    let failure = call(plugin, "leaves").failure_among_neighbours().await;
    assert_failure(&failure, FailureKind::Failed, "SystemExit: 3");
    let failure = call(plugin, "aborts").failure_among_neighbours().await;
    assert_eq!(failure.kind, FailureKind::Trap, "{failure}");
}

#[tokio::test]
async fn floods_are_cut_off_and_the_scorer_goes_on() {
    let Some(plugin) = plugin().await else { return };
    for scorer in ["stderr_flood", "span_flood"] {
        assert_eq!(call(plugin, scorer).value(&example("row")).await, Value::Boolean(true), "{scorer}");
    }
}

#[tokio::test]
async fn results_that_are_too_large_or_too_deep_are_errors() {
    let Some(plugin) = plugin().await else { return };
    let failure = call(plugin, "giant_text").failure_among_neighbours().await;
    assert_failure(&failure, FailureKind::OutputLimit, "the limit output_bytes is 1048576");
    let failure = call(plugin, "deep_value").failure_among_neighbours().await;
    assert_failure(&failure, FailureKind::StackLimit, "limit stack_bytes");
    let failure = call(plugin, "giant_error").failure_among_neighbours().await;
    assert_failure(&failure, FailureKind::Failed, "RuntimeError: xxx");
    assert!(failure.message.len() < 64 * 1024, "{} bytes", failure.message.len());
}

#[tokio::test]
async fn what_is_no_json_is_named() {
    let Some(plugin) = plugin().await else { return };
    let surrogate = "holds a lone surrogate, which is no Unicode text";
    for (scorer, kind, names) in [
        ("lone_surrogate", FailureKind::Failed, format!("the value {surrogate}")),
        ("lone_surrogate_in_error", FailureKind::Failed, format!("the error {surrogate}")),
        ("unknown_type", FailureKind::Failed, "the value has no JSON form: Object of type object".to_owned()),
        ("broken_json", FailureKind::InvalidOutput, "JSON".to_owned()),
    ] {
        assert_failure(&call(plugin, scorer).failure(&example("row")).await, kind, &names);
    }
}

#[tokio::test]
async fn a_late_import_says_where_imports_belong() {
    let Some(plugin) = plugin().await else { return };
    let failure = call(plugin, "late_import").failure(&example("row")).await;
    assert_failure(&failure, FailureKind::Failed, "import at the top of the file");
}

#[tokio::test]
async fn there_is_nothing_to_reach() {
    let Some(plugin) = plugin().await else { return };
    let no_such_file = "FileNotFoundError: [Errno 44] No such file or directory";
    let not_permitted = "PermissionError: [Errno 2] Permission denied";
    for (attempt, exception) in [
        ("file", format!("{no_such_file}: '/etc/passwd'")),
        ("source", no_such_file.to_owned()),
        ("write", format!("{no_such_file}: '/tmp/scorebox-was-here'")),
        ("list", format!("{no_such_file}: '/'")),
        ("environment", "KeyError: 'HOME'".to_owned()),
        ("connect", not_permitted.to_owned()),
        ("datagram", not_permitted.to_owned()),
        ("resolve", not_permitted.to_owned()),
        ("process", "OSError: [Errno 58] wasi does not support processes.".to_owned()),
        ("thread", "RuntimeError: can't start new thread".to_owned()),
    ] {
        let met = met(plugin, attempt).await;
        assert!(met.starts_with(&exception), "{attempt}: {met}");
    }
}

#[tokio::test]
async fn chance_and_time_are_the_same_in_every_run() {
    let Some(plugin) = plugin().await else { return };
    let first = call(plugin, "chance_and_time").seed(7).value(&example("row")).await;
    let second = call(plugin, "chance_and_time").seed(7).value(&example("row")).await;
    assert_eq!(first, second);
}

#[tokio::test]
async fn an_instance_forgets_what_a_scorer_remembers() {
    let Some(plugin) = plugin().await else { return };
    let scorer = call(plugin, "count_calls").scorer();
    for _ in 0..3 {
        let scored = scorer.score(&example("row")).await;
        assert_eq!(scored.result.unwrap()[0].value, Value::Integer(1));
    }
    let scorer = call(plugin, "count_calls").isolation(Isolation::Run).scorer();
    assert_eq!(scorer.score(&example("row")).await.result.unwrap()[0].value, Value::Integer(1));
    assert_eq!(scorer.score(&example("row")).await.result.unwrap()[0].value, Value::Integer(2));
}
