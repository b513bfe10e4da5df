//! Datasets whose rows are turns of sessions, through the public face.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use scorebox_eval::{Dataset, DatasetError, ReadOptions};

/// The ids of the rows, those of one session together.
fn sessions(name: &str, content: &str, field: &str) -> Result<Vec<Vec<String>>, DatasetError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, content).unwrap();
    let mut dataset = Dataset::open(&path, &ReadOptions::default())?.with_sessions(Some(field.parse().unwrap()));
    let mut sessions: Vec<Vec<String>> = Vec::new();
    while let Some(row) = dataset.next() {
        let row = row?;
        if dataset.begins_session() {
            sessions.push(Vec::new());
        }
        sessions.last_mut().unwrap().push(row.id);
    }
    Ok(sessions)
}

/// The message, from the name of the file on.
fn error(name: &str, content: &str, field: &str) -> String {
    let message = sessions(name, content, field).unwrap_err().to_string();
    message[message.find(name).unwrap()..].to_owned()
}

/// A JSONL file with a row for each of these chats.
fn chats(chats: &[&str]) -> String {
    chats.iter().map(|chat| format!("{{\"inputs\": {{\"chat\": {chat}}}}}\n")).collect()
}

#[test]
fn rows_with_the_same_session_are_its_turns() {
    let jsonl = chats(&["\"x\"", "\"x\"", "null", "null", "\"a\"", "7", "\"7\""]);
    let expected = [vec!["1", "2"], vec!["3"], vec!["4"], vec!["5"], vec!["6", "7"]];
    assert_eq!(sessions("data.jsonl", &jsonl, "inputs.chat").unwrap(), expected);

    let csv = "inputs.q,tags.session\nhello,b\nbye,b\nhello,\nhello,a\n";
    assert_eq!(sessions("data.csv", csv, "tags.session").unwrap(), [vec!["1", "2"], vec!["3"], vec!["4"]]);
}

#[test]
fn without_sessions_every_row_begins_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data.jsonl");
    std::fs::write(&path, chats(&["1", "1"])).unwrap();
    let mut dataset = Dataset::open(&path, &ReadOptions::default()).unwrap().with_sessions(None);
    while let Some(row) = dataset.next() {
        assert!(row.is_ok() && dataset.begins_session());
    }
}

#[test]
fn messages_say_where_and_what() {
    let long = chats(&["1"; 1001]);
    let csv = "inputs.q,tags.session\n\"two\nlines\",a\nx,b\ny,a\n";
    let messages = [
        error("data.jsonl", &chats(&["\"b\"", "\"a\"", "\"a\"", "\"b\""]), "inputs.chat"),
        error("data.jsonl", &chats(&["1", "2", "null", "2"]), "inputs.chat"),
        error("data.csv", csv, "tags.session"),
        error("data.jsonl", &long, "inputs.chat"),
        error("data.jsonl", &chats(&["1", "true"]), "inputs.chat"),
        error("data.jsonl", &chats(&["1"]), "inputs"),
        error("data.jsonl", &chats(&["1"]), "tags.session"),
    ];
    insta::assert_snapshot!(messages.join("\n"), @r##"
    data.jsonl:4:1: the session "b" of `inputs.chat` ended on an earlier row and comes up again: sort the rows by `inputs.chat`, so that the turns of a session stand together and in their order
    data.jsonl:4:1: the session "2" of `inputs.chat` ended on an earlier row and comes up again: sort the rows by `inputs.chat`, so that the turns of a session stand together and in their order
    data.csv:5: the session "a" of `tags.session` ended on an earlier row and comes up again: sort the rows by `tags.session`, so that the turns of a session stand together and in their order
    data.jsonl:1001:1: the session "1" of `inputs.chat` has more than 1000 turns: split it under several names, or leave out its first turns
    data.jsonl:2:1: `inputs.chat` names the row's session, so it must be a text that is not empty, or an integer; found true
    data.jsonl:1:1: `inputs` names the row's session, so it must be a text that is not empty, or an integer; found {"chat": 1}
    data.jsonl: no row has `tags.session`, by which `session` tells sessions apart: name the field that holds a row's session
    "##);
}

#[test]
fn an_empty_file_has_no_sessions() {
    assert_eq!(sessions("data.jsonl", "", "tags.session").unwrap(), Vec::<Vec<String>>::new());
}
