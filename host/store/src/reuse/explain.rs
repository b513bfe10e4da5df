use std::fmt;

use scorebox_core::{Digest, RunId};
use scorebox_engine::Isolation;
use scorebox_eval::{FunctionRecord, FunctionRole, RunRecord};

/// What a run uses again of the results of one function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionReuse {
    /// The function's name in the run.
    pub name: String,
    /// What is used again.
    pub reused: Reused,
    /// Why not all is; none where all is.
    pub change: Option<Change>,
}

/// What is used again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reused {
    /// Everything, from this run on: nothing is called.
    All {
        /// A run with the same results.
        run: RunId,
    },
    /// Rows with the same content.
    Rows {
        /// So many different contents are known.
        known: u64,
    },
    /// Nothing.
    Nothing,
}

/// What has changed since an earlier run, so that functions are called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Nothing was to be used again.
    NotWanted,
    /// Equal rows may give other results; the plan says why.
    NotReusable,
    /// No earlier run of the experiment had a function of that name.
    NoEarlierRun,
    /// Another component.
    Component {
        /// The run that it is compared with.
        run: RunId,
        /// The component of that run.
        before: Digest,
    },
    /// Another function of the component.
    Function {
        /// The run that it is compared with.
        run: RunId,
        /// The function of that run.
        before: String,
    },
    /// Another config.
    Config {
        /// The run that it is compared with.
        run: RunId,
    },
    /// Equal rows could give other results in the earlier run.
    NotReusableBefore {
        /// The run that it is compared with.
        run: RunId,
    },
    /// Another number of rows that share an instance.
    Isolation {
        /// The run that it is compared with.
        run: RunId,
        /// The isolation in that run.
        before: Isolation,
        /// The isolation in the new run.
        now: Isolation,
    },
    /// Other limits, another version of Scorebox, or batches that end at other rows.
    SettingsOrBatches {
        /// The run that it is compared with.
        run: RunId,
    },
    /// Other limits, or another version of Scorebox.
    Settings {
        /// The run that it is compared with.
        run: RunId,
    },
    /// Other examples, or more of them.
    Dataset {
        /// The run that it is compared with.
        run: RunId,
    },
    /// Another number of repeats.
    Repeats {
        /// The run that it is compared with.
        run: RunId,
    },
    /// The same, but the outputs that are scored are not those of an earlier run.
    Outputs {
        /// The run that it is compared with.
        run: RunId,
    },
    /// The earlier run did not come to its end, or has failures that may not happen again.
    Incomplete {
        /// The run that it is compared with.
        run: RunId,
    },
}

impl fmt::Display for Change {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotWanted => formatter.write_str("earlier results are not used in this run"),
            Self::NotReusable => formatter.write_str("equal rows may give other results"),
            Self::NoEarlierRun => formatter.write_str("there are no earlier results"),
            Self::Component { run, before } => {
                write!(formatter, "the component has changed since {run}, where it was {}", before.short())
            }
            Self::Function { run, before } => write!(formatter, "in {run} it was the function `{before}`"),
            Self::Config { run } => write!(formatter, "its config has changed since {run}"),
            Self::NotReusableBefore { run } => write!(formatter, "in {run} equal rows could give other results"),
            Self::Isolation { run, before, now } => write!(
                formatter,
                "its isolation was {before} in {run} and is {now} now; where the config does not set it, it follows \
                 the number of rows"
            ),
            Self::SettingsOrBatches { run } => {
                write!(formatter, "its limits, where its batches end, or Scorebox itself have changed since {run}")
            }
            Self::Settings { run } => write!(formatter, "its limits or Scorebox itself have changed since {run}"),
            Self::Dataset { run } => write!(formatter, "the examples are not those of {run}, or more of them"),
            Self::Repeats { run } => write!(formatter, "the number of repeats has changed since {run}"),
            Self::Outputs { run } => write!(formatter, "the outputs are not those of {run}"),
            Self::Incomplete { run } => {
                write!(formatter, "{run} has not all rows, or failures that may not happen again")
            }
        }
    }
}

/// An earlier run of the same experiment.
pub(crate) struct Earlier {
    pub(crate) record: RunRecord,
    /// Positions that are done.
    pub(crate) done: u64,
}

/// Why a function of a new run, which needs so many positions, does not share the column of an earlier one. Earlier runs come
/// newest first.
pub(crate) fn explain(new: &RunRecord, positions: u64, function: &FunctionRecord, earlier: &[Earlier]) -> Change {
    if function.fingerprint.is_none() {
        return Change::NotReusable;
    }
    let is_it = |other: &&FunctionRecord| other.name == function.name && other.role == function.role;
    let found = earlier.iter().find_map(|run| Some((run, run.record.functions.iter().find(is_it)?)));
    let Some((earlier, before)) = found else { return Change::NoEarlierRun };
    let run = earlier.record.run_id.clone();
    if before.plugin != function.plugin {
        Change::Component { run, before: before.plugin }
    } else if before.function != function.function {
        Change::Function { run, before: before.function.clone() }
    } else if before.config != function.config {
        Change::Config { run }
    } else if before.isolation != function.isolation {
        Change::Isolation { run, before: before.isolation, now: function.isolation }
    } else if before.fingerprint.is_none() {
        Change::NotReusableBefore { run }
    } else if before.fingerprint != function.fingerprint {
        match function.isolation {
            Isolation::Batch(_) => Change::SettingsOrBatches { run },
            Isolation::Example | Isolation::Run => Change::Settings { run },
        }
    } else if earlier.record.repeats != new.repeats {
        Change::Repeats { run }
    } else if earlier.record.dataset.snapshot != new.dataset.snapshot {
        Change::Dataset { run }
    } else if earlier.done < positions {
        if earlier.record.dataset.limit == new.dataset.limit {
            Change::Incomplete { run }
        } else {
            Change::Dataset { run }
        }
    } else if !have_equal_outputs(&earlier.record, new) {
        Change::Outputs { run }
    } else {
        Change::Incomplete { run }
    }
}

/// Whether equal examples have equal outputs in both runs.
fn have_equal_outputs(earlier: &RunRecord, new: &RunRecord) -> bool {
    match (predictor(earlier), predictor(new)) {
        (None, None) => true,
        (Some(before), Some(now)) => now.fingerprint.is_some() && before.fingerprint == now.fingerprint,
        _ => false,
    }
}

fn predictor(record: &RunRecord) -> Option<&FunctionRecord> {
    record.functions.iter().find(|function| function.role == FunctionRole::Predictor)
}
