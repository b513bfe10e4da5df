use std::fs;

use scorebox_store::{Store, StoreError, StoreLocation};

use crate::evaluation::{App, IS_EVEN, stored_rows};
use crate::home::{Home, on_both_databases};

/// The message without the place, which is another one each time.
fn without_place(error: &StoreError, home: &Home) -> String {
    error.to_string().replace(&home.location.to_string(), "STORE")
}

on_both_databases! {
    async fn a_store_is_made_once_and_opened_again(home) {
        let store = home.open().await?;
        let app = App::scoring(3, [IS_EVEN]);
        let record = app.run(&store).await?;
        let again = home.open().await?;
        assert_eq!(again.run(&record.run_id).await?, record);
        assert_eq!(again.location().to_string(), home.location.to_string());
    }

    async fn a_new_store_may_be_opened_by_several_at_once(home) {
        let mut openers = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let location = home.location.clone();
            openers.spawn(async move { Store::open(&location).await });
        }
        let stores = openers.join_all().await.into_iter().collect::<Result<Vec<_>, _>>()?;
        assert_eq!(stores.len(), 8);
        assert_eq!(home.number("SELECT MIN(version) FROM schema_versions").await?, 1);
    }

    async fn a_store_of_a_later_version_is_refused(home) {
        home.open().await?;
        home.execute("INSERT INTO schema_versions VALUES (99, 'd', '7.0.0', '2030-01-01T00:00:00Z')").await?;
        let error = home.open().await.unwrap_err();
        let error = error.downcast::<StoreError>()?;
        let known = home.number("SELECT COUNT(*) - 1 FROM schema_versions").await?;
        let expected = format!(
            "STORE: the store has schema version 99, made by Scorebox 7.0.0, and this Scorebox ({}) knows versions up to \
             {known}; update Scorebox, or name another store",
            env!("CARGO_PKG_VERSION")
        );
        assert_eq!(without_place(&error, &home), expected);
    }

    async fn a_store_whose_schema_is_another_one_is_refused(home) {
        home.open().await?;
        home.execute("UPDATE schema_versions SET digest = 'sha256:0', made_by = '0.0.9' WHERE version = 1").await?;
        let error = home.open().await.unwrap_err().downcast::<StoreError>()?;
        assert!(matches!(&error, StoreError::Differs { version: 1, made_by, .. } if made_by == "0.0.9"), "{error}");
    }

    async fn a_database_of_another_program_is_left_alone(home) {
        home.execute("CREATE TABLE runs (anything TEXT)").await?;
        let error = home.open().await.unwrap_err().downcast::<StoreError>()?;
        assert_eq!(
            without_place(&error, &home),
            "STORE: this database holds tables of another program (runs) and is left alone; name another one for Scorebox"
        );
        assert_eq!(home.number("SELECT COUNT(*) FROM runs").await?, 0);
    }
}

#[tokio::test]
async fn a_folder_for_the_store_is_kept_out_of_version_control() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let ours = folder.path().join("project/.scorebox");
    Store::open(&StoreLocation::file(ours.join("store.db"))).await?;
    assert_eq!(fs::read_to_string(ours.join(".gitignore"))?, "*\n");
    let theirs = folder.path().join("results");
    Store::open(&StoreLocation::file(theirs.join("store.db"))).await?;
    assert!(!theirs.join(".gitignore").exists());
    Ok(())
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused_and_not_touched() -> anyhow::Result<()> {
    let home = Home::sqlite()?;
    let path = home.location.path().unwrap();
    for content in ["{\"id\":1}\n".repeat(1000), "short".to_owned()] {
        fs::write(path, &content)?;
        let error = home.open().await.unwrap_err().downcast::<StoreError>()?;
        assert_eq!(
            without_place(&error, &home),
            "STORE: this file is not a database; name another file, or remove this one if it is not needed"
        );
        assert_eq!(fs::read_to_string(path)?, content);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_file_becomes_a_store() -> anyhow::Result<()> {
    let home = Home::sqlite()?;
    fs::write(home.location.path().unwrap(), "")?;
    let record = App::scoring(1, [IS_EVEN]).run(&home.open().await?).await?;
    assert_eq!(home.open().await?.run(&record.run_id).await?, record);
    Ok(())
}

#[tokio::test]
async fn a_place_where_nothing_can_be_written_is_said() -> anyhow::Result<()> {
    let store = |path: &str| StoreLocation::file(path);
    let error = Store::open(&store("/proc/scorebox/store.db")).await.unwrap_err();
    assert!(error.to_string().starts_with("/proc/scorebox: cannot make the folder of the store: "), "{error}");
    let error = Store::open(&store("/proc/store.db")).await.unwrap_err();
    assert!(
        error.to_string().ends_with(
            "unable to open database file; check that the file and its folder may be written to, or name another store \
             with SCOREBOX_STORE"
        ),
        "{error}"
    );
    Ok(())
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_said_at_once_and_without_the_password() {
    let location: StoreLocation = "postgres://me:s3cret@127.0.0.1:1/team".parse().unwrap();
    let began = std::time::Instant::now();
    let error = Store::open(&location).await.unwrap_err().to_string();
    assert!(error.starts_with("postgres://me@127.0.0.1:1/team: cannot open the store: "), "{error}");
    assert!(error.ends_with("; check that the server runs and that the URL names it"), "{error}");
    assert!(!error.contains("s3cret"), "{error}");
    assert!(began.elapsed().as_secs() < 5, "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_server_database_without_every_character_is_refused() -> anyhow::Result<()> {
    let Some(home) = Home::postgres()? else { return Ok(()) };
    home.execute("CREATE DATABASE ascii ENCODING 'SQL_ASCII' TEMPLATE template0").await?;
    let shown = home.location.to_string();
    let (host, _) = shown.trim_start_matches("postgres://postgres@").rsplit_once('/').unwrap();
    let location = format!("postgres://postgres@{}/ascii", host.replace('/', "%2F")).parse()?;
    let error = Store::open(&location).await.unwrap_err();
    assert!(matches!(&error, StoreError::Encoding { encoding, .. } if encoding == "SQL_ASCII"), "{error}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_was_copied_is_a_store() -> anyhow::Result<()> {
    let (home, other) = (Home::sqlite()?, Home::sqlite()?);
    let store = home.open().await?;
    let record = App::scoring(5, [IS_EVEN]).run(&store).await?;
    home.execute("PRAGMA wal_checkpoint(TRUNCATE)").await?;
    fs::copy(home.location.path().unwrap(), other.location.path().unwrap())?;
    assert_eq!(stored_rows(&other.open().await?, &record.run_id).await?, stored_rows(&store, &record.run_id).await?);
    Ok(())
}
