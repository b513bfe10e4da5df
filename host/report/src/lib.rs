//! Reports of a run: HTML for a person, JUnit and annotations for CI, Markdown for a pull request, JSON and CSV.
//!
//! Rows are pushed in order of position and go to a writer of the caller's; no report keeps more than a bounded number
//! of them. This crate must never know a store, the terminal, where files lie, or how a verdict was reached. Each format
//! is described in `host/report/docs/reports.md`.

mod annotations;
mod causes;
mod context;
mod csv;
mod error;
#[cfg(test)]
#[expect(dead_code, reason = "most of it is for `tests/reports`")]
mod fixture;
mod format;
mod html;
mod json;
mod junit;
mod markdown;
mod rows;
mod shown;
mod writer;

pub use annotations::{Annotations, Places};
pub use context::ReportContext;
pub use error::ReportError;
pub use format::{InvalidReportRequest, ReportFormat, ReportRequest};
pub use html::HtmlReport;
pub use markdown::comment_marker;
pub use writer::ReportWriter;
