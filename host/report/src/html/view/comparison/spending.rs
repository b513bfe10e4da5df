use std::time::Duration;

use scorebox_verdict::{ComparisonReport, LatencyComparison, Sides};
use serde::Serialize;

use crate::shown::{duration, signed, thousands};

/// What one run took and what the other took.
#[derive(Serialize)]
pub(super) struct SpendingLine {
    what: &'static str,
    before: String,
    now: String,
    difference: String,
}

/// What both runs took, where they took anything.
pub(super) fn spending(comparison: &ComparisonReport) -> Vec<SpendingLine> {
    let spending = &comparison.spending;
    let mut lines = Vec::new();
    if spending.requests != Sides::default() {
        let difference = spending.cost_per_row_usd.map_or_else(String::new, |means| {
            let interval = means
                .interval
                .map_or_else(String::new, |it| format!(" [{}, {}]", signed_dollars(it.low), signed_dollars(it.high)));
            format!("{}{interval} a row", signed_dollars(means.difference))
        });
        lines.push(SpendingLine {
            what: "Cost",
            before: format!("${:.4}", spending.cost_usd.a),
            now: format!("${:.4}", spending.cost_usd.b),
            difference,
        });
        lines.push(SpendingLine {
            what: "Tokens",
            before: thousands(spending.tokens.a),
            now: thousands(spending.tokens.b),
            difference: String::new(),
        });
    }
    lines.extend(spending.predict_latency.iter().flat_map(latency));
    lines
}

fn signed_dollars(amount: f64) -> String {
    let sign = if amount < 0.0 { "-" } else { "+" };
    match amount.abs() {
        size @ (0.0..1e-5) if size > 0.0 => format!("{sign}${size:.1e}"),
        size => format!("{sign}${size:.5}"),
    }
}

fn latency(latency: &LatencyComparison) -> [SpendingLine; 2] {
    let line = |what, times: Sides<f64>, difference| SpendingLine {
        what,
        before: nanoseconds(times.a),
        now: nanoseconds(times.b),
        difference,
    };
    let paired = latency.paired_ns.map_or_else(String::new, |means| {
        let interval = means.interval.map_or_else(String::new, |it| {
            format!(" [{}, {}]", signed_nanoseconds(it.low), signed_nanoseconds(it.high))
        });
        format!("{}{interval} a prediction", signed_nanoseconds(means.difference))
    });
    [line("Prediction, median", latency.p50_ns, paired), line("Prediction, p90", latency.p90_ns, String::new())]
}

fn nanoseconds(nanoseconds: f64) -> String {
    let time = Duration::try_from_secs_f64(nanoseconds / 1e9);
    time.map_or_else(|_| signed(nanoseconds), duration)
}

fn signed_nanoseconds(difference: f64) -> String {
    format!("{}{}", if difference < 0.0 { "-" } else { "+" }, nanoseconds(difference.abs()))
}
