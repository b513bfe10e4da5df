//! A component whose scorers try to learn about the machine, or to reach out of it. Written against bare WASI, which is
//! what the runtimes of other languages use.

mod clocks;
mod files;
mod floods;
mod outside;
mod random;
mod surroundings;

wit_bindgen::generate!({
    path: "../../../wit",
    inline: "
        package scorebox:curious;
        world curious {
            import scorebox:plugin/llm@1.0.0;
            import scorebox:plugin/log@1.0.0;
            import wasi:cli/environment@0.2.12;
            import wasi:cli/exit@0.2.12;
            import wasi:cli/stdin@0.2.12;
            import wasi:cli/stderr@0.2.12;
            import wasi:clocks/monotonic-clock@0.2.12;
            import wasi:clocks/wall-clock@0.2.12;
            import wasi:filesystem/preopens@0.2.12;
            import wasi:http/outgoing-handler@0.2.12;
            import wasi:random/random@0.2.12;
            import wasi:random/insecure@0.2.12;
            import wasi:random/insecure-seed@0.2.12;
            export scorebox:plugin/scorers@1.0.0;
        }
    ",
    world: "scorebox:curious/curious",
    generate_all,
});

use exports::scorebox::plugin::scorers::{Fields, Guest, Scope, ScorerInfo, ValueKind};
use scorebox::plugin::types::{Example, Feedback, PluginError, Value};

type Scored = Result<Vec<Feedback>, PluginError>;

/// Each scorer by name; it gets the row's inputs, a text without the quotes around it.
const SCORERS: &[(&str, fn(&str) -> Scored)] = &[
    ("well_behaved", |_| text("fine")),
    ("environment", surroundings::environment),
    ("arguments", surroundings::arguments),
    ("standard_input", surroundings::standard_input),
    ("exit", surroundings::exit),
    ("clocks", clocks::clocks),
    ("wait_forever", clocks::wait_forever),
    ("random_bytes", random::random_bytes),
    ("random_flood", random::random_flood),
    ("preopens", files::preopens),
    ("read_file", files::read_file),
    ("write_file", files::write_file),
    ("stderr_flood", floods::stderr_flood),
    ("stderr_flood_then_trap", floods::stderr_flood_then_trap),
    ("handle_flood", floods::handle_flood),
    ("ask_model", outside::ask_model),
    ("ask_model_many_times", outside::ask_model_many_times),
    ("embed", outside::embed),
    ("fetch", outside::fetch),
];

struct Curious;

impl Guest for Curious {
    fn describe() -> Vec<ScorerInfo> {
        let info = |(name, _): &(&str, _)| ScorerInfo {
            name: (*name).to_owned(),
            summary: String::new(),
            config_schema: "{}".to_owned(),
            scope: Scope::Example,
            requires: Fields::INPUTS,
            uses: Fields::empty(),
            returns: ValueKind::Text,
            aggregations: Vec::new(),
        };
        SCORERS.iter().map(info).collect()
    }

    fn score(scorer: String, _config: String, example: Example) -> Scored {
        let found = SCORERS.iter().find(|(name, _)| *name == scorer);
        let (_, score) = found.ok_or_else(|| PluginError::InvalidConfig(format!("no scorer `{scorer}`")))?;
        score(example.inputs.as_deref().unwrap_or_default().trim_matches('"'))
    }

    fn score_batch(scorer: String, config: String, examples: Vec<Example>) -> Vec<Scored> {
        examples.into_iter().map(|example| Self::score(scorer.clone(), config.clone(), example)).collect()
    }

    fn score_session(_: String, _: String, _: Vec<Example>) -> Scored {
        Err(PluginError::Unsupported("no scorer of this component looks at conversations".to_owned()))
    }
}

export!(Curious);

fn text(text: impl Into<String>) -> Scored {
    let value = Value::Text(text.into());
    Ok(vec![Feedback { name: None, value, rationale: None, metadata: None, span_id: None }])
}

fn failed(message: impl Into<String>) -> Scored {
    Err(PluginError::Failed(message.into()))
}
