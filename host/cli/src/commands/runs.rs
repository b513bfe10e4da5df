//! `scorebox runs`: what is in the store.

use std::process::ExitCode;

use scorebox_eval::{FieldPath, RunRecord, RunStatus, SliceCollector, Summary};
use scorebox_store::{Page, RowParts, RunFilter, Store};

use super::{print, print_json};
use crate::arguments::{RunsDeleteArguments, RunsListArguments, RunsShowArguments};
use crate::exit::Stop;
use crate::report;
use crate::terminal::{BAD, FAINT, GOOD, NAME, STRONG, WARN, align_right, count, render, table, thousands};
use crate::{rows, store};

pub(crate) async fn list(arguments: &RunsListArguments) -> Result<ExitCode, Stop> {
    let store = store::open_existing(&arguments.project).await?;
    let filter = RunFilter {
        experiment: arguments.experiment.clone(),
        branch: arguments.branch.clone(),
        ..RunFilter::default()
    };
    let page = Page { offset: 0, limit: arguments.limit };
    let runs = store.runs(&filter, page).await.map_err(Stop::unfinished)?;
    if arguments.json {
        return print_json(&runs);
    }
    if runs.is_empty() {
        return print("\n  no runs\n");
    }
    let mut table = table(["run", "when", "experiment", "branch", "status", "rows", "errors", "results"]);
    for run in &runs {
        let summary = run.summary.as_ref();
        table.add_row([
            short(run),
            FAINT.paint(run.started_at.strftime("%Y-%m-%d %H:%M")),
            run.experiment.clone().unwrap_or_default(),
            run.git_branch.clone().unwrap_or_default(),
            status(run.status),
            summary.map(|summary| thousands(summary.rows)).unwrap_or_default(),
            summary.map(|summary| thousands(summary.rows_with_errors)).unwrap_or_default(),
            summary.map(headlines).unwrap_or_default(),
        ]);
    }
    align_right(&mut table, 5..7);
    let hint = FAINT.paint("`scorebox runs show RUN` shows one; the end of its id, `last` and `last~1` name it too");
    print(&format!("\n{}\n  {hint}\n", render(&table)))
}

/// The end of an id, which is what tells runs apart.
fn short(run: &RunRecord) -> String {
    let id = run.run_id.as_str();
    NAME.paint(id.get(id.len().saturating_sub(8)..).unwrap_or(id))
}

fn status(status: RunStatus) -> String {
    match status {
        RunStatus::Finished => GOOD.paint("finished"),
        RunStatus::Running => WARN.paint("running"),
        RunStatus::Interrupted => WARN.paint("interrupted"),
        RunStatus::OverBudget => WARN.paint("over budget"),
        RunStatus::Failed => BAD.paint("failed"),
    }
}

/// The first few results in short.
fn headlines(summary: &Summary) -> String {
    const MOST: usize = 3;
    let shown = summary.scorers.iter().filter_map(|scorer| {
        let own = scorer.feedback.iter().find(|feedback| feedback.name == scorer.name)?;
        Some(format!("{} {}", scorer.name, report::headline(own)))
    });
    let mut shown: Vec<_> = shown.take(MOST).collect();
    if summary.scorers.len() > MOST {
        shown.push("…".to_owned());
    }
    shown.join(" · ")
}

pub(crate) async fn show(arguments: &RunsShowArguments) -> Result<ExitCode, Stop> {
    let store = store::open_existing(&arguments.project).await?;
    let record = store.find(&arguments.run).await.map_err(Stop::input)?;
    if arguments.json {
        return print_json(&record);
    }
    let slices = slices(&store, &record, &arguments.by).await?;
    let mut text = heading(&record);
    match &record.summary {
        Some(summary) => {
            let predictor = record.functions.iter().find(|it| it.role == scorebox_eval::FunctionRole::Predictor);
            text += &report::summary(summary, predictor.map(|it| it.function.as_str()));
            text += &report::repeats(summary);
            text += &report::failures(summary);
        }
        None => {
            text += &format!(
                "  {} or killed; `scorebox eval --resume {}` goes on with it\n",
                WARN.paint("running"),
                record.run_id
            );
        }
    }
    slices.iter().for_each(|(field, slices)| text += &report::slices(field, slices));
    print(&text)
}

fn heading(record: &RunRecord) -> String {
    let mut parts = vec![STRONG.paint(&record.run_id), status(record.status)];
    parts.push(record.started_at.strftime("%Y-%m-%d %H:%M UTC").to_string());
    parts.extend(record.git_branch.clone());
    parts.extend(record.git_commit.as_deref().and_then(|commit| commit.get(..10)).map(str::to_owned));
    let dataset = record.dataset.version.clone();
    let dataset = dataset.unwrap_or_else(|| record.dataset.path.display().to_string());
    format!("\n  {}\n  {dataset} · {}\n\n", parts.join(" · "), count(record.positions(), "row"))
}

/// The sums of a run by fields of its examples.
pub(crate) async fn slices(
    store: &Store,
    record: &RunRecord,
    by: &[FieldPath],
) -> Result<Vec<(FieldPath, Vec<(String, Summary)>)>, Stop> {
    let mut slices: Vec<_> = by.iter().map(|field| (field.clone(), slice_collector(record, field))).collect();
    if !by.is_empty() {
        let parts = RowParts { content: true, ..RowParts::SCORES };
        rows::each(store, record, parts, |row| {
            slices.iter_mut().for_each(|(_, collector)| collector.add(row));
            Ok(())
        })
        .await?;
    }
    Ok(slices.into_iter().map(|(field, collector)| (field, collector.summaries())).collect())
}

fn slice_collector(record: &RunRecord, field: &FieldPath) -> SliceCollector {
    let collector = SliceCollector::new(record.aggregations(), field.clone());
    record.dataset.group.iter().cloned().fold(collector, SliceCollector::with_clusters)
}

pub(crate) async fn delete(arguments: &RunsDeleteArguments) -> Result<ExitCode, Stop> {
    let store = store::open_existing(&arguments.project).await?;
    let record = store.find(&arguments.run).await.map_err(Stop::input)?;
    store.delete_run(&record.run_id).await.map_err(Stop::unfinished)?;
    store.close().await;
    print(&format!("{} {}\n", GOOD.paint("deleted"), record.run_id))
}
