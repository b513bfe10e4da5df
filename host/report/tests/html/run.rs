//! A run of any length, with texts of ordinary size and one of everything that a page has to show.

use std::collections::BTreeMap;
use std::time::Duration;

use scorebox_core::{Cost, Failure, FailureKind, Json, Usage, Value};
use scorebox_eval::{Outcome, RowResult};
use serde_json::json;

use crate::fixture::{Row, number, text};

const TOPICS: [&str; 5] = ["billing", "shipping", "returns", "account access", "other"];
const WORDS: [&str; 40] = [
    "order",
    "invoice",
    "parcel",
    "account",
    "password",
    "refund",
    "address",
    "delivery",
    "customer",
    "payment",
    "card",
    "email",
    "support",
    "ticket",
    "warehouse",
    "label",
    "courier",
    "receipt",
    "subscription",
    "please",
    "check",
    "open",
    "wait",
    "for",
    "the",
    "a",
    "new",
    "within",
    "days",
    "and",
    "then",
    "contact",
    "us",
    "again",
    "if",
    "it",
    "does",
    "not",
    "arrive",
    "soon",
];

/// Numbers that look random and are the same everywhere (Knuth's MMIX generator).
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % end as u64).unwrap()
    }

    fn is_one_in(&mut self, many: usize) -> bool {
        self.below(many) == 0
    }

    fn sentence(&mut self, words: usize) -> String {
        let words: Vec<_> = (0..words).map(|_| WORDS[self.below(WORDS.len())]).collect();
        format!("{}.", words.join(" "))
    }
}

/// The rows of a run with a predict function and four scorers.
pub(crate) fn rows(count: u64) -> impl Iterator<Item = RowResult> {
    (0..count).map(|index| row(index, 3))
}

/// The rows of another run over the same examples, which gives the expected answer more rarely.
pub(crate) fn worse_rows(count: u64) -> impl Iterator<Item = RowResult> {
    (0..count).map(|index| row(index, 2))
}

/// One row; of so many answers one is wrong.
fn row(index: u64, wrong_one_in: usize) -> RowResult {
    let mut chance = Chance::new(index);
    let expected = chance.sentence(24);
    let answer = if chance.is_one_in(wrong_one_in) { reworded(&expected, &mut chance) } else { expected.clone() };
    let is_right = answer == expected;
    let mut row = Row::of(&format!("support-{index:05}"), index)
        .with_inputs(&json!({ "question": chance.sentence(14), "history": chance.below(9) }).to_string());
    let content = row.row.content.as_mut().unwrap();
    content.example.expectations = Some(
        Json::from_value(&json!({ "expected_response": expected, "expected_facts": [chance.sentence(6)] })).unwrap(),
    );
    content.example.tags = BTreeMap::from([
        ("topic".to_owned(), TOPICS[chance.below(TOPICS.len())].to_owned()),
        ("language".to_owned(), if chance.is_one_in(4) { "de" } else { "en" }.to_owned()),
    ]);
    if chance.is_one_in(150) {
        let message =
            format!("openai:/gpt-4o-mini answered 503 after {} attempts; try again later", 3 + chance.below(3));
        row = row.with_failed_prediction(FailureKind::Gateway, &message);
        return ["exact", "correctness", "token_f1", "tone"]
            .iter()
            .fold(row, |row, scorer| row.with_skipped(scorer))
            .row;
    }
    row = row.with_outputs(&json!({ "response": answer }).to_string());
    let prediction = row.row.prediction.as_mut().unwrap();
    prediction.elapsed = Duration::from_micros(400_000 + 1_000 * chance.below(900) as u64);
    prediction.trace = Some(trace(&mut chance));
    row = row.with_value("exact", Value::Boolean(is_right), None);
    let rationale = format!(
        "The answer {} all that is expected. {}",
        if is_right { "says" } else { "misses part of" },
        chance.sentence(22)
    );
    row = row.with_value("correctness", Value::Boolean(is_right || chance.is_one_in(4)), Some(&rationale));
    row.row.scores[1].usage = Usage {
        requests: 1,
        input_tokens: 310,
        output_tokens: 64,
        cost: Cost::from_picodollars(84_900_000 + 1000 * chance.below(9000) as u64),
    };
    let share = if is_right { 1.0 } else { 0.35 + f64::from(u16::try_from(chance.below(600)).unwrap()) / 1000.0 };
    row = row.with_value("token_f1", number(share), None);
    row = if chance.is_one_in(90) { with_crash(row, &mut chance) } else { with_tone(row, &mut chance) };
    row.row
}

fn reworded(text: &str, chance: &mut Chance) -> String {
    let words = text.split(' ').filter_map(|word| match chance.below(8) {
        0 => None,
        1 => Some(WORDS[chance.below(WORDS.len())]),
        _ => Some(word),
    });
    words.collect::<Vec<_>>().join(" ")
}

fn with_tone(row: Row, chance: &mut Chance) -> Row {
    let tone = ["friendly", "neutral", "neutral", "formal", "very casual"][chance.below(5)];
    let feedback = [("tone", text(tone), None), ("tone/warmth", Value::Integer(1 + chance.below(5) as i64), None)];
    row.with_feedback("tone", &feedback)
}

fn with_crash(row: Row, chance: &mut Chance) -> Row {
    let message =
        format!("tone trapped: index out of bounds: the length is {} but the index is 512", chance.below(512));
    let mut row = row.with_error("tone", FailureKind::Trap, &message);
    let failure = Failure {
        backtrace: Some((0..12).map(|frame| format!("{frame:>4}: tone::words::at::h{frame:016x}\n")).collect()),
        guest_output: Some("thread 'main' panicked at src/words.rs:41:9".to_owned()),
        ..Failure::new(FailureKind::Trap, message)
    };
    row.row.scores.last_mut().unwrap().outcome = Outcome::Error(failure);
    row
}

fn trace(chance: &mut Chance) -> Json {
    let begin = 1_767_323_045_000_000_000_u64;
    let (search, chat) =
        (20_000_000 + 100_000 * chance.below(900) as u64, 300_000_000 + 1_000_000 * chance.below(400) as u64);
    let end = begin + search + chat;
    Json::from_value(&json!({ "trace_id": "tr-1", "spans": [
        { "span_id": "a", "name": "answer", "kind": "AGENT", "start_time_unix_nano": begin, "end_time_unix_nano": end, "status": { "code": "OK" } },
        { "span_id": "b", "parent_span_id": "a", "name": "search", "kind": "RETRIEVER", "start_time_unix_nano": begin + 1_000_000,
          "end_time_unix_nano": begin + search, "inputs": { "query": chance.sentence(5) }, "outputs": [{ "id": "doc-1", "score": 0.87 }] },
        { "span_id": "c", "parent_span_id": "a", "name": "chat", "kind": "CHAT_MODEL", "start_time_unix_nano": begin + search,
          "end_time_unix_nano": end, "attributes": { "gen_ai.request.model": "gpt-4o-mini", "gen_ai.usage.output_tokens": 41 } },
    ] }))
    .unwrap()
}
