//! What follows a run: what its rows say, the gate, and the reports.

use std::path::PathBuf;

use scorebox_eval::{FieldPath, Summary};
use scorebox_report::ReportContext;
use scorebox_store::Store;
use scorebox_verdict::GateReport;

use crate::commands::runs::slices;
use crate::config::Project;
use crate::exit::Stop;
use crate::gating;
use crate::reporting;

use super::EvalOptions;
use super::running::Ran;

/// What was found out about a run.
pub(super) struct Finished {
    pub(super) folder: Option<PathBuf>,
    pub(super) slices: Vec<(FieldPath, Vec<(String, Summary)>)>,
    pub(super) gate: Option<GateReport>,
}

pub(super) async fn finish(
    ran: &Ran,
    project: &Project,
    store: &Store,
    options: &EvalOptions,
) -> Result<Finished, Stop> {
    let record = &ran.record;
    let slices = slices(store, record, &options.by).await?;
    let (gate, comparison) = match project.gate() {
        Some(config) => {
            let decided = gating::decide(store, record, config, project).await?;
            (Some(decided.report), decided.comparison)
        }
        None => (None, None),
    };
    let command = format!("scorebox eval {}", project.folder().display());
    let mut context = ReportContext::new(record).with_command(&command);
    context.gate = gate.as_ref();
    context.comparison = comparison.as_ref();
    reporting::write(store, &context, &options.reports).await?;
    let folder = match project.output(&options.overrides) {
        Some(output) => Some(reporting::write_folder(store, record, &output).await?),
        None => None,
    };
    Ok(Finished { folder, slices, gate })
}
