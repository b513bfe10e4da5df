use scorebox_core::Usage;
use scorebox_eval::RunRecord;
use scorebox_stats::{Confidence, Moments, quantile};

use super::pairing::Pair;
use super::report::{LatencyComparison, PairedMeans, Sides, SpendingComparison};
use super::side::{ExampleRows, RowNumbers, Side};
use crate::number::{count, length};

/// What both runs took.
pub(super) fn compare_spending(
    records: Sides<&RunRecord>,
    sides: Sides<&Side>,
    pairs: &[Pair],
    confidence: Confidence,
) -> SpendingComparison {
    let usage = Sides { a: usage(records.a, sides.a), b: usage(records.b, sides.b) };
    let knows_rows = sides.a.knows_spending && sides.b.knows_spending;
    let costs = knows_rows && !(usage.a.is_none() && usage.b.is_none());
    let paired = |number: fn(&RowNumbers) -> Option<f64>| paired_means(sides, pairs, number, confidence);
    SpendingComparison {
        cost_usd: Sides { a: usage.a.cost.dollars(), b: usage.b.cost.dollars() },
        tokens: Sides { a: usage.a.tokens(), b: usage.b.tokens() },
        requests: Sides { a: usage.a.requests, b: usage.b.requests },
        cost_per_row_usd: if costs { paired(|row| Some(row.cost_usd)) } else { None },
        predict_latency: latency(sides, paired(|row| row.predict_ns)),
    }
}

/// What a run took: the sum of its rows, or where they do not say it, what its summary says.
fn usage(record: &RunRecord, side: &Side) -> Usage {
    match &record.summary {
        Some(summary) if !side.knows_spending => summary.usage,
        _ => side.usage,
    }
}

fn paired_means(
    sides: Sides<&Side>,
    pairs: &[Pair],
    number: fn(&RowNumbers) -> Option<f64>,
    confidence: Confidence,
) -> Option<PairedMeans> {
    let of = |side: &Side, example: &ExampleRows| {
        let numbers = || side.rows[example.range()].iter().filter_map(number);
        let n = numbers().count();
        (n > 0).then(|| numbers().sum::<f64>() / length(n))
    };
    let (mut a, mut b, mut differences) = (Moments::new(), Moments::new(), Moments::new());
    for pair in pairs {
        let from = of(sides.a, &sides.a.examples[pair.a]);
        if let (Some(from), Some(to)) = (from, of(sides.b, &sides.b.examples[pair.b])) {
            a.add(from);
            b.add(to);
            differences.add(to - from);
        }
    }
    Some(PairedMeans {
        n: differences.n(),
        mean: Sides { a: a.mean().ok()?, b: b.mean().ok()? },
        difference: differences.mean().ok()?,
        interval: differences.estimate(confidence).ok().map(|estimate| estimate.interval),
    })
}

fn latency(sides: Sides<&Side>, paired_ns: Option<PairedMeans>) -> Option<LatencyComparison> {
    let percentiles = |side: &Side| {
        let mut times: Vec<f64> = side.rows.iter().filter_map(|row| row.predict_ns).collect();
        Some((quantile(&mut times, 0.5).ok()?, quantile(&mut times, 0.9).ok()?))
    };
    let (a, b) = (percentiles(sides.a)?, percentiles(sides.b)?);
    let reused = |side: &Side| count(side.rows.iter().filter(|row| row.is_prediction_reused).count());
    Some(LatencyComparison {
        p50_ns: Sides { a: a.0, b: b.0 },
        p90_ns: Sides { a: a.1, b: b.1 },
        paired_ns,
        reused: Sides { a: reused(sides.a), b: reused(sides.b) },
    })
}
