//! What finished runs say: how two of them differ, whether a gate lets one through, whether judges agree with people.
//!
//! Records and rows are pushed in; what comes out are plain values, which reports show. This crate must never know a
//! database, the terminal or where files are: the text formats of baselines and labels are streams here.

mod agreement;
mod baseline;
mod compare;
mod excerpt;
mod field;
mod gate;
mod inputs_key;
mod number;
mod shown;
mod subject;

pub use agreement::{
    Agreement, AgreementOptions, AgreementReport, BooleanAgreement, ClassScore, ConfusionMatrix, Disagreement, Judge,
    JudgeAgreement, JudgeKind, Judges, Kappas, Labels, LabelsError, LabelsProblem, NumberAgreement, PeopleAgreement,
    Rate, Statistic, UnknownJudge, interpretation,
};
pub use baseline::{BaselineError, BaselineProblem, BaselineReader, BaselineRow, BaselineWriter};
pub use compare::{
    Change, CompareOptions, Comparison, ComparisonDetails, ComparisonError, ComparisonReport, Difference,
    DifferenceInterval, DifferenceKind, Direction, FeedbackComparison, FeedbackFlips, Flip, IntervalMethod,
    LabelComparison, LatencyComparison, NumericComparison, NumericKind, PairedBy, PairedMeans, PairedTest, Pairing,
    RunBrief, Severity, Sides, Slice, SliceComparison, SpendingComparison, TestMethod, Transition, WantedRows,
};
pub use excerpt::Excerpt;
pub use gate::{
    AgainstBaseline, BaselineGate, Bound, Check, CheckOutcome, Decide, Gate, GateConfig, GateReport, InvalidAgainst,
    InvalidMargin, InvalidRequirement, LatencyMetric, Margin, Metric, Missing, Operator, PredictMetric, Requirement,
    RequirementProblem, RunMetric, Target,
};
pub use inputs_key::{InputsKey, InvalidInputsKey};
pub use subject::{InvalidSubject, Subject};
