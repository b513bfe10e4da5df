use serde::{Deserialize, Serialize};

/// Why a call into a plugin gave no result, as it is recorded on the row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    /// The class of the failure.
    pub kind: FailureKind,
    /// What happened, which limit or rule it was, and what can be done about it.
    pub message: String,
    /// The guest's call stack, where there was a trap.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backtrace: Option<String>,
    /// What the guest had written to its log and its standard error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guest_output: Option<String>,
}

impl Failure {
    /// A failure without a backtrace or output of the guest.
    #[must_use]
    pub fn new(kind: FailureKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), backtrace: None, guest_output: None }
    }
}

/// The class of a failure, by which reports group them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureKind {
    /// The plugin answered that its config is wrong.
    InvalidConfig,
    /// The row lacks a field that the scorer needs.
    MissingField,
    /// The plugin answered that it does not handle this kind of row.
    Unsupported,
    /// The plugin answered that it failed.
    Failed,
    /// The guest crashed: a panic, an out-of-bounds access, an unreachable instruction.
    Trap,
    /// The guest ran out of stack.
    StackLimit,
    /// The call took longer than its wall-clock deadline.
    Deadline,
    /// The call used more CPU time than it may.
    CpuLimit,
    /// The call used up its fuel.
    FuelLimit,
    /// The guest wanted more memory or larger tables than it may have.
    MemoryLimit,
    /// The guest returned more bytes, more feedbacks or deeper JSON than it may.
    OutputLimit,
    /// The guest made more host calls, or held more host resources, than it may.
    HostCallLimit,
    /// The guest returned something that the contract rules out, such as NaN or an invalid name.
    InvalidOutput,
    /// The guest asked for something that the operator has not granted.
    Denied,
    /// A model call would have exceeded a budget.
    OverBudget,
    /// A model or an HTTP peer could not be used.
    Gateway,
    /// The plugin could not be instantiated.
    Instantiation,
}

impl FailureKind {
    /// The name that stands in results, such as `memory_limit`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidConfig => "invalid_config",
            Self::MissingField => "missing_field",
            Self::Unsupported => "unsupported",
            Self::Failed => "failed",
            Self::Trap => "trap",
            Self::StackLimit => "stack_limit",
            Self::Deadline => "deadline",
            Self::CpuLimit => "cpu_limit",
            Self::FuelLimit => "fuel_limit",
            Self::MemoryLimit => "memory_limit",
            Self::OutputLimit => "output_limit",
            Self::HostCallLimit => "host_call_limit",
            Self::InvalidOutput => "invalid_output",
            Self::Denied => "denied",
            Self::OverBudget => "over_budget",
            Self::Gateway => "gateway",
            Self::Instantiation => "instantiation",
        }
    }
}

impl std::fmt::Display for FailureKind {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.as_str())
    }
}
