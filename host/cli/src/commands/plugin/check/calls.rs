//! Whether equal calls give equal results, in instances of their own and in one that has been called before.

use std::collections::BTreeSet;

use scorebox_cases::{Case, Observed, ScorerCalls, SharingDifference, run_case};
use scorebox_engine::{CallSettings, Plugin, Scored};

use super::{Check, Verdict};
use crate::exit::Stop;
use crate::terminal::count;

/// Whether every function has a case.
pub(super) fn covered(plugin: &Plugin, cases: &[Case]) -> Check {
    let called: BTreeSet<_> = cases.iter().map(|case| case.call.function()).collect();
    let scorers = plugin.scorers().iter().map(|info| info.name.as_str());
    let functions = scorers.chain(plugin.predictors().iter().map(|info| info.name.as_str()));
    let uncalled: Vec<_> = functions.filter(|name| !called.contains(name)).collect();
    let found = match uncalled[..] {
        [] => Vec::new(),
        _ => vec![(Verdict::Note, format!("none for {}, so nothing below is said about it", uncalled.join(", ")))],
    };
    Check::of("cases", found, || format!("{}, for every function", count(cases.len() as u64, "case")))
}

/// Calls each case twice, in fresh instances.
pub(super) async fn same_twice(plugin: &Plugin, cases: &[Case], settings: &CallSettings) -> Result<Check, Stop> {
    let mut found = Vec::new();
    for case in cases {
        let mut results = Vec::with_capacity(2);
        for _ in 0..2 {
            let observed = run_case(plugin, case, settings).await.map_err(Stop::unfinished)?;
            results.push(canonical(&observed));
        }
        if results[0] != results[1] {
            found.push((Verdict::Failed, difference(case, &results[0], &results[1])));
        }
    }
    Ok(Check::of("determinism", found, || "each case gave the same bytes twice, in instances of its own".to_owned()))
}

/// Calls all cases of a scorer and a config one after the other in one instance, twice, and compares with what instances
/// of their own give. Predict functions always get an instance of their own.
pub(super) async fn same_in_one_instance(
    plugin: &Plugin,
    cases: &[Case],
    settings: &CallSettings,
) -> Result<Check, Stop> {
    let scorers = ScorerCalls::of(cases);
    if scorers.is_empty() {
        return Ok(Check::ok("state", "there are no cases of scorers; predict functions always get a fresh instance"));
    }
    let mut found = Vec::new();
    for calls in scorers {
        let alone = calls.alone(plugin, settings).await.map_err(Stop::unfinished)?;
        let differing = calls.in_one_instance(plugin, settings, &alone).await.map_err(Stop::unfinished)?;
        if let Some(SharingDifference { case, alone, shared }) = differing {
            let difference = difference(case, &text(alone), &text(shared));
            let advice = "it keeps something between calls: mend that, or have users set isolation = \"example\"";
            found.push((Verdict::Note, format!("{}: {advice}\n{difference}", calls.scorer())));
        }
    }
    let well = || "calls in one instance give what calls in instances of their own give".to_owned();
    Ok(Check::of("state", found, well))
}

/// What is compared of a result, as it is shown.
fn text(scored: Scored) -> String {
    let text = match scored.result {
        Ok(feedback) => serde_json::to_string(&(feedback, scored.log)),
        Err(failure) => serde_json::to_string(&(failure.kind, failure.message, scored.log)),
    };
    text.unwrap_or_default()
}

/// Equal results are equal bytes.
fn canonical(observed: &[Observed]) -> String {
    serde_json::to_string(observed).unwrap_or_default()
}

/// The two results from a little before the place where they part.
fn difference(case: &Case, one: &str, other: &str) -> String {
    let same = one.chars().zip(other.chars()).take_while(|(left, right)| left == right).count();
    let part = |text: &str| {
        const BEFORE: usize = 20;
        const SHOWN: usize = 100;
        let begin = same.saturating_sub(BEFORE);
        let mark = if begin > 0 { "…" } else { "" };
        format!("{mark}{}", text.chars().skip(begin).take(SHOWN).collect::<String>())
    };
    format!("{}: {}\n  once   {}\n  again  {}", case.place, case.name, part(one), part(other))
}
