//! The metrics against what the field's own implementations answer.

use scorebox_plugin_text::metrics::{PrecisionRecall, bleu, chrf, edit, gleu, rouge, ter};
use serde_json::Value;

const TOLERANCE: f64 = 1e-9;

/// Every case of the reference vectors that is about two texts.
fn cases() -> impl Iterator<Item = Value> {
    let lines = include_str!("../../../tests/reference/metrics.jsonl").lines();
    lines.map(|line| serde_json::from_str::<Value>(line).expect("a JSON line")).filter(|case| case["kind"] == "text")
}

/// Checks `metric` on every case that has an answer for `key`.
fn agrees(key: &str, metric: impl Fn(&str, &str) -> f64) {
    agrees_on_all(key, |expected, answer| vec![metric(expected, answer)]);
}

fn agrees_on_all(key: &str, metric: impl Fn(&str, &str) -> Vec<f64>) {
    let mut compared = 0;
    for case in cases() {
        let reference: Vec<f64> = match &case[key] {
            Value::Null => continue,
            Value::Array(values) => values.iter().filter_map(Value::as_f64).collect(),
            value => value.as_f64().into_iter().collect(),
        };
        let (expected, answer) = (text(&case, "ref"), text(&case, "hyp"));
        let ours = metric(expected, answer);
        assert_eq!(ours.len(), reference.len(), "{key} of {case}");
        for (ours, reference) in ours.iter().zip(reference) {
            assert!(
                (ours - reference).abs() <= TOLERANCE,
                "{key}: {ours}, not {reference}, for {expected:?}, {answer:?}"
            );
        }
        compared += 1;
    }
    assert!(compared > 200, "{key}: only {compared} cases");
}

fn text<'case>(case: &'case Value, key: &str) -> &'case str {
    case[key].as_str().expect("a text")
}

fn list(score: PrecisionRecall) -> Vec<f64> {
    vec![score.precision, score.recall, score.f1]
}

#[test]
#[expect(clippy::cast_precision_loss, reason = "distances of short texts")]
fn edit_distances_agree_with_rapidfuzz() {
    agrees("lev", |expected, answer| edit::levenshtein(expected, answer) as f64);
    agrees("lev_norm", |expected, answer| edit::similarity(edit::levenshtein(expected, answer), expected, answer));
    agrees("dl", |expected, answer| edit::damerau_levenshtein(expected, answer) as f64);
    agrees("jw", |expected, answer| edit::jaro_winkler(expected, answer, 0.1));
    agrees("fuzz_ratio", edit::fuzzy_ratio);
    agrees("token_set", edit::token_set_ratio);
}

#[test]
fn bleu_agrees_with_sacrebleu_and_nltk() {
    agrees("bleu_sacre_13a_exp", |expected, answer| bleu::sacrebleu(expected, answer, 4));
    agrees("bleu_nltk_m0", |expected, answer| bleu::nltk(expected, answer, 4, bleu::NltkSmoothing::Method0));
    agrees("bleu_nltk_m1", |expected, answer| bleu::nltk(expected, answer, 4, bleu::NltkSmoothing::Method1));
}

#[test]
fn chrf_and_ter_agree_with_sacrebleu() {
    agrees("chrf", |expected, answer| chrf::chrf(expected, answer, &chrf::Settings::default()));
    agrees("ter", |expected, answer| ter::ter(&expected.to_lowercase(), &answer.to_lowercase()));
}

#[test]
fn gleu_agrees_with_nltk() {
    agrees("gleu_nltk", |expected, answer| gleu::gleu(expected, answer, 4));
}

#[test]
fn rouge_agrees_with_rouge_score() {
    use rouge::{Tokens, rouge_l, rouge_l_sum, rouge_n};
    let tokens = |text: &str| Tokens::new(text, false);
    agrees_on_all("rouge1", |expected, answer| list(rouge_n(&tokens(expected), &tokens(answer), 1)));
    agrees_on_all("rouge2", |expected, answer| list(rouge_n(&tokens(expected), &tokens(answer), 2)));
    agrees_on_all("rougeL", |expected, answer| list(rouge_l(&tokens(expected), &tokens(answer))));
    agrees_on_all("rougeLsum", |expected, answer| {
        list(rouge_l_sum(&Tokens::of_lines(expected, false), &Tokens::of_lines(answer, false)))
    });
    agrees_on_all("rougeL_stem", |expected, answer| {
        list(rouge_l(&Tokens::new(expected, true), &Tokens::new(answer, true)))
    });
}
