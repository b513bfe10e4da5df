//! The functions of a plan as they stand in the record of a run, and whether what they give may be used again.

use std::collections::BTreeMap;

use scorebox_core::{Digest, DigestWriter, Scope};
use scorebox_engine::{Inspection, Isolation};

use super::plan::{FunctionRequest, ScorerRequest};
use crate::dataset::FieldPath;
use crate::results::{FunctionRecord, FunctionRole};

/// Why the results of a function are not used again for equal rows.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotReusable {
    /// It may ask others, whose answers may change; what models answer is kept by request instead.
    #[error("its component can ask models or other machines ({0}); replies of models are cached by request instead")]
    ReachesOut(String),
    /// It sees clocks, randomness or files.
    #[error("its component sees a system ({0}), so it may not be a function of the row alone")]
    SeesSystem(String),
    /// What one instance saw before may change what it says next.
    #[error(
        "an instance of it sees the rows of a run in the order in which they come (isolation = \"run\"), so earlier ones may \
         have a say; with isolation = \"example\" or {{ batch = N }} its results can be used again"
    )]
    SharesInstances,
    /// Its result stands for several rows.
    #[error("it looks at whole conversations")]
    LooksAtSessions,
    /// What it looks at differs from run to run.
    #[error("it looks at the trace that the predict function records, and the times in it differ from run to run")]
    LooksAtRecordedTrace,
}

/// A function of the plan: what is recorded of it, and why its results cannot be used again, if they cannot.
#[derive(Clone, Debug)]
pub(super) struct PlannedFunction {
    pub(super) record: FunctionRecord,
    pub(super) not_reusable: Option<NotReusable>,
}

impl PlannedFunction {
    pub(super) fn predictor(wanted: &FunctionRequest, plugin: Digest, inspection: &Inspection) -> Self {
        let problem = imports_problem(inspection);
        Self::new(wanted, FunctionRole::Predictor, plugin, inspection, Isolation::Example, problem)
    }

    pub(super) fn scorer(
        wanted: &ScorerRequest,
        plugin: Digest,
        inspection: &Inspection,
        scope: Scope,
        looks_at_recorded_trace: bool,
        isolation: Isolation,
    ) -> Self {
        let problem = imports_problem(inspection).or_else(|| {
            if scope == Scope::Session {
                Some(NotReusable::LooksAtSessions)
            } else if isolation == Isolation::Run {
                Some(NotReusable::SharesInstances)
            } else {
                looks_at_recorded_trace.then_some(NotReusable::LooksAtRecordedTrace)
            }
        });
        Self::new(&wanted.function, FunctionRole::Scorer, plugin, inspection, isolation, problem)
    }

    fn new(
        wanted: &FunctionRequest,
        role: FunctionRole,
        plugin: Digest,
        inspection: &Inspection,
        isolation: Isolation,
        not_reusable: Option<NotReusable>,
    ) -> Self {
        let record = FunctionRecord {
            name: wanted.name.clone(),
            role,
            plugin,
            function: wanted.function.clone(),
            config: wanted.config.clone(),
            asks_models: inspection.reaches_out,
            models: BTreeMap::new(),
            aggregations: Vec::new(),
            fingerprint: not_reusable.is_none().then(|| fingerprint(wanted, role, plugin, isolation)),
            isolation,
            memory_bytes: None,
        };
        Self { record, not_reusable }
    }

    /// Takes in what else cuts batches in this run: all end where the `largest` end, and where `session` is the field
    /// that keeps rows together, no chunk of them ends within a session. Where that decides which rows share an
    /// instance, it is part of what results depend on.
    pub(super) fn settle_batches(&mut self, largest: usize, session: Option<&FieldPath>) {
        let Isolation::Batch(rows) = self.record.isolation else { return };
        if session.is_none() && largest.is_multiple_of(rows.get()) {
            return;
        }
        let session = session.map(ToString::to_string);
        let with_cuts = |own: Digest| Digest::of(format!("{own} cut by {largest} and {session:?}").as_bytes());
        self.record.fingerprint = self.record.fingerprint.map(with_cuts);
    }
}

