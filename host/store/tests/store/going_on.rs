use scorebox_core::{Example, Failure, FailureKind, Json, Value};
use scorebox_eval::{FunctionRecord, Outcome, ResultSink, RowResult, RunRecord, RunStatus, Summary};
use scorebox_store::{Extended, OpenExtension, OpenRun, Store, StoreError};

use crate::evaluation::{App, IS_EVEN, LENGTH, Scorer, failed, failure, finish, json, says, stored_rows, write};
use crate::home::on_both_databases;

fn doubled(example: &Example) -> Result<Json, Failure> {
    let number: i64 = example.outputs.as_ref().unwrap().to().unwrap();
    Ok(json(&(number * 2).to_string()))
}

fn breaks_on_sevenths(example: &Example) -> Result<Json, Failure> {
    let number: i64 = example.outputs.as_ref().unwrap().to().unwrap();
    if number % 7 == 0 { Err(failure(FailureKind::Gateway)) } else { doubled(example) }
}

fn breaks_on_fours(example: &Example) -> Outcome {
    let number: i64 = example.outputs.as_ref().unwrap().to().unwrap();
    if number % 10 == 4 { Outcome::Error(failure(FailureKind::Gateway)) } else { passes() }
}

fn passes() -> Outcome {
    says("judge", Value::Boolean(true))
}

/// Fails on each third example.
fn breaks_on_thirds(example: &Example) -> Outcome {
    let number: i64 = example.outputs.as_ref().unwrap().to().unwrap();
    if number % 3 == 0 { Outcome::Error(failure(FailureKind::Failed)) } else { says("thirds", Value::Integer(number)) }
}

const THIRDS: Scorer = Scorer { name: "thirds", fingerprint: Some("thirds 1"), function: breaks_on_thirds };

/// An application with a predict function and three scorers.
fn app(rows: u64) -> App {
    App::scoring(rows, [IS_EVEN, LENGTH, THIRDS]).predicting(None, doubled)
}

/// What a run comes to that nobody interrupts.
async fn without_interruption(rows: u64) -> anyhow::Result<(Vec<RowResult>, Summary)> {
    let home = crate::home::Home::sqlite()?;
    let store = home.open().await?;
    let record = app(rows).run(&store).await?;
    Ok((stored_rows(&store, &record.run_id).await?, record.summary.unwrap()))
}

