use std::process::ExitCode;

use scorebox_eval::RunStatus;
use scorebox_store::RowParts;
use scorebox_verdict::BaselineWriter;

use super::print;
use crate::arguments::BaselineArguments;
use crate::exit::Stop;
use crate::files::NewFile;
use crate::terminal::{GOOD, count};
use crate::{rows, store};

pub(crate) async fn run(arguments: &BaselineArguments) -> Result<ExitCode, Stop> {
    let store = store::open_existing(&arguments.project).await?;
    let record = store.find(&arguments.run).await.map_err(Stop::input)?;
    if record.status != RunStatus::Finished {
        return Err(Stop::Input(anyhow::anyhow!(
            "{} is not finished, so it is no baseline\nhelp: `scorebox eval --resume {}` goes on with it",
            record.run_id,
            record.run_id
        )));
    }
    let file = NewFile::create(&arguments.file).map_err(Stop::Unfinished)?;
    let mut writer = BaselineWriter::new(file, &record).map_err(Stop::unfinished)?;
    let parts = RowParts { content: true, ..RowParts::SCORES };
    rows::each(&store, &record, parts, |row| writer.add(row).map_err(Stop::unfinished)).await?;
    writer.finish().map_err(Stop::unfinished)?.finish().map_err(Stop::Unfinished)?;
    let rows = count(record.positions(), "row");
    print(&format!("{} {} with {rows} of {}\n", GOOD.paint("wrote"), arguments.file.display(), record.run_id))
}
