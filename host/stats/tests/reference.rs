//! Every statistic for which there are reference vectors equals them. They were made with `SciPy`, statsmodels and
//! scikit-learn; `reference.jsonl` has one case per line, whose `kind` says what it is.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use scorebox_stats::{
    Confidence, Confusion, Interval, Moments, PairedCounts, Undefined, Weights, agresti_coull, clopper_pearson,
    cohen_kappa, differences, paired_t, pass_at_k, pass_pow_k, pearson, spearman, wald, wilcoxon_signed_rank, wilson,
};
use serde_json::Value;

const PRECISION: f64 = 1e-9;
const PRECISION_OF_P: f64 = 1e-9;

fn cases(kind: &str, count: usize) -> Vec<Value> {
    let all = include_str!("reference.jsonl").lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let cases: Vec<_> = all.filter(|case| case["kind"] == kind).collect();
    assert_eq!(cases.len(), count, "cases of {kind}");
    cases
}

fn number(case: &Value, key: &str) -> f64 {
    case[key].as_f64().unwrap()
}

fn count(case: &Value, key: &str) -> u64 {
    case[key].as_u64().unwrap()
}

fn numbers(case: &Value, key: &str) -> Vec<f64> {
    case[key].as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

#[track_caller]
fn close(actual: f64, expected: f64, precision: f64) {
    assert!((actual - expected).abs() <= precision, "{actual:e} is not {expected:e}");
}

#[track_caller]
fn same(actual: Interval, case: &Value, key: &str) {
    let expected = numbers(case, key);
    close(actual.low, expected[0], PRECISION);
    close(actual.high, expected[1], PRECISION);
}

#[test]
fn agreement_of_two_raters_is_that_of_scikit_learn() {
    for case in cases("kappa", 40) {
        let labels = |key: &str| {
            let labels = case[key].as_array().unwrap().iter();
            labels.map(|label| label.as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        let table: Confusion<String> = labels("a").into_iter().zip(labels("b")).collect();
        for (weights, key) in
            [(Weights::Plain, "cohen"), (Weights::Linear, "linear"), (Weights::Quadratic, "quadratic")]
        {
            let found = cohen_kappa(&table, weights, Confidence::default()).unwrap();
            close(found.kappa, number(&case, key), PRECISION);
        }
        close(table.macro_f1().unwrap(), number(&case, "macro_f1"), PRECISION);
        close(table.matthews().unwrap(), number(&case, "mcc"), PRECISION);
    }
}

#[test]
fn intervals_of_rates_are_those_of_statsmodels() {
    type Method = fn(u64, u64, Confidence) -> Result<Interval, Undefined>;
    let methods: [(&str, Method); 4] =
        [("wilson", wilson), ("beta", clopper_pearson), ("agresti_coull", agresti_coull), ("normal", wald)];
    for case in cases("ci", 6) {
        for (key, method) in methods {
            same(method(count(&case, "k"), count(&case, "n"), Confidence::default()).unwrap(), &case, key);
        }
    }
}

#[test]
fn statistics_of_pairs_are_those_of_scipy() {
    for case in cases("paired", 20) {
        let (x, y) = (numbers(&case, "x"), numbers(&case, "y"));
        // SciPy takes the second from the first.
        let test = paired_t(&y, &x, Confidence::default()).unwrap();
        close(test.t, number(&case, "t"), PRECISION);
        close(test.p, number(&case, "p"), PRECISION_OF_P);
        let ranked = wilcoxon_signed_rank(&differences(&y, &x).unwrap()).unwrap();
        close(ranked.p, number(&case, "wilcoxon_p"), PRECISION_OF_P);
        close(pearson(&x, &y).unwrap(), number(&case, "pearson"), PRECISION);
        close(spearman(&x, &y).unwrap(), number(&case, "spearman"), PRECISION);
        let mean = x.iter().copied().collect::<Moments>().estimate(Confidence::default()).unwrap();
        close(mean.standard_error, number(&case, "sem"), PRECISION);
        same(mean.interval, &case, "t95");
    }
}

#[test]
fn tests_of_paired_rates_are_those_of_statsmodels() {
    for case in cases("mcnemar", 3) {
        let cell = |row: usize, column: usize| case["table"][row][column].as_u64().unwrap();
        let counts =
            PairedCounts { both: cell(0, 0), only_first: cell(0, 1), only_second: cell(1, 0), neither: cell(1, 1) };
        close(counts.exact_p(), number(&case, "exact"), PRECISION_OF_P);
        close(counts.chi_squared().unwrap().p, number(&case, "chi2"), PRECISION_OF_P);
    }
}

#[test]
fn rates_of_repeats_are_their_closed_forms() {
    for case in cases("pass_k", 5) {
        let [attempts, passed, k] = ["n", "c", "k"].map(|key| count(&case, key));
        close(pass_at_k(attempts, passed, k).unwrap(), number(&case, "pass_at_k"), PRECISION);
        close(pass_pow_k(attempts, passed, k).unwrap(), number(&case, "pass_pow_k"), PRECISION);
    }
}