on_both_databases! {
    async fn a_run_goes_on_from_wherever_it_was_cut_off(home) {
        let (expected, summary) = without_interruption(120).await?;
        let store = home.open().await?;
        for cut in [0, 1, 37, 100, 119, 120] {
            let app = app(120);
            let (record, OpenRun { mut sink, memo, .. }) = app.open(&store).await?;
            let rows = app.rows(&*memo, 0..cut).await?;
            write(&mut sink, &rows)?;
            drop(sink);

            let mut resumed = home.open().await?.resume(&record.run_id, true).await?;
            assert_eq!(resumed.done, cut);
            assert_eq!(resumed.record, record);
            let rest = app.rows(&*resumed.memo, cut..120).await?;
            let finished = finish(&mut resumed.sink, &rest, resumed.record, RunStatus::Finished)?;
            assert_eq!(stored_rows(&store, &record.run_id).await?, expected, "cut off at {cut}");
            assert_eq!(finished.summary.as_ref(), Some(&summary), "cut off at {cut}");
            assert_eq!(store.run(&record.run_id).await?, finished);
            assert_eq!(app.calls("predict"), 120, "cut off at {cut}");
            store.delete_run(&record.run_id).await?;
        }
    }

    async fn a_run_may_be_cut_off_many_times(home) {
        let (expected, summary) = without_interruption(100).await?;
        let app = app(100);
        let store = home.open().await?;
        let (record, open) = app.open(&store).await?;
        drop(open);
        let mut finished = None;
        for step in 1..=10 {
            let mut resumed = store.resume(&record.run_id, true).await?;
            let rows = app.rows(&*resumed.memo, resumed.done..step * 10).await?;
            if step < 10 {
                write(&mut resumed.sink, &rows)?;
            } else {
                finished = Some(finish(&mut resumed.sink, &rows, resumed.record, RunStatus::Finished)?);
            }
        }
        assert_eq!(stored_rows(&store, &record.run_id).await?, expected);
        assert_eq!(finished.unwrap().summary.unwrap(), summary);
    }

    async fn an_interrupted_run_goes_on_and_a_finished_one_does_not(home) {
        let app = app(50);
        let store = home.open().await?;
        let (record, OpenRun { mut sink, memo, .. }) = app.open(&store).await?;
        let rows = app.rows(&*memo, 0..20).await?;
        let ended = finish(&mut sink, &rows, record.clone(), RunStatus::Interrupted)?;
        assert_eq!(ended.summary.as_ref().unwrap().rows, 20);

        let mut resumed = store.resume(&record.run_id, true).await?;
        assert_eq!((resumed.done, resumed.record.status, &resumed.record.summary), (20, RunStatus::Running, &None));
        let rest = app.rows(&*resumed.memo, 20..50).await?;
        let ended = finish(&mut resumed.sink, &rest, resumed.record, RunStatus::Finished)?;
        assert_eq!(ended.summary.as_ref().unwrap().rows, 50);

        let refused = store.resume(&record.run_id, true).await.unwrap_err().to_string();
        let expected = "RUN is complete: there is nothing to go on with; `--retry-errors` repeats calls that failed";
        assert_eq!(refused.replace(record.run_id.as_str(), "RUN"), expected);
        assert_eq!(store.run(&record.run_id).await?, ended);
    }

    async fn calls_that_failed_are_made_again_and_no_others(home) {
        let app = |predict, judge| {
            let judge = Scorer { name: "judge", fingerprint: None, function: judge };
            App::scoring(70, [LENGTH, judge]).predicting(None, predict)
        };
        let (broken, mended) = (app(breaks_on_sevenths, breaks_on_fours), app(doubled, |_| passes()));
        let store = home.open().await?;
        let record = broken.run(&store).await?;
        let before = stored_rows(&store, &record.run_id).await?;
        let expected = failed(&before);
        assert_eq!(expected.len(), 10 + 12);
        assert_eq!((broken.calls("predict"), broken.calls("length"), broken.calls("judge")), (70, 60, 60));

        let mut retry = store.retry_errors(&record.run_id).await?.unwrap();
        assert_eq!(retry.positions, expected);
        assert_eq!(store.run(&record.run_id).await?.status, RunStatus::Running);
        let rows = mended.rows(&*retry.memo, retry.positions.iter().copied()).await?;
        let ended = finish(&mut retry.sink, &rows, retry.record, RunStatus::Finished)?;
        assert_eq!((mended.calls("predict"), mended.calls("length"), mended.calls("judge")), (10, 10, 10 + 12));

        let after = stored_rows(&store, &record.run_id).await?;
        assert!(failed(&after).is_empty());
        for (after, before) in after.iter().zip(&before).filter(|(_, before)| !before.has_error()) {
            assert_eq!(after, before);
        }
        let summary = ended.summary.as_ref().unwrap();
        assert_eq!((summary.rows, summary.rows_with_errors), (70, 0));
        assert_eq!((ended.status, &store.run(&record.run_id).await?), (RunStatus::Finished, &ended));
        assert!(store.retry_errors(&record.run_id).await?.is_none());
        assert_eq!(store.run(&record.run_id).await?, ended);
    }

    async fn another_run_that_shares_results_keeps_them_when_they_are_made_again(home) {
        let app = App::scoring(30, [THIRDS, LENGTH]);
        let store = home.open().await?;
        let first = app.run(&store).await?;
        let second = app.run(&store).await?;
        assert_eq!((app.calls("thirds"), app.calls("length")), (30, 30));
        let before = stored_rows(&store, &first.run_id).await?;

        let mut retry = store.retry_errors(&second.run_id).await?.unwrap();
        assert_eq!(retry.positions.len(), 10);
        let mut mended = App::scoring(30, [THIRDS, LENGTH]);
        mended.scorers[0].function = |_| says("thirds", Value::Integer(-1));
        let rows = mended.rows(&*retry.memo, retry.positions.iter().copied()).await?;
        assert_eq!((mended.calls("thirds"), mended.calls("length")), (10, 0));
        finish(&mut retry.sink, &rows, retry.record, RunStatus::Finished)?;

        assert_eq!(stored_rows(&store, &first.run_id).await?, before);
        let after = stored_rows(&store, &second.run_id).await?;
        assert!(failed(&after).is_empty());
        for (row, position) in after.iter().zip(0_u64..) {
            // What was shared is still said to come from an earlier call; what was called is not.
            assert_eq!(row.scores[0].is_reused, !position.is_multiple_of(3), "{position}");
            assert!(row.scores[1].is_reused);
        }
        // One column for both of `length`, one each of `thirds`.
        assert_eq!(home.number("SELECT COUNT(*) FROM columns").await?, 3);
    }

    async fn a_run_that_is_not_complete_stays_so_when_its_failures_are_mended(home) {
        let app = App::scoring(30, [THIRDS]);
        let store = home.open().await?;
        let (record, OpenRun { mut sink, memo, .. }) = app.open(&store).await?;
        let rows = app.rows(&*memo, 0..10).await?;
        finish(&mut sink, &rows, record.clone(), RunStatus::Interrupted)?;
        let mut retry = store.retry_errors(&record.run_id).await?.unwrap();
        assert_eq!(retry.positions, [0, 3, 6, 9].into());
        let rows = app.rows(&*retry.memo, retry.positions.iter().copied()).await?;
        let ended = finish(&mut retry.sink, &rows, retry.record, RunStatus::Finished)?;
        assert_eq!(ended.status, RunStatus::Interrupted);
        assert_eq!(store.progress(&record.run_id).await?, (10, 30));
    }

    async fn a_retry_that_is_cut_off_loses_nothing(home) {
        let app = App::scoring(30, [THIRDS]);
        let store = home.open().await?;
        let record = app.run(&store).await?;
        let before = stored_rows(&store, &record.run_id).await?;
        let mut retry = store.retry_errors(&record.run_id).await?.unwrap();
        let rows = app.rows(&*retry.memo, [0, 3]).await?;
        write(&mut retry.sink, &rows)?;
        drop(retry);
        assert_eq!(stored_rows(&store, &record.run_id).await?, before);
        let mut resumed = store.resume(&record.run_id, true).await?;
        assert_eq!(resumed.done, 30);
        let ended = finish(&mut resumed.sink, &[], resumed.record, RunStatus::Finished)?;
        assert_eq!(ended.summary, record.summary);
    }

    async fn further_scorers_see_the_outputs_of_the_run(home) {
        let app = App::scoring(40, [IS_EVEN]).predicting(None, doubled);
        let store = home.open().await?;
        let record = app.run(&store).await?;
        let before = stored_rows(&store, &record.run_id).await?;

        let further = App::scoring(40, [LENGTH, THIRDS]).predicting(None, doubled);
        let functions = further.record().functions.split_off(1);
        let OpenExtension { record: extended, done, mut sink, memo } = open(&store, &record, &functions).await?;
        assert_eq!((done, extended.functions.len()), (0, 4));
        let rows = further.rows(&*memo, 0..40).await?;
        assert_eq!((further.calls("predict"), further.calls("length")), (0, 40));
        let ended = finish(&mut sink, &rows, extended, RunStatus::Finished)?;

        let after = stored_rows(&store, &record.run_id).await?;
        for ((after, before), scored) in after.iter().zip(&before).zip(&rows) {
            assert_eq!((&after.prediction, &after.scores[0]), (&before.prediction, &before.scores[0]));
            assert_eq!(after.scores[1..], scored.scores);
            assert_eq!(after.started, before.started);
        }
        assert_eq!(store.run(&record.run_id).await?, ended);
        let names: Vec<_> = ended.functions.iter().map(|function| &*function.name).collect();
        assert_eq!(names, ["predict", "is_even", "length", "thirds"]);
        let summary = ended.summary.unwrap();
        assert_eq!(summary.scorers.len(), 3);
        assert_eq!(summary.scorers[0], record.summary.unwrap().scorers[0]);
    }

    async fn a_run_stays_as_it_is_until_further_scorers_are_done(home) {
        let app = App::scoring(40, [IS_EVEN]);
        let store = home.open().await?;
        let record = app.run(&store).await?;
        let before = stored_rows(&store, &record.run_id).await?;
        let further = App::scoring(40, [THIRDS]);
        let functions = further.record().functions;

        let mut extension = open(&store, &record, &functions).await?;
        let rows = further.rows(&*extension.memo, 0..15).await?;
        write(&mut extension.sink, &rows)?;
        drop(extension);
        assert_eq!(store.run(&record.run_id).await?, record);
        assert_eq!(stored_rows(&store, &record.run_id).await?, before);

        let mut extension = open(&store, &record, &functions).await?;
        assert_eq!(extension.done, 15);
        let rows = further.rows(&*extension.memo, 15..20).await?;
        let interrupted = extension.record.clone();
        finish(&mut extension.sink, &rows, interrupted, RunStatus::Interrupted)?;
        assert_eq!(store.run(&record.run_id).await?, record);

        let mut extension = open(&store, &record, &functions).await?;
        assert_eq!(extension.done, 20);
        let rows = further.rows(&*extension.memo, 20..40).await?;
        let ended = finish(&mut extension.sink, &rows, extension.record, RunStatus::Finished)?;
        assert_eq!(further.calls("thirds"), 40);
        assert_eq!(ended.summary.unwrap().rows_with_errors, 14);
        assert_eq!(stored_rows(&store, &record.run_id).await?.len(), 40);
    }

    async fn a_further_scorer_that_has_scored_these_rows_before_is_not_called(home) {
        let store = home.open().await?;
        App::scoring(40, [LENGTH]).run(&store).await?;
        let record = App::scoring(40, [IS_EVEN]).run(&store).await?;
        let further = App::scoring(40, [LENGTH]);
        let extended = store.extend(&record.run_id, &further.record().functions, true).await?;
        let Extended::Finished { record: ended } = extended else { panic!("there is nothing to call") };
        assert_eq!(store.run(&record.run_id).await?, *ended);
        assert_eq!(ended.summary.unwrap().scorers[1].calls.calls, 40);
        assert!(stored_rows(&store, &record.run_id).await?.iter().all(|row| row.scores[1].is_reused));
    }

    async fn another_scorer_of_the_same_name_takes_the_place_of_one_that_was_given_up(home) {
        let store = home.open().await?;
        let record = App::scoring(40, [IS_EVEN]).run(&store).await?;
        let further = App::scoring(40, [THIRDS]);
        let mut extension = open(&store, &record, &further.record().functions).await?;
        let rows = further.rows(&*extension.memo, 0..15).await?;
        write(&mut extension.sink, &rows)?;
        let other = App::scoring(40, [Scorer { fingerprint: Some("thirds 2"), ..THIRDS }]);
        let mut extension = open(&store, &record, &other.record().functions).await?;
        assert_eq!(extension.done, 0);
        let rows = other.rows(&*extension.memo, 0..40).await?;
        assert_eq!(other.calls("thirds"), 40);
        finish(&mut extension.sink, &rows, extension.record, RunStatus::Finished)?;
        assert_eq!(home.number("SELECT COUNT(*) FROM columns").await?, 2);
        assert_eq!(stored_rows(&store, &record.run_id).await?.len(), 40);
    }

    async fn what_cannot_be_scored_further_is_said(home) {
        let store = home.open().await?;
        let app = App::scoring(40, [IS_EVEN]);
        let (record, OpenRun { mut sink, memo, .. }) = app.open(&store).await?;
        let rows = app.rows(&*memo, 0..40).await?;
        write(&mut sink, &rows[..15])?;
        let further = App::scoring(40, [LENGTH]).record().functions;
        let error = store.extend(&record.run_id, &further, true).await.unwrap_err().to_string();
        let expected = "RUN is not complete: 15 of 40 rows are done; `--resume RUN` goes on with it";
        assert_eq!(error.replace(record.run_id.as_str(), "RUN"), expected);
        tokio::task::block_in_place(|| sink.write(&rows[15..]))?;
        finish(&mut sink, &[], record.clone(), RunStatus::Finished)?;
        let again = app.record().functions;
        let error = store.extend(&record.run_id, &again, true).await.unwrap_err();
        assert!(matches!(&error, StoreError::AlreadyScored { name, .. } if name == "is_even"), "{error}");
    }
}

async fn open(store: &Store, run: &RunRecord, functions: &[FunctionRecord]) -> anyhow::Result<OpenExtension> {
    match store.extend(&run.run_id, functions, true).await? {
        Extended::Open(open) => Ok(open),
        Extended::Finished { .. } => anyhow::bail!("nothing is to be scored"),
    }
}
