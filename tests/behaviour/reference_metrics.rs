//! The scorers of the plugin `text`, run as a component, agree with the field's own implementations on every vector.

use scorebox_core::{Example, Feedback, Json};
use scorebox_engine::{Isolation, Plugin};
use scorebox_tests::{Call, example, load, text_component};
use serde_json::{Value, json};

const TOLERANCE: f64 = 1e-9;
const VECTORS: &str = include_str!("../reference/metrics.jsonl");

/// The key of the vectors that a scorer answers, the scorer, and its config.
type Metric = (&'static str, &'static str, Value);

async fn text_plugin() -> Plugin {
    load(text_component()).await
}

/// The vectors about two texts, with the row that each of them makes.
fn vectors() -> Vec<(Value, Example)> {
    let parsed = VECTORS.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let of_texts = parsed.filter(|vector| vector["kind"] == "text");
    of_texts.map(|vector| (vector.clone(), row(&vector))).collect()
}

fn row(vector: &Value) -> Example {
    Example {
        outputs: Some(Json::from_value(&vector["hyp"]).unwrap()),
        expectations: Some(Json::from_value(&json!({ "expected_response": vector["ref"] })).unwrap()),
        ..example("vector")
    }
}

async fn assert_agrees(metrics: &[Metric], answer: impl Fn(&Feedback) -> Value) {
    let plugin = text_plugin().await;
    let vectors = vectors();
    for (key, name, config) in metrics {
        let scorer = Call::new(&plugin, name).config(config).isolation(Isolation::Run).scorer();
        let mut compared = 0;
        for (vector, row) in vectors.iter().filter(|(vector, _)| !vector[*key].is_null()) {
            let feedback =
                scorer.score(row).await.result.unwrap_or_else(|failure| panic!("{key} of {vector}: {failure}"));
            let [feedback] = feedback.as_slice() else { panic!("{key} of {vector}: {feedback:?}") };
            let ours = answer(feedback);
            assert!(is_close(&ours, &vector[*key]), "{key} is {ours}, not {} for {vector}", vector[*key]);
            compared += 1;
        }
        assert!(compared > 200, "{key}: only {compared} vectors");
    }
}

/// Whether two numbers, or all numbers of two lists, agree.
fn is_close(ours: &Value, reference: &Value) -> bool {
    match (ours, reference) {
        (Value::Array(ours), Value::Array(reference)) => {
            ours.len() == reference.len()
                && ours.iter().zip(reference).all(|(ours, reference)| is_close(ours, reference))
        }
        _ => match (ours.as_f64(), reference.as_f64()) {
            (Some(ours), Some(reference)) => (ours - reference).abs() <= TOLERANCE,
            _ => false,
        },
    }
}

fn value(feedback: &Feedback) -> Value {
    serde_json::to_value(&feedback.value).unwrap()
}

/// Precision, recall and F1, which stand in the metadata, as rouge-score gives them.
fn precision_recall_f1(feedback: &Feedback) -> Value {
    let metadata: Value = feedback.metadata.as_ref().expect("metadata").to().unwrap();
    json!([metadata["precision"], metadata["recall"], metadata["f1"]])
}

#[tokio::test]
async fn edit_distances_agree_with_rapidfuzz() {
    let metrics = [
        ("lev", "levenshtein", json!({})),
        ("lev_norm", "levenshtein", json!({ "normalize": true })),
        ("dl", "damerau_levenshtein", json!({})),
        ("jw", "jaro_winkler", json!({})),
        ("fuzz_ratio", "fuzzy_ratio", json!({})),
        ("token_set", "token_set_ratio", json!({})),
    ];
    assert_agrees(&metrics, value).await;
}

#[tokio::test]
async fn bleu_chrf_and_ter_agree_with_sacrebleu() {
    let metrics = [("bleu_sacre_13a_exp", "bleu", json!({})), ("chrf", "chrf", json!({})), ("ter", "ter", json!({}))];
    assert_agrees(&metrics, value).await;
}

#[tokio::test]
async fn bleu_and_gleu_agree_with_nltk() {
    let metrics = [
        ("bleu_nltk_m0", "bleu", json!({ "flavour": "nltk_method0" })),
        ("bleu_nltk_m1", "bleu", json!({ "flavour": "nltk_method1" })),
        ("gleu_nltk", "gleu", json!({})),
    ];
    assert_agrees(&metrics, value).await;
}

#[tokio::test]
async fn rouge_agrees_with_rouge_score() {
    let metrics = [
        ("rouge1", "rouge", json!({ "types": ["rouge1"] })),
        ("rouge2", "rouge", json!({ "types": ["rouge2"] })),
        ("rougeL", "rouge", json!({ "types": ["rougeL"] })),
        ("rougeLsum", "rouge", json!({ "types": ["rougeLsum"] })),
        ("rougeL_stem", "rouge", json!({ "types": ["rougeL"], "stemmer": true })),
    ];
    assert_agrees(&metrics, precision_recall_f1).await;
}
