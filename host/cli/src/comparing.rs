//! Two runs, or a baseline file and a run, set against each other.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use scorebox_eval::{FunctionRole, RunRecord};
use scorebox_store::{RowParts, Store};
use scorebox_verdict::{BaselineReader, CompareOptions, Comparison, ComparisonReport};

use crate::exit::Stop;
use crate::rows::{self, Pages};

/// What a run is compared with.
#[derive(Clone, Debug)]
pub(crate) enum Against {
    /// A stored run.
    Run(Box<RunRecord>),
    /// A baseline that was written to a file.
    File(PathBuf),
}

impl Against {
    /// A file, where there is one of that name, or else a run.
    pub(crate) async fn find(store: &Store, text: &str) -> Result<Self, Stop> {
        if Path::new(text).is_file() {
            return Ok(Self::File(text.into()));
        }
        Ok(Self::Run(Box::new(store.find(text).await.map_err(Stop::input)?)))
    }
}

/// Compares a run with an earlier one. The texts of rows whose verdict changed are only read for those.
pub(crate) async fn compare(
    store: &Store,
    against: &Against,
    run: &RunRecord,
    options: CompareOptions,
) -> Result<ComparisonReport, Stop> {
    let (comparison, earlier) = match against {
        Against::Run(earlier) => {
            let comparison = Comparison::new((**earlier).clone(), run.clone(), options);
            (with_both(store, earlier, run, comparison).await?, Some(earlier))
        }
        Against::File(path) => {
            let mut comparison = with_baseline(path, run, options)?;
            let parts = parts(&comparison, &[run]);
            rows::each(store, run, parts, |row| comparison.add_b(row).map_err(Stop::unfinished)).await?;
            (comparison, None)
        }
    };
    let mut details = comparison.compare();
    let wanted = details.wanted();
    if let Some(earlier) = earlier {
        rows::at(store, earlier, &wanted.a, RowParts::ALL, |row| details.detail_a(row)).await?;
    }
    rows::at(store, run, &wanted.b, RowParts::ALL, |row| details.detail_b(row)).await?;
    Ok(details.finish())
}

/// Reads both runs at once.
async fn with_both(
    store: &Store,
    earlier: &RunRecord,
    run: &RunRecord,
    mut comparison: Comparison,
) -> Result<Comparison, Stop> {
    let parts = parts(&comparison, &[earlier, run]);
    let (mut pages_a, mut pages_b) = (Pages::of(store, earlier, parts).await?, Pages::of(store, run, parts).await?);
    let (mut has_a, mut has_b) = (true, true);
    while has_a || has_b {
        tokio::select! {
            page = pages_a.next(), if has_a => match page? {
                Some(page) => page.iter().try_for_each(|row| comparison.add_a(row)).map_err(Stop::unfinished)?,
                None => has_a = false,
            },
            page = pages_b.next(), if has_b => match page? {
                Some(page) => page.iter().try_for_each(|row| comparison.add_b(row)).map_err(Stop::unfinished)?,
                None => has_b = false,
            },
        }
    }
    Ok(comparison)
}

/// What is read of the rows of two runs: what calls of scorers took only matters where one could ask a model.
fn parts(comparison: &Comparison, runs: &[&RunRecord]) -> RowParts {
    let mut functions = runs.iter().flat_map(|run| &run.functions);
    let calls = functions.any(|function| function.role == FunctionRole::Scorer && function.asks_models);
    RowParts { content: comparison.needs_examples(), calls, ..RowParts::SCORES }
}

fn with_baseline(path: &Path, run: &RunRecord, options: CompareOptions) -> Result<Comparison, Stop> {
    let file = File::open(path).with_context(|| format!("{}: cannot be read", path.display())).map_err(Stop::Input)?;
    let baseline = BaselineReader::open(BufReader::new(file), path.display().to_string()).map_err(Stop::input)?;
    let mut comparison = Comparison::new(baseline.record().clone(), run.clone(), options);
    for row in baseline {
        comparison.add_baseline(&row.map_err(Stop::input)?).map_err(Stop::input)?;
    }
    Ok(comparison)
}
