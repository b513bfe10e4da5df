//! A pure component whose scorers misbehave, one way each. Written against the bare contract: the SDK would not allow
//! most of this.

mod batch;
mod failing;
mod flood;
mod looping;
mod memory;
mod output;
mod stack;
mod state;

wit_bindgen::generate!({
    path: "../../../wit",
    inline: "
        package scorebox:hostile;
        world hostile {
            import scorebox:plugin/log@1.0.0;
            import scorebox:plugin/tracing@1.0.0;
            export scorebox:plugin/scorers@1.0.0;
        }
    ",
    world: "scorebox:hostile/hostile",
    generate_all,
});

use exports::scorebox::plugin::scorers::{Fields, Guest, Scope, ScorerInfo, ValueKind};
use scorebox::plugin::log::{Level, log};
use scorebox::plugin::types::{Example, Feedback, PluginError, Value};

type Scored = Result<Vec<Feedback>, PluginError>;

/// Each scorer by name.
const SCORERS: &[(&str, fn(&Example) -> Scored)] = &[
    ("well_behaved", |_| one(Value::Boolean(true))),
    ("loop_forever", looping::loop_forever),
    ("memory_bomb", memory::memory_bomb),
    ("memory_refusal_survived", memory::refusal_survived),
    ("memory_refused_or_trap", memory::refused_or_trap),
    ("deep_recursion", stack::deep_recursion),
    ("deep_recursion_with_buffers", stack::deep_recursion_with_buffers),
    ("giant_text", output::giant_text),
    ("giant_json", output::giant_json),
    ("giant_rationales", output::giant_rationales),
    ("deep_json", output::deep_json),
    ("deep_metadata", output::deep_metadata),
    ("million_feedbacks", output::million_feedbacks),
    ("nan", output::nan),
    ("infinity", output::infinity),
    ("not_json", output::not_json),
    ("id_as_json", output::id_as_json),
    ("metadata_not_an_object", output::metadata_not_an_object),
    ("invalid_feedback_name", output::invalid_feedback_name),
    ("invalid_span_id", output::invalid_span_id),
    ("log_flood", flood::log_flood),
    ("giant_log_message", flood::giant_log_message),
    ("ansi_log", flood::ansi_log),
    ("host_call_flood", flood::host_call_flood),
    ("span_flood", flood::span_flood),
    ("fat_span", flood::fat_span),
    ("panic", failing::panic),
    ("index_out_of_bounds", failing::index_out_of_bounds),
    ("ansi_error", failing::ansi_error),
    ("giant_error", failing::giant_error),
    ("error_of_kind", failing::error_of_kind),
    ("count_calls", state::count_calls),
    ("count_calls_or_trap", state::count_calls_or_trap),
    ("sent_fields", state::sent_fields),
    ("batch_size", state::count_calls),
    ("too_few_results", state::count_calls),
    ("too_many_results", state::count_calls),
];

struct Hostile;

impl Guest for Hostile {
    fn describe() -> Vec<ScorerInfo> {
        let info = |(name, _): &(&str, _)| ScorerInfo {
            name: (*name).to_owned(),
            summary: String::new(),
            config_schema: "{}".to_owned(),
            scope: Scope::Example,
            requires: Fields::empty(),
            uses: Fields::INPUTS,
            returns: ValueKind::Varies,
            aggregations: Vec::new(),
        };
        SCORERS.iter().map(info).collect()
    }

    fn score(scorer: String, _config: String, example: Example) -> Scored {
        // The message of a panic reaches the host as a message of level error, as it does with the SDK.
        std::panic::set_hook(Box::new(|info| log(Level::Error, &info.to_string())));
        let found = SCORERS.iter().find(|(name, _)| *name == scorer);
        let (_, score) = found.ok_or_else(|| PluginError::InvalidConfig(format!("no scorer `{scorer}`")))?;
        score(&example)
    }

    fn score_batch(scorer: String, config: String, examples: Vec<Example>) -> Vec<Scored> {
        match scorer.as_str() {
            "batch_size" => batch::size(&examples),
            "too_few_results" => batch::too_few_results(&examples),
            "too_many_results" => batch::too_many_results(&examples),
            _ => examples.into_iter().map(|e| Self::score(scorer.clone(), config.clone(), e)).collect(),
        }
    }

    fn score_session(_: String, _: String, _: Vec<Example>) -> Scored {
        Err(PluginError::Unsupported("no scorer of this component looks at conversations".to_owned()))
    }
}

export!(Hostile);

fn one(value: Value) -> Scored {
    Ok(vec![feedback(value)])
}

fn feedback(value: Value) -> Feedback {
    Feedback { name: None, value, rationale: None, metadata: None, span_id: None }
}

/// The row's inputs as text.
fn inputs(example: &Example) -> &str {
    example.inputs.as_deref().unwrap_or_default()
}
