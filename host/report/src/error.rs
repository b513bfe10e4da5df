use std::io;

/// Why a report could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The operating system refused.
    #[error("the report cannot be written: {0}")]
    Io(#[from] io::Error),
    /// Something has no JSON form.
    #[error("the report cannot be written as JSON: {0}")]
    Encode(#[from] serde_json::Error),
}
