use std::process::Command;
use std::time::Duration;

use scorebox_core::RunId;
use scorebox_eval::{ResultSink, RunStatus, SinkError};
use scorebox_store::{OpenRun, Store};

use crate::evaluation::{App, IS_EVEN, LENGTH, finish, stored_rows, write};
use crate::home::{Home, on_both_databases};

async fn done(store: &Store, run: &RunId) -> anyhow::Result<u64> {
    Ok(store.progress(run).await?.0)
}

on_both_databases! {
    async fn rows_that_were_synced_are_there_without_an_end(home) {
        let app = App::scoring(500, [IS_EVEN]);
        let store = home.open().await?;
        let (record, OpenRun { mut sink, memo, .. }) = app.open(&store).await?;
        let rows = app.rows(&*memo, 0..500).await?;
        assert_eq!(write(&mut sink, &rows[..100])?, 100);
        assert_eq!(write(&mut sink, &rows[100..350])?, 350);
        assert_eq!(store.progress(&record.run_id).await?, (350, 500));
        assert_eq!(store.run(&record.run_id).await?, record);
        assert_eq!(stored_rows(&store, &record.run_id).await?, rows[..350]);
    }

    async fn rows_of_one_call_become_durable_together(home) {
        let app = App::scoring(18_000, [IS_EVEN]);
        let store = home.open().await?;
        let (record, OpenRun { mut sink, memo, .. }) = app.open(&store).await?;
        let rows = app.rows(&*memo, 0..18_000).await?;
        tokio::task::block_in_place(|| sink.write(&rows[..9000]))?;
        while done(&store, &record.run_id).await? == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert_eq!(done(&store, &record.run_id).await?, 9000);
        tokio::task::block_in_place(|| sink.write(&rows[9000..]))?;
        assert_eq!(tokio::task::block_in_place(|| sink.sync())?, 18_000);
        assert_eq!(done(&store, &record.run_id).await?, 18_000);
    }

    async fn rows_wait_for_a_second_at_most(home) {
        let app = App::scoring(20, [IS_EVEN]);
        let store = home.open().await?;
        let (record, OpenRun { mut sink, memo, .. }) = app.open(&store).await?;
        let rows = app.rows(&*memo, 0..20).await?;
        tokio::task::block_in_place(|| sink.write(&rows[..10]))?;
        assert_eq!(done(&store, &record.run_id).await?, 0);
        tokio::time::sleep(Duration::from_millis(1050)).await;
        tokio::task::block_in_place(|| sink.write(&rows[10..]))?;
        while done(&store, &record.run_id).await? < 20 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    async fn a_writer_that_lost_its_run_cannot_write_any_more(home) {
        let app = App::scoring(30, [IS_EVEN]);
        let store = home.open().await?;
        let (record, OpenRun { mut sink, memo, .. }) = app.open(&store).await?;
        let rows = app.rows(&*memo, 0..30).await?;
        write(&mut sink, &rows[..10])?;
        let mut resumed = home.open().await?.resume(&record.run_id, true).await?;
        assert_eq!(resumed.done, 10);

        let refused = write(&mut sink, &rows[10..20]).unwrap_err().downcast::<SinkError>()?;
        assert!(matches!(refused, SinkError::TakenOver), "{refused}");
        let mut lost = record.clone();
        lost.status = RunStatus::Failed;
        let refused = tokio::task::block_in_place(|| sink.finish(&mut lost)).unwrap_err();
        assert!(matches!(refused, SinkError::TakenOver), "{refused}");

        finish(&mut resumed.sink, &rows[10..], resumed.record, RunStatus::Finished)?;
        assert_eq!(stored_rows(&store, &record.run_id).await?, rows);
        assert_eq!(store.run(&record.run_id).await?.status, RunStatus::Finished);
    }

    async fn two_processes_write_at_once_and_keep_the_examples_once(home) {
        let (first, second) = (home.open().await?, home.open().await?);
        let write_all = |store: Store, scorer| async move {
            let app = App::scoring(20_000, [scorer]);
            let (record, OpenRun { mut sink, memo, .. }) = app.open(&store).await?;
            let rows = app.rows(&*memo, 0..20_000).await?;
            let finished = tokio::task::spawn(async move { finish(&mut sink, &rows, record, RunStatus::Finished) });
            anyhow::Ok(finished.await??)
        };
        let (one, other) = tokio::join!(
            tokio::spawn(write_all(first.clone(), IS_EVEN)),
            tokio::spawn(write_all(second.clone(), LENGTH))
        );
        for record in [one??, other??] {
            let rows = stored_rows(&first, &record.run_id).await?;
            assert_eq!(rows.len(), 20_000);
            assert!(rows.iter().zip(0..).all(|(row, index)| row.index == index && row.id == format!("example-{index}")));
        }
        assert_eq!(home.number("SELECT COUNT(*) FROM examples").await?, 20_000);
        assert_eq!(home.number("SELECT kept FROM snapshots").await?, 20_000);
    }

    async fn runs_that_begin_at_once_have_keys_of_their_own(home) {
        let mut beginners = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let store = home.open().await?;
            beginners.spawn(async move {
                for _ in 0..10 {
                    App::scoring(3, [IS_EVEN, LENGTH]).open(&store).await?;
                }
                anyhow::Ok(())
            });
        }
        beginners.join_all().await.into_iter().collect::<anyhow::Result<Vec<_>>>()?;
        assert_eq!(home.number("SELECT COUNT(DISTINCT key) FROM runs").await?, 80);
        assert_eq!(home.number("SELECT COUNT(DISTINCT key) FROM columns").await?, 160);
        assert_eq!(home.number("SELECT COUNT(*) FROM experiments").await?, 1);
    }

    async fn rows_that_do_not_belong_there_are_refused(home) {
        let app = App::scoring(30, [IS_EVEN]);
        let store = home.open().await?;
        let (_, OpenRun { mut sink, memo, .. }) = app.open(&store).await?;
        let mut rows = app.rows(&*memo, 0..30).await?;
        let refused = write(&mut sink, &rows[1..]).unwrap_err().to_string();
        assert!(refused.ends_with("the row at position 1 came where 0 was to come"), "{refused}");

        let (_, OpenRun { mut sink, .. }) = app.open(&store).await?;
        rows[0].content = None;
        let refused = write(&mut sink, &rows).unwrap_err().to_string();
        assert!(refused.ends_with("the row at position 0 came without its example"), "{refused}");
        let refused = write(&mut sink, &rows).unwrap_err().to_string();
        assert!(refused.ends_with("rows before these could not be written"), "{refused}");

        let (record, OpenRun { mut sink, .. }) = app.open(&store).await?;
        let other = App::scoring(30, [LENGTH]).rows(&*memo, 0..30).await?;
        let refused = write(&mut sink, &other).unwrap_err().to_string();
        assert!(refused.contains("has no result of `is_even`"), "{refused}");
        assert_eq!(store.progress(&record.run_id).await?, (0, 30));
    }

    async fn a_run_that_lost_rows_is_summed_up_from_those_that_are_there(home) {
        let app = App::scoring(300, [IS_EVEN]);
        let store = home.open().await?;
        let (record, OpenRun { mut sink, memo, .. }) = app.open(&store).await?;
        let mut rows = app.rows(&*memo, 0..300).await?;
        write(&mut sink, &rows[..100])?;
        rows[150].content = None;
        assert!(write(&mut sink, &rows[100..]).is_err());
        let mut record = record;
        (record.status, record.summary) = (RunStatus::Failed, None);
        tokio::task::block_in_place(|| sink.finish(&mut record))?;
        assert_eq!(record.summary.as_ref().unwrap().rows, 100);
        assert_eq!(store.run(&record.run_id).await?, record);
        assert_eq!(stored_rows(&store, &record.run_id).await?.len(), 100);
    }

    async fn a_sink_that_is_dropped_leaves_whole_transactions(home) {
        let app = App::scoring(40_000, [IS_EVEN, LENGTH]);
        let store = home.open().await?;
        let (record, OpenRun { mut sink, memo, .. }) = app.open(&store).await?;
        let rows = app.rows(&*memo, 0..40_000).await?;
        tokio::task::block_in_place(|| rows.chunks(1000).try_for_each(|chunk| sink.write(chunk)))?;
        drop(sink);
        let resumed = store.resume(&record.run_id, true).await?;
        assert!(resumed.done.is_multiple_of(1000) && resumed.done >= 9000, "{}", resumed.done);
        assert_eq!(stored_rows(&store, &record.run_id).await?.len() as u64, resumed.done);
    }
}