fn imports_problem(inspection: &Inspection) -> Option<NotReusable> {
    let imported = |prefixes: &[&str]| {
        let imports = inspection.imports.iter().filter(|import| prefixes.iter().any(|it| import.starts_with(it)));
        imports.map(String::as_str).collect::<Vec<_>>().join(", ")
    };
    if inspection.is_pure {
        None
    } else if inspection.reaches_out {
        Some(NotReusable::ReachesOut(imported(&["scorebox:plugin/llm", "wasi:http/outgoing-handler"])))
    } else {
        Some(NotReusable::SeesSystem(imported(&["wasi:"])))
    }
}

/// Names all that the result for one row depends on: the host, the component, the function, its config, and its limits,
/// which decide where it fails. A feedback without a name gets the scorer's, so the name counts as well. In batches, so
/// does their size: with the order of the examples it says which rows an instance saw before, unless something else cuts
/// them; see [`PlannedFunction::settle_batches`].
fn fingerprint(wanted: &FunctionRequest, role: FunctionRole, plugin: Digest, isolation: Isolation) -> Digest {
    let limits = format!("{:?}", wanted.settings.limits);
    let mut writer = DigestWriter::default();
    let role = match role {
        FunctionRole::Predictor => "predictor",
        FunctionRole::Scorer => "scorer",
    };
    let host = env!("CARGO_PKG_VERSION");
    let plugin = plugin.to_string();
    for part in [host, role, &wanted.name, &plugin, &wanted.function, wanted.config.as_str(), &limits] {
        writer.update(&(part.len() as u64).to_le_bytes());
        writer.update(part.as_bytes());
    }
    if let Isolation::Batch(size) = isolation {
        writer.update(&(size.get() as u64).to_le_bytes());
    }
    writer.finish()
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;

    use scorebox_core::Json;
    use scorebox_engine::{CallSettings, ContractVersion};

    use super::super::plan::ComponentSource;
    use super::*;

    fn scorer(isolation: Isolation) -> PlannedFunction {
        let function = FunctionRequest {
            name: "scorer".to_owned(),
            component: ComponentSource { label: "it.wasm".to_owned(), bytes: Vec::new().into() },
            function: "scorer".to_owned(),
            config: Json::parse("{}").unwrap(),
            settings: CallSettings::default(),
        };
        let inspection = Inspection {
            contract: ContractVersion::OLDEST,
            imports: Vec::new(),
            exports: Vec::new(),
            has_scorers: true,
            has_predictors: false,
            is_pure: true,
            uses_system: false,
            reaches_out: false,
        };
        let wanted = ScorerRequest { function, isolation: Some(isolation) };
        PlannedFunction::scorer(&wanted, Digest::of(b""), &inspection, Scope::Example, false, isolation)
    }

    #[test]
    fn what_cuts_batches_is_part_of_what_results_depend_on() {
        let rows = NonZeroUsize::new(8).unwrap();
        let settled = |isolation, largest, session: Option<&str>| {
            let mut scorer = scorer(isolation);
            let session = session.map(|field| field.parse().unwrap());
            scorer.settle_batches(largest, session.as_ref());
            scorer.record.fingerprint
        };
        let batched = |largest, session| settled(Isolation::Batch(rows), largest, session).unwrap();
        let whole = scorer(Isolation::Batch(rows)).record.fingerprint.unwrap();
        for largest in [8, 16, 128] {
            assert_eq!(batched(largest, None), whole, "{largest} cut none");
        }
        let cut = [batched(12, None), batched(129, None), batched(16, Some("tags.a")), batched(16, Some("tags.b"))];
        for (index, one) in cut.iter().enumerate() {
            assert!(*one != whole && !cut[index + 1..].contains(one), "{index}");
        }
        let single = scorer(Isolation::Example).record.fingerprint;
        assert_eq!(settled(Isolation::Example, 129, Some("tags.a")), single, "single rows are never cut");
        assert_eq!(settled(Isolation::Run, 129, None), None);
    }
}
