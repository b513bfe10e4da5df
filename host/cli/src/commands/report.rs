use std::process::ExitCode;

use scorebox_report::ReportContext;
use scorebox_verdict::CompareOptions;

use super::print;
use crate::arguments::ReportCommandArguments;
use crate::comparing::{Against, compare};
use crate::exit::Stop;
use crate::terminal::GOOD;
use crate::{reporting, store};

pub(crate) async fn run(arguments: &ReportCommandArguments) -> Result<ExitCode, Stop> {
    let store = store::open_existing(&arguments.project).await?;
    let record = store.find(&arguments.run).await.map_err(Stop::input)?;
    let comparison = match &arguments.against {
        Some(against) => {
            let against = Against::find(&store, against).await?;
            let options = CompareOptions { seed: record.seed, ..CompareOptions::default() };
            Some(compare(&store, &against, &record, options).await?)
        }
        None => None,
    };
    let context = ReportContext { comparison: comparison.as_ref(), ..ReportContext::new(&record) };
    reporting::write(&store, &context, &arguments.reports).await?;
    let written = arguments.reports.iter().map(|it| format!("{} {}\n", GOOD.paint("wrote"), it.path.display()));
    print(&written.collect::<String>())
}
