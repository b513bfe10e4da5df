//! What is not a plugin for this host is refused before any of it runs, with a reason that helps.

use std::time::Duration;

use scorebox_engine::{CompileLimits, Engine, EngineConfig, LoadError, inspect};
use scorebox_tests::{
    Call, HandWritten, component_from_text, curious, curious_component, engine, example, hostile, hostile_component,
    load,
};

async fn refusal(component: &[u8]) -> LoadError {
    engine().load(component).await.expect_err("the component is refused")
}

#[tokio::test]
async fn a_core_module_is_told_from_a_component() {
    let error = refusal(b"\0asm\x01\0\0\0").await;
    assert!(matches!(error, LoadError::CoreModule), "{error}");
    assert!(error.to_string().contains("not a component"), "{error}");
}

#[tokio::test]
async fn bytes_that_are_no_webassembly_are_refused() {
    for bytes in [&b""[..], b"\x7fELF", b"#!/bin/sh\n", &[0xff; 1000]] {
        assert!(matches!(refusal(bytes).await, LoadError::Malformed { .. }), "{bytes:?}");
    }
}

#[tokio::test]
async fn truncated_components_are_refused() {
    let whole = hostile_component();
    for cut in (0..whole.len()).step_by(whole.len() / 200) {
        let error = refusal(&whole[..cut]).await;
        let is_expected = matches!(error, LoadError::Malformed { .. } | LoadError::NotAPlugin { .. });
        assert!(is_expected, "cut at {cut}: {error}");
    }
}

/// A flipped bit may do no harm, or change a name or a number; what counts is that the engine survives all of them.
#[tokio::test]
async fn a_component_with_a_flipped_bit_does_no_harm() {
    let intact = HandWritten::default().component();
    let mut refused = 0;
    for position in 0..intact.len() {
        let mut damaged = intact.clone();
        damaged[position] ^= 1 << (position % 8);
        let Ok(plugin) = engine().load(&damaged).await else {
            refused += 1;
            continue;
        };
        let name = plugin.scorers()[0].name.clone();
        let call = Call::new(&plugin, &name).limits(|limits| limits.cpu = Duration::from_millis(50));
        drop(call.score(&example("row")).await);
    }
    assert!(refused > intact.len() / 2, "only {refused} of {} were noticed", intact.len());
    load(&intact).await;
}

#[tokio::test]
async fn a_component_of_another_world_is_refused() {
    let wit = "package test:guest; world guest { export run: func(); }";
    let error = refusal(&component_from_text(wit, r#"(module (func (export "run")))"#)).await;
    assert!(matches!(&error, LoadError::NotAPlugin { exports } if exports == &["run"]), "{error}");
}

#[tokio::test]
async fn a_component_whose_functions_have_other_types_is_refused() {
    let wit = "package scorebox:plugin@1.0.0; interface scorers { describe: func() -> u32; }
               world guest { export scorers; }";
    let module = r#"(module (func (export "scorebox:plugin/scorers@1.0.0#describe") (result i32) i32.const 1))"#;
    let error = refusal(&component_from_text(wit, module)).await;
    assert!(matches!(error, LoadError::DoesNotFit(_)), "{error}");
}

#[tokio::test]
async fn sockets_are_never_offered() {
    let guest = HandWritten {
        imports: "import wasi:sockets/instance-network@0.2.12;",
        core_imports: r#"(import "wasi:sockets/instance-network@0.2.12" "instance-network" (func (result i32)))"#,
        ..HandWritten::default()
    };
    let error = refusal(&guest.component()).await;
    let LoadError::ImportsNotOffered { imports } = &error else { panic!("{error}") };
    assert!(imports.contains(&"wasi:sockets/instance-network@0.2.12".to_owned()), "{imports:?}");
    assert!(error.to_string().contains("never sockets"), "{error}");
}

#[tokio::test]
async fn an_import_that_nobody_knows_is_refused_by_name() {
    let guest = HandWritten {
        interfaces: "interface strange { peek: func(); }",
        imports: "import strange;",
        core_imports: r#"(import "test:guest/strange" "peek" (func))"#,
        ..HandWritten::default()
    };
    let error = refusal(&guest.component()).await;
    assert!(
        matches!(&error, LoadError::ImportsNotOffered { imports } if imports == &["test:guest/strange"]),
        "{error}"
    );
}

#[tokio::test]
async fn a_contract_of_the_future_is_refused_with_advice() {
    for contract in [(1, 1), (2, 0)] {
        let error = refusal(&HandWritten { contract, ..HandWritten::default() }.component()).await;
        let (major, minor) = contract;
        let says = format!(
            "built against scorebox:plugin@{major}.{minor}.0; this host supports 1.0.0 to 1.0.x: update Scorebox"
        );
        assert!(error.to_string().contains(&says), "{error}");
    }
}

#[tokio::test]
async fn a_contract_of_the_past_is_refused_with_advice() {
    let error = refusal(&HandWritten { contract: (0, 9), ..HandWritten::default() }.component()).await;
    assert!(matches!(error, LoadError::UnsupportedContract { .. }), "{error}");
    assert!(error.to_string().contains("rebuild the plugin with a newer SDK"), "{error}");
}

#[tokio::test]
async fn a_component_that_is_too_large_is_not_looked_at() {
    let compile = CompileLimits { component_bytes: 1000, ..CompileLimits::default() };
    let engine = Engine::new(EngineConfig { compile, ..EngineConfig::default() }).unwrap();
    let error = engine.load(hostile_component()).await.unwrap_err();
    assert!(matches!(error, LoadError::TooLarge { limit: 1000, .. }), "{error}");
    assert!(error.to_string().contains("the limit component_bytes of 1000"), "{error}");
}

#[tokio::test]
async fn compiling_is_given_up_after_its_time() {
    let compile = CompileLimits { time: Duration::from_millis(1), ..CompileLimits::default() };
    let engine = Engine::new(EngineConfig { compile, ..EngineConfig::default() }).unwrap();
    let error = engine.load(curious_component()).await.unwrap_err();
    assert!(matches!(error, LoadError::CompileTimeout { .. }), "{error}");
    assert!(error.to_string().contains("the limit compile.time of 0.001 s"), "{error}");
}

#[tokio::test]
async fn an_inspection_tells_what_a_component_reaches_without_running_it() {
    let pure = inspect(hostile_component(), usize::MAX).unwrap();
    assert!(pure.is_pure && !pure.uses_system && !pure.reaches_out, "{:?}", pure.imports);
    let curious = inspect(curious_component(), usize::MAX).unwrap();
    assert!(!curious.is_pure && curious.uses_system && curious.reaches_out, "{:?}", curious.imports);
    assert!(pure.has_scorers && !pure.has_predictors);
    assert_eq!(pure.contract.to_string(), "1.0.0");
}

#[tokio::test]
async fn a_name_that_is_not_there_is_answered_with_those_that_are() {
    let config = scorebox_core::Json::parse("{}").unwrap();
    let error = curious().await.scorer("levitate", config, Default::default(), Default::default()).unwrap_err();
    let text = error.to_string();
    assert!(text.starts_with("there is no scorer named `levitate` in this component; it has well_behaved, "), "{text}");
}

#[tokio::test]
async fn the_same_bytes_are_the_same_plugin() {
    let again = load(hostile_component()).await;
    assert_eq!(again.digest(), hostile().await.digest());
    assert_eq!(again.size_bytes(), hostile_component().len());
}
