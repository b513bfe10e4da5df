use std::fs::File;
use std::process::ExitCode;

use anyhow::Context as _;
use scorebox_store::RowParts;
use scorebox_verdict::{Agreement, AgreementOptions, Judges, Labels};

use super::{print, print_json};
use crate::arguments::AgreeArguments;
use crate::exit::Stop;
use crate::{report, rows, store};

pub(crate) async fn run(arguments: &AgreeArguments) -> Result<ExitCode, Stop> {
    let store = store::open_existing(&arguments.project).await?;
    let record = store.find(&arguments.run).await.map_err(Stop::input)?;
    let Some(summary) = &record.summary else {
        return Err(Stop::Input(anyhow::anyhow!(
            "{} has not ended\nhelp: `scorebox eval --resume {}` goes on with it",
            record.run_id,
            record.run_id
        )));
    };
    let path = arguments.human.display();
    let file = File::open(&arguments.human).with_context(|| format!("{path}: cannot be read")).map_err(Stop::Input)?;
    let labels = Labels::read(file, &path.to_string(), &Judges::of(summary)).map_err(Stop::input)?;
    let options = AgreementOptions { seed: record.seed, ..AgreementOptions::default() };
    let mut agreement = Agreement::new(labels, options);
    let parts = RowParts { remarks: true, ..RowParts::SCORES };
    rows::each(&store, &record, parts, |row| {
        agreement.add(row);
        Ok(())
    })
    .await?;
    let agreement = agreement.finish();
    if arguments.json { print_json(&agreement) } else { print(&report::agreement(&agreement, arguments.disagreements)) }
}
