use scorebox_core::{Example, Failure, FailureKind, Json, Value};
use scorebox_engine::Isolation;
use scorebox_eval::{Memo, MemoKey, Outcome, RowResult, RunStatus};
use scorebox_store::{Begun, OpenRun, Reused};

use crate::evaluation::{App, IS_EVEN, LENGTH, Predictor, Scorer, failure, finish, json, says, stored_rows};
use crate::home::on_both_databases;

fn same(example: &Example) -> Result<Json, Failure> {
    Ok(example.outputs.clone().unwrap())
}

fn doubled(example: &Example) -> Result<Json, Failure> {
    let number: i64 = example.outputs.as_ref().unwrap().to().unwrap();
    Ok(json(&(number * 2).to_string()))
}

const SAME: Predictor = Predictor { fingerprint: Some("same 1"), function: same };

/// Rows without what tells a result that was kept from one that was called for.
fn plain(rows: &[RowResult]) -> Vec<RowResult> {
    let mut rows = rows.to_vec();
    for row in &mut rows {
        row.started = std::time::Duration::ZERO;
        row.prediction.iter_mut().for_each(|prediction| prediction.is_reused = false);
        row.scores.iter_mut().for_each(|score| score.is_reused = false);
    }
    rows
}

on_both_databases! {
    async fn a_run_without_changes_calls_nothing(home) {
        let app = App { predict: Some(SAME), ..App::scoring(60, [IS_EVEN, LENGTH]) };
        let store = home.open().await?;
        let first = app.run(&store).await?;
        let (record, begun) = app.begin(&store, true).await?;
        let Begun::Finished { record: second, reuse } = begun else { panic!("nothing has changed") };
        assert_eq!((&second.run_id, second.status), (&record.run_id, RunStatus::Finished));
        assert_eq!(second.summary, first.summary);
        assert_eq!(store.run(&record.run_id).await?, *second);
        assert_eq!(store.progress(&record.run_id).await?, (60, 60));
        assert!(reuse.iter().all(|it| it.reused == Reused::All { run: first.run_id.clone() } && it.change.is_none()));
        assert_eq!((app.calls("predict"), app.calls("is_even"), app.calls("length")), (60, 60, 60));

        let (before, after) = (stored_rows(&store, &first.run_id).await?, stored_rows(&store, &second.run_id).await?);
        assert_eq!(plain(&after), plain(&before));
        assert!(after.iter().all(|row| row.prediction.as_ref().unwrap().is_reused && row.scores[1].is_reused));
        assert_eq!(home.number("SELECT COUNT(*) FROM feedback").await?, 120);
    }

    async fn only_the_scorer_that_changed_is_called(home) {
        let store = home.open().await?;
        let app = App { predict: Some(SAME), ..App::scoring(60, [IS_EVEN, LENGTH]) };
        let first = app.run(&store).await?;
        let changed = Scorer { fingerprint: Some("length 2"), ..LENGTH };
        let app = App { predict: Some(SAME), ..App::scoring(60, [IS_EVEN, changed]) };
        let second = app.run(&store).await?;
        assert_eq!((app.calls("predict"), app.calls("is_even"), app.calls("length")), (0, 0, 60));
        let (before, after) = (stored_rows(&store, &first.run_id).await?, stored_rows(&store, &second.run_id).await?);
        assert_eq!(plain(&after), plain(&before));
        assert!(after.iter().all(|row| row.scores[0].is_reused && !row.scores[1].is_reused));
        assert_eq!(home.number("SELECT COUNT(*) FROM predictions").await?, 60);
        assert_eq!(home.number("SELECT COUNT(*) FROM feedback").await?, 180);
        // A row began when the calls began that this run made itself.
        assert_eq!(after[7].started, std::time::Duration::from_micros(7));
    }

    async fn a_smaller_run_reads_the_beginning_of_a_longer_one(home) {
        let store = home.open().await?;
        App::scoring(60, [IS_EVEN]).run(&store).await?;
        let small = App { limit: Some(10), ..App::scoring(60, [IS_EVEN]) };
        let record = small.run(&store).await?;
        assert_eq!(small.calls("is_even"), 0);
        assert_eq!(record.summary.unwrap().rows, 10);
        assert_eq!(stored_rows(&store, &record.run_id).await?.len(), 10);
        let again = small.run(&store).await?;
        assert_eq!(again.summary.unwrap().rows, 10);
    }

    async fn a_larger_run_calls_for_what_is_not_known(home) {
        let store = home.open().await?;
        App { limit: Some(10), ..App::scoring(60, [IS_EVEN]) }.run(&store).await?;
        let large = App::scoring(60, [IS_EVEN]);
        let record = large.run(&store).await?;
        assert_eq!(large.calls("is_even"), 50);
        let rows = stored_rows(&store, &record.run_id).await?;
        assert_eq!(rows.iter().filter(|row| row.scores[0].is_reused).count(), 10);
        assert_eq!(home.number("SELECT COUNT(*) FROM examples").await?, 60);
    }

    async fn in_a_changed_dataset_only_changed_examples_are_called_for(home) {
        let store = home.open().await?;
        App::scoring(60, [IS_EVEN]).predicting(Some("same"), same).run(&store).await?;
        let mut app = App::scoring(60, [IS_EVEN]).predicting(Some("same"), same);
        app.dataset = "changed examples";
        app.examples[5].inputs = json(r#"{"question":"another"}"#);
        app.examples[6].outputs = Some(json("1000"));
        app.examples.swap(10, 20);
        app.examples.push(app.examples[3].clone());
        let record = app.run(&store).await?;
        assert_eq!((app.calls("predict"), app.calls("is_even")), (2, 2));
        assert_eq!(record.summary.unwrap().rows, 61);
        let rows = stored_rows(&store, &record.run_id).await?;
        assert_eq!((&*rows[10].id, &rows[10].prediction.as_ref().unwrap().outputs), ("example-20", &Ok(json("20"))));
        assert_eq!(rows[60].scores[0].outcome, says("is_even", Value::Boolean(false)));
    }

    async fn equal_outputs_of_another_predict_function_are_scored_without_calls(home) {
        let store = home.open().await?;
        App::scoring(60, [IS_EVEN]).predicting(None, same).run(&store).await?;
        let app = App::scoring(60, [IS_EVEN]).predicting(None, same);
        app.run(&store).await?;
        assert_eq!((app.calls("predict"), app.calls("is_even")), (60, 0));
        let app = App::scoring(60, [IS_EVEN]).predicting(None, doubled);
        app.run(&store).await?;
        // Only nothing doubled is the same.
        assert_eq!((app.calls("predict"), app.calls("is_even")), (60, 59));
        let app = App::scoring(60, [IS_EVEN]);
        app.run(&store).await?;
        assert_eq!(app.calls("is_even"), 0);
    }

    async fn failures_that_may_not_happen_again_are_called_for_again(home) {
        fn fails(example: &Example) -> Outcome {
            let number: i64 = example.outputs.as_ref().unwrap().to().unwrap();
            match number % 10 {
                0 => Outcome::Error(failure(FailureKind::Deadline)),
                1 => Outcome::Error(failure(FailureKind::Trap)),
                2 => Outcome::Error(failure(FailureKind::MemoryLimit)),
                3 => Outcome::Feedback(Vec::new()),
                _ => says("fails", Value::Integer(number)),
            }
        }
        let store = home.open().await?;
        let app = App::scoring(60, [Scorer { name: "fails", fingerprint: Some("fails"), function: fails }]);
        let first = app.run(&store).await?;
        let second = app.run(&store).await?;
        assert_eq!(app.calls("fails"), 60 + 12);
        let (before, after) = (stored_rows(&store, &first.run_id).await?, stored_rows(&store, &second.run_id).await?);
        assert_eq!(plain(&after), plain(&before));
    }

    async fn rows_of_a_run_that_was_cut_off_are_known(home) {
        let store = home.open().await?;
        let app = App::scoring(60, [IS_EVEN]);
        let (record, OpenRun { mut sink, memo, .. }) = app.open(&store).await?;
        let rows = app.rows(&*memo, 0..25).await?;
        finish(&mut sink, &rows, record, RunStatus::Interrupted)?;
        app.run(&store).await?;
        assert_eq!(app.calls("is_even"), 60);
    }

    async fn other_repeats_know_the_rows(home) {
        let store = home.open().await?;
        let app = App { repeats: 3, ..App::scoring(20, [IS_EVEN]).predicting(Some("same"), same) };
        app.run(&store).await?;
        assert_eq!((app.calls("predict"), app.calls("is_even")), (60, 60));
        let app = App { repeats: 2, ..App::scoring(20, [IS_EVEN]).predicting(Some("same"), same) };
        let record = app.run(&store).await?;
        assert_eq!((app.calls("predict"), app.calls("is_even")), (0, 0));
        assert_eq!(stored_rows(&store, &record.run_id).await?.len(), 40);
    }

    async fn nothing_is_used_again_where_that_is_not_wanted(home) {
        let store = home.open().await?;
        let app = App::scoring(20, [IS_EVEN]);
        app.run(&store).await?;
        let (_, begun) = app.begin(&store, false).await?;
        let Begun::Open(OpenRun { memo, reuse, .. }) = begun else { panic!("everything is to be called") };
        assert!(!memo.holds_scores(0));
        assert_eq!(reuse[0].change.as_ref().unwrap().to_string(), "earlier results are not used in this run");
    }

    async fn a_memo_answers_in_the_order_of_the_question_and_counts(home) {
        let store = home.open().await?;
        App::scoring(3000, [LENGTH]).run(&store).await?;
        let mut app = App::scoring(3000, [LENGTH]);
        app.dataset = "the same examples under another name";
        let (_, OpenRun { memo, reuse, .. }) = app.open(&store).await?;
        assert_eq!(reuse[0].reused, Reused::Rows { known: 3000 });
        let key = |index: u64| {
            let content = scorebox_eval::ContentKey::of(&crate::evaluation::example(index));
            MemoKey { position: 7, content }
        };
        let asked = [2999, 0, 17, 5000, 17, 1024];
        let answers = memo.scores(0, &asked.map(key)).await?;
        let outcomes: Vec<_> = answers.into_iter().map(|answer| answer.map(|answer| answer.outcome)).collect();
        let expected = |index: u64| crate::evaluation::length(&crate::evaluation::example(index));
        let expected: Vec<_> = asked.iter().map(|index| (*index < 3000).then(|| expected(*index))).collect();
        assert_eq!(outcomes, expected);
        assert_eq!((memo.answered_scores(0), memo.answered_scores(1), memo.answered_predictions()), (5, 0, 0));
    }

    async fn what_has_changed_is_said(home) {
        let store = home.open().await?;
        let app = App::scoring(20, [IS_EVEN]).predicting(Some("same 1"), same);
        let changes = async |app: &App, change: fn(&mut scorebox_eval::RunRecord)| {
            let mut record = app.record();
            change(&mut record);
            let begun = store.begin(&record, true).await?;
            let (Begun::Finished { reuse, .. } | Begun::Open(OpenRun { reuse, .. })) = begun;
            store.delete_run(&record.run_id).await?;
            let say = |it: scorebox_store::FunctionReuse| it.change.map_or("shared".to_owned(), |it| it.to_string());
            anyhow::Ok(reuse.into_iter().map(say).collect::<Vec<_>>().join("; "))
        };
        assert_eq!(changes(&app, |_| {}).await?, "there are no earlier results; there are no earlier results");
        let run = app.run(&store).await?.run_id;
        let said = async |app: &App, change| anyhow::Ok(changes(app, change).await?.replace(run.as_str(), "RUN"));
        assert_eq!(said(&app, |_| {}).await?, "shared; shared");
        assert_eq!(
            said(&app, |record| record.functions[1].config = json(r#"{"a":1}"#)).await?,
            "shared; shared",
            "the fingerprint decides"
        );
        let digest = |text: &str| scorebox_core::Digest::of(text.as_bytes());
        assert_eq!(
            said(&app, |record| {
                record.functions[1].config = json(r#"{"a":1}"#);
                record.functions[1].fingerprint = Some(scorebox_core::Digest::of(b"other"));
            }).await?,
            "shared; its config has changed since RUN"
        );
        assert_eq!(
            said(&app, |record| record.functions[1].fingerprint = Some(scorebox_core::Digest::of(b"other"))).await?,
            "shared; its limits or Scorebox itself have changed since RUN"
        );
        assert_eq!(
            said(&app, |record| {
                record.functions[1].isolation = Isolation::Batch(7.try_into().unwrap());
                record.functions[1].fingerprint = Some(scorebox_core::Digest::of(b"other"));
            }).await?,
            "shared; its isolation was \"example\" in RUN and is { batch = 7 } now; where the config does not set \
             it, it follows the number of rows"
        );
        assert_eq!(
            said(&app, |record| {
                record.functions[0].plugin = scorebox_core::Digest::of(b"other");
                record.functions[0].fingerprint = Some(scorebox_core::Digest::of(b"other"));
            }).await?,
            format!(
                "the component has changed since RUN, where it was {}; the outputs are not those of RUN",
                digest("same 1").short()
            )
        );
        assert_eq!(
            said(&app, |record| record.dataset.snapshot = scorebox_core::Digest::of(b"other")).await?,
            "the examples are not those of RUN, or more of them; the examples are not those of RUN, or more of them"
        );
        assert_eq!(
            said(&app, |record| record.functions[0].fingerprint = None).await?,
            "equal rows may give other results; the outputs are not those of RUN"
        );
        assert_eq!(
            said(&app, |record| record.experiment = Some("another".into())).await?,
            "shared; shared",
            "experiments share results"
        );
        let app = App::scoring(20, [Scorer { fingerprint: None, ..LENGTH }]);
        let run = app.run(&store).await?.run_id;
        let said = changes(&app, |record| record.functions[0].fingerprint = Some(scorebox_core::Digest::of(b"other")));
        assert_eq!(said.await?.replace(run.as_str(), "RUN"), "in RUN equal rows could give other results");
    }
}