/// A file system of so many bytes, for as long as this is there.
struct SmallDisk {
    folder: tempfile::TempDir,
}

impl SmallDisk {
    /// None where this process may not mount anything.
    fn mount(bytes: u64) -> anyhow::Result<Option<Self>> {
        let folder = tempfile::tempdir()?;
        let size = format!("size={bytes}");
        let mount = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(folder.path()).output();
        Ok(mount.is_ok_and(|output| output.status.success()).then_some(Self { folder }))
    }

    fn grow(&self, bytes: u64) -> anyhow::Result<()> {
        let size = format!("remount,size={bytes}");
        let grown = Command::new("mount").args(["-o", &size]).arg(self.folder.path()).status()?;
        anyhow::ensure!(grown.success(), "cannot make the file system larger");
        Ok(())
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.folder.path()).status();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_said_and_the_run_goes_on_once_there_is_space() -> anyhow::Result<()> {
    let Some(disk) = SmallDisk::mount(2 * 1024 * 1024)? else {
        use std::io::Write as _;
        writeln!(std::io::stderr(), "SKIPPED: a full disk: nothing can be mounted here")?;
        return Ok(());
    };
    let home = Home::at(disk.folder.path().join("store.db"));
    let app = App::scoring(20_000, [IS_EVEN]);
    let store = home.open().await?;
    let (record, OpenRun { mut sink, memo, .. }) = app.open(&store).await?;
    let rows = app.rows(&*memo, 0..20_000).await?;
    let full = rows.chunks(500).find_map(|chunk| write(&mut sink, chunk).err()).expect("the disk is full");
    let full = full.downcast::<SinkError>()?;
    assert!(full.is_disk_full(), "{full}");
    assert!(full.to_string().ends_with("; make space and try again: what was reported done is kept"), "{full}");
    drop(sink);

    disk.grow(64 * 1024 * 1024)?;
    let mut resumed = store.resume(&record.run_id, true).await?;
    assert!(resumed.done > 0 && resumed.done < 20_000 && resumed.done.is_multiple_of(500), "{}", resumed.done);
    let rest = &rows[usize::try_from(resumed.done)?..];
    finish(&mut resumed.sink, rest, resumed.record, RunStatus::Finished)?;
    let read = stored_rows(&store, &record.run_id).await?;
    assert!(read == rows, "rows are not those that were written");
    Ok(())
}
