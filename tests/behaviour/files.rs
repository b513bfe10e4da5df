//! A guest sees the directories that were granted, and nothing beside them.

use std::fs;
use std::os::unix::fs::symlink;

use scorebox_core::{FailureKind, Json};
use scorebox_engine::{CallSettings, DirAccess, DirGrant, Grants, Isolation};
use scorebox_tests::{Call, curious, example_with};
use serde_json::json;
use tempfile::TempDir;

/// A directory with a file in it, beside a secret, and a link from the one to the other.
fn directory() -> (TempDir, std::path::PathBuf) {
    let outer = tempfile::tempdir().unwrap();
    let granted = outer.path().join("granted");
    fs::create_dir(&granted).unwrap();
    fs::write(granted.join("file.txt"), "hello").unwrap();
    fs::write(outer.path().join("secret.txt"), "secret").unwrap();
    symlink("../secret.txt", granted.join("link.txt")).unwrap();
    symlink(outer.path(), granted.join("up")).unwrap();
    symlink("file.txt", granted.join("inner.txt")).unwrap();
    (outer, granted)
}

#[tokio::test]
async fn nothing_is_granted_by_default() {
    assert_eq!(Call::new(curious().await, "preopens").text(&example_with("row", &json!(""))).await, "");
    let failure = Call::new(curious().await, "read_file").failure(&example_with("row", &json!("/etc/passwd"))).await;
    assert_eq!(failure.message, "there is no directory");
}

#[tokio::test]
async fn a_granted_directory_can_be_read() {
    let (_outer, granted) = directory();
    let call = |scorer| async move { Call::new(curious().await, scorer) };
    let preopens = call("preopens").await.grant(&granted, DirAccess::Read);
    assert_eq!(preopens.text(&example_with("row", &json!(""))).await, "/data");
    let read = call("read_file").await.grant(&granted, DirAccess::Read);
    for path in ["file.txt", "inner.txt"] {
        assert_eq!(read.text(&example_with("row", &json!(path))).await, "hello", "{path}");
    }
}

#[tokio::test]
async fn a_granted_directory_cannot_be_left() {
    let (outer, granted) = directory();
    let read = Call::new(curious().await, "read_file").grant(&granted, DirAccess::Read);
    let absolute = outer.path().join("secret.txt");
    let ways_out =
        ["../secret.txt", "link.txt", "up/secret.txt", "file.txt/../../secret.txt", absolute.to_str().unwrap()];
    for path in ways_out {
        let failure = read.failure(&example_with("row", &json!(path))).await;
        assert_eq!(failure.kind, FailureKind::Failed, "{path}: {failure}");
        assert!(failure.message.starts_with("cannot read: "), "{path}: {failure}");
    }
}

#[tokio::test]
async fn a_directory_granted_for_reading_cannot_be_written() {
    let (_outer, granted) = directory();
    let write = Call::new(curious().await, "write_file").grant(&granted, DirAccess::Read);
    for path in ["file.txt", "new.txt"] {
        let failure = write.failure(&example_with("row", &json!(path))).await;
        assert!(failure.message.starts_with("cannot write: "), "{path}: {failure}");
    }
    assert_eq!(fs::read_to_string(granted.join("file.txt")).unwrap(), "hello");
    assert!(!granted.join("new.txt").exists());
}

#[tokio::test]
async fn a_directory_granted_for_writing_can_be_written_and_not_left() {
    let (outer, granted) = directory();
    let write = Call::new(curious().await, "write_file").grant(&granted, DirAccess::ReadWrite);
    write.text(&example_with("row", &json!("new.txt"))).await;
    assert_eq!(fs::read_to_string(granted.join("new.txt")).unwrap(), "written by a guest");
    for path in ["../secret.txt", "link.txt", "../new.txt"] {
        write.failure(&example_with("row", &json!(path))).await;
    }
    assert_eq!(fs::read_to_string(outer.path().join("secret.txt")).unwrap(), "secret");
    assert!(!outer.path().join("new.txt").exists());
}

#[tokio::test]
async fn a_granted_directory_that_is_not_there_is_found_out_before_the_first_row() {
    let (outer, _granted) = directory();
    let host = outer.path().join("missing");
    let grants = Grants { dirs: vec![DirGrant { host, guest: "/data".to_owned(), access: DirAccess::Read }] };
    let settings = CallSettings { grants, ..CallSettings::default() };
    let config = Json::parse("{}").unwrap();
    let error = curious().await.scorer("read_file", config, Isolation::Example, settings).unwrap_err();
    assert!(error.to_string().contains("missing cannot be opened"), "{error}");
}
