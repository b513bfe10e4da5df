//! Whole runs of plans with a component.

use std::fmt::Write as _;
use std::num::NonZeroU32;
use std::path::Path;

use scorebox_core::Json;
use scorebox_engine::{CallSettings, Isolation};
use scorebox_eval::{
    ComponentSource, FunctionRequest, Plan, PlanRequest, ReadOptions, RowSelection, RunRecord, RunStatus,
    ScorerRequest, StopReason, stop_signal,
};
use scorebox_store::{Begun, OpenRun, Reused};
use scorebox_tests::{HandWritten, ScorerText};

use crate::evaluation::stored_rows;
use crate::home::on_both_databases;

async fn plan(folder: &Path, scorers: &[&str]) -> anyhow::Result<Plan> {
    let mut text = String::new();
    for index in 0..2000 {
        writeln!(text, r#"{{"id":"e{index}","inputs":{{"question":{index}}},"outputs":{index}}}"#)?;
    }
    let dataset = folder.join("data.jsonl");
    std::fs::write(&dataset, text)?;
    let named = scorers.iter().map(|name| ScorerText::named(name)).collect();
    let component = HandWritten { scorers: named, ..HandWritten::default() }.component();
    let scorer = |name: &&str| ScorerRequest {
        function: FunctionRequest {
            name: (*name).to_owned(),
            component: ComponentSource { label: "guest".into(), bytes: component.clone().into() },
            function: (*name).to_owned(),
            config: Json::parse("{}").unwrap(),
            settings: CallSettings::default(),
        },
        isolation: Some(Isolation::Example),
    };
    let request = PlanRequest {
        dataset,
        read: ReadOptions::default(),
        session: None,
        group: None,
        predictor: None,
        scorers: scorers.iter().map(scorer).collect(),
        concurrency: None,
        limit: None,
        repeats: NonZeroU32::MIN,
    };
    Ok(Plan::prepare(scorebox_tests::engine(), request).await?)
}

fn record(plan: &Plan) -> RunRecord {
    plan.record(Json::parse("{}").unwrap(), 0)
}

on_both_databases! {
    async fn a_plan_is_evaluated_into_the_store_once(home) {
        let folder = tempfile::tempdir()?;
        let store = home.open().await?;
        let first = plan(folder.path(), &["one", "two"]).await?;
        let new = record(&first);
        let Begun::Open(OpenRun { sink, memo, reuse }) = store.begin(&new, true).await? else { panic!("it is new") };
        assert!(reuse.iter().all(|it| it.reused == Reused::Nothing));
        let (_stopper, signal) = stop_signal();
        let ended = first.with_memo(memo).run(new, Box::new(sink), signal, |_| {}, |_| {}).await?;
        assert_eq!((ended.status, ended.summary.as_ref().unwrap().rows), (RunStatus::Finished, 2000));
        assert_eq!(store.run(&ended.run_id).await?, ended);
        assert_eq!(stored_rows(&store, &ended.run_id).await?.len(), 2000);

        let again = record(&plan(folder.path(), &["one", "two"]).await?);
        let Begun::Finished { record: again, .. } = store.begin(&again, true).await? else { panic!("nothing is new") };
        assert_eq!(again.summary, ended.summary);
    }

    async fn a_plan_that_was_stopped_goes_on(home) {
        let folder = tempfile::tempdir()?;
        let store = home.open().await?;
        let first = plan(folder.path(), &["one"]).await?;
        let new = record(&first);
        let Begun::Open(OpenRun { sink, memo, .. }) = store.begin(&new, true).await? else { panic!("it is new") };
        let (stopper, signal) = stop_signal();
        let stop_early = move |progress: scorebox_eval::Progress| {
            if progress.rows_done >= 100 {
                stopper.stop(StopReason::Interrupted);
            }
        };
        let ended = first.with_memo(memo).run(new, Box::new(sink), signal, stop_early, |_| {}).await?;
        assert_eq!(ended.status, RunStatus::Interrupted);

        let resumed = store.resume(&ended.run_id, true).await?;
        assert!(resumed.done >= 100 && resumed.done < 2000, "{}", resumed.done);
        assert_eq!(Some(resumed.done), ended.summary.map(|summary| summary.rows));
        let rest = plan(folder.path(), &["one"]).await?.select(RowSelection::From(resumed.done));
        let (_stopper, signal) = stop_signal();
        let rest = rest.with_memo(resumed.memo);
        let ended = rest.run(resumed.record, Box::new(resumed.sink), signal, |_| {}, |_| {}).await?;
        assert_eq!((ended.status, ended.summary.as_ref().unwrap().rows), (RunStatus::Finished, 2000));
        let rows = stored_rows(&store, &ended.run_id).await?;
        assert!(rows.iter().zip(0..).all(|(row, index)| row.index == index && row.scores.len() == 1));
    }
}
