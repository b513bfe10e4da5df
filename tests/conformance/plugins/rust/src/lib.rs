//! The reference plugin in Rust: every SDK has one that holds the same functions, and all of them give the same results.

mod failing;
mod outside;
mod plain;
mod schema;

use failing::{fails, fails_to_predict};
use outside::{embeds, fetches, judge, judges, logs, records_spans, spans};
use plain::{answers, echo, exact_match, kinds, several, texts, turns};

scorebox_sdk::plugin! {
    scorers: [
        exact_match, echo, kinds, several, fails, texts, judge, judges, embeds, fetches, spans, logs, turns,
    ],
    predictors: [answers, fails_to_predict, records_spans],
}
