use std::path::Path;
use std::process::ExitCode;

use scorebox_store::{ExportTarget, ManagedDatasetError, Store};

use super::arguments::ExportArguments;
use super::stop;
use crate::exit::Stop;
use crate::terminal::{GOOD, NAME, count, note};

pub(super) async fn run(arguments: &ExportArguments, store: &Store) -> Result<ExitCode, Stop> {
    let target = match &arguments.file {
        Some(path) if path != Path::new("-") => ExportTarget::File(path.clone()),
        _ => ExportTarget::StandardOutput,
    };
    let version = match store.export_dataset(&arguments.reference, arguments.format.into(), &target).await {
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
