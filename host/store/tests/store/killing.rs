//! Processes that are killed while they write.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;

use scorebox_core::{Example, Failure, Json, RunId};
use scorebox_eval::{ResultSink, RunStatus};
use scorebox_store::{OpenRun, Resumed, Store};

use crate::evaluation::{App, IS_EVEN, KnowsNothing, LENGTH, finish, stored_rows};
use crate::home::{Home, on_both_databases};

const ROWS: u64 = 30_000;
const STORE: &str = "SCOREBOX_TEST_KILLED_STORE";
const RUN: &str = "SCOREBOX_TEST_KILLED_RUN";

fn app() -> App {
    fn same(example: &Example) -> Result<Json, Failure> {
        Ok(example.outputs.clone().unwrap())
    }
    App::scoring(ROWS, [IS_EVEN, LENGTH]).predicting(None, same)
}

/// Goes on with a run until it is done, and says what is durable. Not a test of its own: the test below starts it in
/// processes of their own, and kills them.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "it is started by `a_row_that_was_reported_done_survives_kill_9`"]
async fn writer() -> anyhow::Result<()> {
    let (Ok(store), Ok(run)) = (std::env::var(STORE), std::env::var(RUN)) else { return Ok(()) };
    let Resumed { record, done, mut sink, .. } =
        Store::open(&store.parse()?).await?.resume(&run.parse()?, true).await?;
    let rows = app().rows(&KnowsNothing, done..ROWS).await?;
    tokio::task::block_in_place(|| {
        for chunk in rows.chunks(250) {
            sink.write(chunk)?;
            println!("\ndurable {}", done + sink.sync()?);
        }
        anyhow::Ok(())
    })?;
    finish(&mut sink, &[], record, RunStatus::Finished)?;
    Ok(())
}

/// Starts a writer, and kills it after a while, if a while is given. Answers with what it said to be durable.
fn run_writer(location: &str, run: &RunId, killed_after: Option<Duration>) -> anyhow::Result<u64> {
    let mut writer = Command::new(std::env::current_exe()?);
    writer.args(["--exact", "--ignored", "--nocapture", "killing::writer"]).env(STORE, location).env(RUN, run.as_str());
    let mut writer = writer.stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
    let lines = BufReader::new(writer.stdout.take().unwrap()).lines();
    let reader = std::thread::spawn(move || {
        let durable = |line: String| line.strip_prefix("durable ").and_then(|number| number.parse::<u64>().ok());
        lines.map_while(Result::ok).filter_map(durable).last().unwrap_or(0)
    });
    if let Some(after) = killed_after {
        std::thread::sleep(after);
        writer.kill()?;
    }
    writer.wait()?;
    Ok(reader.join().unwrap())
}

fn url(home: &Home) -> String {
    let shown = home.location.to_string();
    match shown.strip_prefix("postgres://postgres@").and_then(|rest| rest.rsplit_once('/')) {
        Some((host, database)) => format!("postgres://postgres@{}/{database}", host.replace('/', "%2F")),
        None => shown,
    }
}

on_both_databases! {
    async fn a_row_that_was_reported_done_survives_kill_9(home) {
        let store = home.open().await?;
        let (record, OpenRun { sink, .. }) = app().open(&store).await?;
        drop(sink);
        let location = url(&home);
        let mut kills = 0;
        for after in [450, 300, 520, 380, 610, 340] {
            let run = record.run_id.clone();
            let location = location.clone();
            let wait = Some(Duration::from_millis(after));
            let durable = tokio::task::spawn_blocking(move || run_writer(&location, &run, wait)).await??;
            let (done, _) = store.progress(&record.run_id).await?;
            assert!(done >= durable, "{durable} rows were reported done, and {done} are");
            assert!(done.is_multiple_of(250), "{done}");
            kills += u32::from(done < ROWS);
        }
        assert!(kills > 0, "no writer was killed before its end");
        let run = record.run_id.clone();
        if store.run(&run).await?.status != RunStatus::Finished {
            tokio::task::spawn_blocking(move || run_writer(&location, &run, None)).await??;
        }
        let ended = store.run(&record.run_id).await?;
        assert_eq!((ended.status, ended.summary.unwrap().rows), (RunStatus::Finished, ROWS));
        let rows = stored_rows(&store, &record.run_id).await?;
        let expected = app().rows(&KnowsNothing, 0..ROWS).await?;
        assert!(rows == expected, "the rows are not those of a run that nobody killed");
    }
}
