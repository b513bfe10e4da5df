use scorebox_eval::RunStatus;
use scorebox_store::{OpenRun, StoreError};

use crate::evaluation::{App, IS_EVEN, LENGTH, Scorer, finish, stored_rows, write};
use crate::home::{Home, on_both_databases};

async fn lines(home: &Home) -> anyhow::Result<i64> {
    home.number(
        "SELECT (SELECT COUNT(*) FROM runs) + (SELECT COUNT(*) FROM columns) + (SELECT COUNT(*) FROM run_columns) \
         + (SELECT COUNT(*) FROM examples) + (SELECT COUNT(*) FROM snapshots) + (SELECT COUNT(*) FROM predictions) \
         + (SELECT COUNT(*) FROM spans) + (SELECT COUNT(*) FROM feedback) + (SELECT COUNT(*) FROM reviews)",
    )
    .await
}

on_both_databases! {
    async fn nothing_is_left_of_a_run_that_is_deleted(home) {
        let store = home.open().await?;
        let app = App::scoring(20, [IS_EVEN]).predicting(None, |example| Ok(example.outputs.clone().unwrap()));
        let record = app.run(&store).await?;
        store.delete_run(&record.run_id).await?;
        assert_eq!(lines(&home).await?, 0);
        let gone = store.run(&record.run_id).await.unwrap_err();
        assert!(matches!(gone, StoreError::NoRun { .. }), "{gone}");
        assert!(matches!(store.delete_run(&record.run_id).await, Err(StoreError::NoRun { .. })));
    }

    async fn results_that_another_run_shares_stay(home) {
        let store = home.open().await?;
        let app = App::scoring(20, [IS_EVEN, LENGTH]);
        let first = app.run(&store).await?;
        let changed = Scorer { fingerprint: Some("length 2"), ..LENGTH };
        let second = App::scoring(20, [IS_EVEN, changed]).run(&store).await?;
        let rows = stored_rows(&store, &second.run_id).await?;
        store.delete_run(&first.run_id).await?;
        assert_eq!(stored_rows(&store, &second.run_id).await?, rows);
        assert_eq!(home.number("SELECT COUNT(*) FROM columns").await?, 2);
        store.delete_run(&second.run_id).await?;
        assert_eq!(lines(&home).await?, 0);
    }

    async fn results_of_deleted_runs_are_not_found_again(home) {
        let store = home.open().await?;
        let app = App::scoring(20, [IS_EVEN]);
        let record = app.run(&store).await?;
        let keys = home.number("SELECT MAX(key) FROM columns").await?;
        store.delete_run(&record.run_id).await?;
        app.run(&store).await?;
        assert_eq!(app.calls("is_even"), 40);
        assert_eq!(home.number("SELECT MAX(key) FROM columns").await?, keys + 1, "a key is never used twice");
    }

    async fn a_memo_of_results_that_were_deleted_answers_nothing(home) {
        let store = home.open().await?;
        let app = App::scoring(20, [IS_EVEN]);
        let first = app.run(&store).await?;
        let mut other = App::scoring(20, [IS_EVEN]);
        other.dataset = "another name";
        let (record, OpenRun { mut sink, memo, .. }) = other.open(&store).await?;
        store.delete_run(&first.run_id).await?;
        let rows = other.rows(&*memo, 0..20).await?;
        assert_eq!(other.calls("is_even"), 20);
        finish(&mut sink, &rows, record, RunStatus::Finished)?;
    }

    async fn whoever_writes_a_run_that_is_deleted_stops(home) {
        let store = home.open().await?;
        let app = App::scoring(20, [IS_EVEN]);
        let (record, OpenRun { mut sink, memo, .. }) = app.open(&store).await?;
        let rows = app.rows(&*memo, 0..20).await?;
        write(&mut sink, &rows[..10])?;
        store.delete_run(&record.run_id).await?;
        assert!(write(&mut sink, &rows[10..]).is_err());
        assert_eq!(lines(&home).await?, 0);
    }
}
