//! What a gate promises, checked by letting it decide about many runs whose true difference is known.

use scorebox_core::{Number, Value};
use scorebox_eval::{Outcome, RowResult, RunStatus};
use scorebox_verdict::{CheckOutcome, Comparison, Gate, GateConfig};

use crate::support::Run;

const MARGIN: f64 = 0.05;
const RUNS: u32 = 3000;
/// 2.5 %, and three standard errors of 3,000 runs.
const MOST: f64 = 0.025 + 3.0 * 0.002_85;

/// Numbers from 0 to 1, always the same (Steele, Lea and Flood 2014, "SplitMix").
struct Random(u64);

impl Random {
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        f64::from(u32::try_from((bits ^ (bits >> 31)) >> 32).unwrap()) / 4_294_967_296.0
    }
}

fn set(row: &mut RowResult, value: Value) {
    let Outcome::Feedback(feedback) = &mut row.scores[0].outcome else { unreachable!() };
    feedback[0].value = value;
}

fn decided(gate: &Gate, a: &Run, b: &Run) -> CheckOutcome {
    let options = gate.config().baseline.as_ref().unwrap().compare_options();
    let mut comparison = Comparison::new(a.record.clone(), b.record.clone(), options);
    a.rows.iter().for_each(|row| comparison.add_a(row).unwrap());
    b.rows.iter().for_each(|row| comparison.add_b(row).unwrap());
    let report = comparison.compare().finish();
    gate.evaluate(&b.record, &b.summary(), Some(&report), RunStatus::Finished).checks[0].outcome
}

fn gate(decide: &str) -> Gate {
    let config = format!(r#"{{"baseline": {{"against": "branch:main", "margin": {MARGIN}, "decide": "{decide}"}}}}"#);
    Gate::new(serde_json::from_str::<GateConfig>(&config).unwrap())
}

/// How often a gate decides in one way about runs of so many rows, whose values the function draws.
fn share(
    gate: &Gate,
    wanted: CheckOutcome,
    rows: usize,
    seed: u64,
    draw: impl Fn(&mut Random) -> (Value, Value),
) -> f64 {
    let mut random = Random(seed);
    let mut a = Run::new(rows as u64).scorer("s", vec![false; rows]);
    let mut b = a.clone();
    let mut found = 0;
    for _ in 0..RUNS {
        for (from, to) in a.rows.iter_mut().zip(&mut b.rows) {
            let (first, second) = draw(&mut random);
            set(from, first);
            set(to, second);
        }
        found += u32::from(decided(gate, &a, &b) == wanted);
    }
    f64::from(found) / f64::from(RUNS)
}

/// Pairs that differ on 15 % of the rows, and so that B is worse by exactly the margin.
fn booleans(random: &mut Random) -> (Value, Value) {
    let (a, b) = match random.unit() {
        0.0..0.05 => (false, true),
        0.05..0.15 => (true, false),
        0.15..0.75 => (true, true),
        _ => (false, false),
    };
    (Value::Boolean(a), Value::Boolean(b))
}

/// Numbers whose differences are skewed, and on average minus the margin.
fn numbers(random: &mut Random) -> (Value, Value) {
    let a = random.unit();
    let difference = 0.3 * (random.unit() + random.unit() * random.unit() - 0.75) - MARGIN;
    let number = |value| Value::Number(Number::try_from(value).unwrap());
    (number(a), number(a + difference))
}

#[test]
fn a_run_that_is_worse_by_the_margin_passes_by_chance_at_most_once_in_forty() {
    let gate = gate("not_worse");
    let of_booleans = share(&gate, CheckOutcome::Passed, 150, 1, booleans);
    let of_numbers = share(&gate, CheckOutcome::Passed, 60, 2, numbers);
    println!("passed at the margin: booleans {of_booleans}, numbers {of_numbers}");
    assert!(of_booleans <= MOST, "{of_booleans}");
    assert!(of_numbers <= MOST, "{of_numbers}");
}

#[test]
fn a_run_that_is_worse_by_no_more_than_the_margin_fails_by_chance_about_once_in_forty() {
    let gate = gate("worse");
    let of_booleans = share(&gate, CheckOutcome::Failed, 150, 3, booleans);
    let of_numbers = share(&gate, CheckOutcome::Failed, 60, 4, numbers);
    println!("failed at the margin: booleans {of_booleans}, numbers {of_numbers}");
    assert!(of_booleans <= MOST, "{of_booleans}");
    assert!(of_numbers <= MOST, "{of_numbers}");
}

#[test]
fn a_run_that_is_as_good_passes_most_of_the_time_with_enough_rows() {
    let equal = |random: &mut Random| {
        let (a, b) = match random.unit() {
            0.0..0.05 => (false, true),
            0.05..0.1 => (true, false),
            _ => (true, true),
        };
        (Value::Boolean(a), Value::Boolean(b))
    };
    // 314 pairs show a difference of the margin four times out of five: (1.96 + 0.84)² × 0.1 / 0.05².
    let passed = share(&gate("not_worse"), CheckOutcome::Passed, 314, 5, equal);
    println!("passed without a difference: {passed}");
    assert!((0.75..0.9).contains(&passed), "{passed}");
}
