//! Whether equal calls give equal results, in instances of their own and in one that has been called before.

use std::collections::BTreeSet;

use scorebox_cases::{Call, Case, Observed, run_case};
use scorebox_core::{Example, Json};
use scorebox_engine::{CallSettings, Isolation, Plugin, Scored, Scorer, SetupError};

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
            let observed = run_case(plugin, case, Isolation::Example, settings).await.map_err(Stop::unfinished)?;
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
    let mut found = Vec::new();
    let mut scorers = 0;
    for group in groups(cases) {
        let reused = group.scorer(plugin, Isolation::Run, settings).map_err(Stop::unfinished)?;
        let fresh = group.scorer(plugin, Isolation::Example, settings).map_err(Stop::unfinished)?;
        scorers += 1;
        let mut differing = None;
        for _ in 0..2 {
            for (case, call) in &group.calls {
                let (expected, actual) = (call.result(&fresh).await, call.result(&reused).await);
                if expected != actual && differing.is_none() {
                    differing = Some(difference(case, &expected, &actual));
                }
            }
        }
        if let Some(difference) = differing {
            let advice = "it keeps something between calls: mend that, or have users set isolation = \"example\"";
            found.push((Verdict::Note, format!("{}: {advice}\n{difference}", group.name)));
        }
    }
    if scorers == 0 {
        return Ok(Check::ok("state", "there are no cases of scorers; predict functions always get a fresh instance"));
    }
    let well = || "calls in one instance give what calls in instances of their own give".to_owned();
    Ok(Check::of("state", found, well))
}

/// The calls of a scorer with the same config.
struct Group<'c> {
    name: &'c str,
    config: &'c Json,
    calls: Vec<(&'c Case, ScorerCall<'c>)>,
}

enum ScorerCall<'c> {
    Example(&'c Example),
    Session(&'c [Example]),
}

impl Group<'_> {
    fn scorer(&self, plugin: &Plugin, isolation: Isolation, settings: &CallSettings) -> Result<Scorer, SetupError> {
        plugin.scorer(self.name, self.config.clone(), isolation, settings.clone())
    }
}

impl ScorerCall<'_> {
    async fn result(&self, scorer: &Scorer) -> String {
        let Scored { result, log, .. } = match self {
            Self::Example(example) => scorer.score(example).await,
            Self::Session(turns) => scorer.score_session(turns).await,
        };
        let text = match result {
            Ok(feedback) => serde_json::to_string(&(feedback, log)),
            Err(failure) => serde_json::to_string(&(failure.kind, failure.message)),
        };
        text.unwrap_or_default()
    }
}

fn groups(cases: &[Case]) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for case in cases {
        let (name, calls): (&str, Vec<_>) = match &case.call {
            Call::Score { scorer, example } => (scorer, vec![ScorerCall::Example(example)]),
            Call::Batch { scorer, examples } => (scorer, examples.iter().map(ScorerCall::Example).collect()),
            Call::Session { scorer, turns } => (scorer, vec![ScorerCall::Session(turns)]),
            Call::Predict { .. } => continue,
        };
        let calls = calls.into_iter().map(|call| (case, call));
        let is_same = |group: &&mut Group<'_>| group.name == name && group.config.as_str() == case.config.as_str();
        match groups.iter_mut().find(is_same) {
            Some(group) => group.calls.extend(calls),
            None => groups.push(Group { name, config: &case.config, calls: calls.collect() }),
        }
    }
    groups
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
