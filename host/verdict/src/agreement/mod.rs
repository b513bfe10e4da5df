//! How far judges agree with people, and people with each other.
//!
//! The file of labels and what is computed from it are described in `host/verdict/docs/agree.md`.

mod cases;
mod collect;
mod explain;
mod judge;
mod labels;
mod labels_error;
mod measure;
mod options;
mod parse;
mod report;

pub use self::collect::Agreement;
pub use self::explain::interpretation;
pub use self::judge::{Judge, JudgeKind, Judges, UnknownJudge};
pub use self::labels::Labels;
pub use self::labels_error::{LabelsError, LabelsProblem};
pub use self::options::AgreementOptions;
pub use self::report::{
    AgreementReport, BooleanAgreement, ClassScore, ConfusionMatrix, Disagreement, JudgeAgreement, Kappas,
    NumberAgreement, PeopleAgreement, Rate, Statistic,
};
