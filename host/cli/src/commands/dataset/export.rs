use std::path::Path;
use std::process::ExitCode;

use anyhow::anyhow;
use scorebox_eval::Format;
use scorebox_store::{ExportFormat, ExportTarget, ManagedDatasetError, Store};

use super::arguments::ExportArguments;
use super::stop;
use crate::exit::Stop;
use crate::terminal::{GOOD, NAME, count, note};

pub(super) async fn run(arguments: &ExportArguments, store: &Store) -> Result<ExitCode, Stop> {
    let target = match &arguments.file {
        Some(path) if path != Path::new("-") => ExportTarget::File(path.clone()),
        _ => ExportTarget::StandardOutput,
    };
    let format = format(arguments)?;
    let version = match store.export_dataset(&arguments.reference, format, &target).await {
        // A reader that has seen enough, such as `head`, is no error.
        Err(ManagedDatasetError::Output { source, .. })
            if target == ExportTarget::StandardOutput && source.kind() == std::io::ErrorKind::BrokenPipe =>
        {
            return Ok(ExitCode::SUCCESS);
        }
        outcome => outcome.map_err(stop)?,
    };
    if let ExportTarget::File(path) = &target {
        let examples = count(version.rows, "example");
        note(&format!("  {} {} · {examples} of {}", GOOD.paint("wrote"), path.display(), NAME.paint(&version)));
    }
    Ok(ExitCode::SUCCESS)
}

/// The format that was asked for, or the one that the file's extension stands for.
fn format(arguments: &ExportArguments) -> Result<ExportFormat, Stop> {
    match (arguments.format, &arguments.file) {
        (Some(format), _) => Ok(format.into()),
        (None, None) => Ok(ExportFormat::Jsonl),
        (None, Some(file)) => match Format::of(file) {
            Some(Format::Parquet) => Err(Stop::Input(anyhow!(
                "{}: Parquet cannot be written: name the file .jsonl or .csv, or say --format",
                file.display()
            ))),
            Some(Format::Csv) => Ok(ExportFormat::Csv),
            Some(Format::Jsonl) | None => Ok(ExportFormat::Jsonl),
        },
    }
}
