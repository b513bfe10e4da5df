use scorebox_core::FailureKind;
use scorebox_eval::Outcome;

/// Whether the same call of a component without imports would give this again.
pub(crate) fn is_lasting(outcome: &Outcome) -> bool {
    match outcome {
        Outcome::Feedback(_) => true,
        Outcome::Error(failure) => is_lasting_failure(failure.kind),
        Outcome::Skipped(_) => false,
    }
}

/// Whether the same call would fail in the same way: not where the machine, its load or an operator had a say.
pub(crate) fn is_lasting_failure(kind: FailureKind) -> bool {
    match kind {
        FailureKind::InvalidConfig
        | FailureKind::MissingField
        | FailureKind::Unsupported
        | FailureKind::Failed
        | FailureKind::Trap
        | FailureKind::StackLimit
        | FailureKind::FuelLimit
        | FailureKind::OutputLimit
        | FailureKind::InvalidOutput => true,
        FailureKind::Deadline
        | FailureKind::CpuLimit
        | FailureKind::MemoryLimit
        | FailureKind::HostCallLimit
        | FailureKind::Denied
        | FailureKind::OverBudget
        | FailureKind::Gateway
        | FailureKind::Instantiation => false,
    }
}
