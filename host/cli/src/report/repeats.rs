use scorebox_eval::Summary;

use crate::terminal::{FAINT, NAME, STRONG, align_right, render, table, thousands};

/// pass@k and pass^k of every boolean scorer of a run with repeats; nothing for other runs.
pub(crate) fn repeats(summary: &Summary) -> String {
    let mut shown = table(["scorer", "k", "pass@k", "95 % CI", "pass^k", "95 % CI", "examples"]);
    let mut is_empty = true;
    for feedback in summary.scorers.iter().flat_map(|scorer| &scorer.feedback) {
        for rate in feedback.repeats.iter().flat_map(|repeats| &repeats.rates) {
            is_empty = false;
            let interval = |interval: Option<(f64, f64)>| {
                interval.map(|(low, high)| format!("[{:.1}, {:.1}] %", low * 100.0, high * 100.0)).unwrap_or_default()
            };
            shown.add_row([
                if rate.k == 1 { NAME.paint(&feedback.name) } else { String::new() },
                rate.k.to_string(),
                percent(rate.pass_at_k),
                interval(rate.pass_at_k_interval.map(|it| (it.low, it.high))),
                percent(rate.pass_pow_k),
                interval(rate.pass_pow_k_interval.map(|it| (it.low, it.high))),
                thousands(rate.examples),
            ]);
        }
    }
    if is_empty {
        return String::new();
    }
    align_right(&mut shown, 1..7);
    let meaning = FAINT.paint("pass@k: at least one of k repeats passes; pass^k: all of them do");
    format!("\n  {} {meaning}\n\n{}", STRONG.paint("repeats"), render(&shown))
}

fn percent(rate: f64) -> String {
    format!("{:.1} %", rate * 100.0)
}
