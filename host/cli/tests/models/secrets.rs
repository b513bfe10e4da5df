//! Keys are nowhere in what a run leaves behind, whatever goes wrong.

use std::fs;
use std::path::Path;

use scorebox_fakes::{FakeProvider, Protocol};

use crate::common::Ran;
use crate::project::{CHAT_AND_JUDGES, KEY, Project, QUESTIONS, base_url, models, provider, replaced};

/// A key that no provider wants.
const WRONG_KEY: &str = "sk-wrong-3Tg6Uj1Nv9Bx5Re8";

/// Looks for a secret in all files of a project and of its cache, and in what was printed.
pub(crate) fn assert_nowhere(secret: &str, project: &Project, printed: &[&Ran]) {
    for folder in project.folders() {
        assert_not_in(secret, &folder);
    }
    for Ran { stdout, stderr, .. } in printed {
        assert!(!stdout.contains(secret) && !stderr.contains(secret), "{stdout}{stderr}");
    }
}

/// Looks for a secret in the files of a folder, and in their names.
fn assert_not_in(secret: &str, folder: &Path) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        assert!(!path.to_string_lossy().contains(secret), "{}", path.display());
        if path.is_dir() {
            assert_not_in(secret, &path);
            continue;
        }
        let bytes = fs::read(&path).unwrap();
        let is_there = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
        assert!(!is_there, "{secret} is in {}", path.display());
    }
}

/// The application's provider takes its key; the judge's one does not, and quotes it.
fn config(good: &FakeProvider, bad: &FakeProvider, protocol: Protocol, name: &str, key: &str) -> String {
    let bad_url = base_url(bad, protocol);
    let config = replaced(&(models(good) + CHAT_AND_JUDGES), "judge = \"fake:/judge-1\"", "judge = \"other:/judge-1\"");
    let other = format!(
        "[providers.other]\nprotocol = \"{name}\"\nbase_url = \"{bad_url}\"\nretries = 0\n{key}\n\n[permissions]"
    );
    replaced(&config, "[permissions]", &other)
}

const PROTOCOLS: [(Protocol, &str); 4] = [
    (Protocol::OpenAi, "openai"),
    (Protocol::Azure, "azure"),
    (Protocol::Anthropic, "anthropic"),
    (Protocol::Gemini, "gemini"),
];

#[test]
fn keys_from_the_environment_are_nowhere_although_providers_quote_them() {
    for (protocol, name) in PROTOCOLS {
        let (good, bad) = (provider(|builder| builder), provider(|builder| builder));
        let config = config(&good, &bad, protocol, name, "api_key_env = \"OTHER_KEY\"");
        let project = Project::new(&config, QUESTIONS);
        let run = |arguments: &[&str]| -> Ran {
            project.command(arguments).env("OTHER_KEY", WRONG_KEY).output().unwrap().into()
        };
        let all = [run(&["eval", "--record", "replies.jsonl"]), run(&["eval", "--json"]), run(&["models", "test"])];
        assert_eq!(all.each_ref().map(|ran| ran.code), [Some(0), Some(0), Some(2)], "{name}: {}", all[0].stderr);
        assert_quoted(&project, &bad, name);
        for secret in [KEY, WRONG_KEY] {
            assert_nowhere(secret, &project, &all.each_ref());
        }
    }
}

#[test]
fn keys_from_files_are_nowhere_although_providers_quote_them() {
    let keys = tempfile::tempdir().unwrap();
    let (good_file, wrong_file) = (keys.path().join("good"), keys.path().join("wrong"));
    fs::write(&good_file, format!("{KEY}\n")).unwrap();
    fs::write(&wrong_file, format!("{WRONG_KEY}\n")).unwrap();
    let (good, bad) = (provider(|builder| builder), provider(|builder| builder));
    let file = |path: &Path| format!("api_key_file = \"{}\"", path.display());
    let config = config(&good, &bad, Protocol::OpenAi, "openai", &file(&wrong_file));
    let project = Project::new(&replaced(&config, "api_key_env = \"FAKE_KEY\"", &file(&good_file)), QUESTIONS);
    let run = |arguments: &[&str]| -> Ran { project.keyless(arguments).output().unwrap().into() };
    let all = [run(&["eval", "--record", "replies.jsonl"]), run(&["eval", "--json"]), run(&["models", "test"])];
    assert_eq!(all.each_ref().map(|ran| ran.code), [Some(0), Some(0), Some(2)], "{}", all[0].stderr);
    assert_quoted(&project, &bad, "file");
    for secret in [KEY, WRONG_KEY] {
        assert_nowhere(secret, &project, &all.each_ref());
    }
}

/// The application answered every row, the judge failed each of them with a message from which the key was taken, and
/// both were kept.
fn assert_quoted(project: &Project, bad: &FakeProvider, name: &str) {
    assert!(bad.refusals().iter().all(|refusal| refusal.contains(WRONG_KEY)), "{name}: {:?}", bad.refusals());
    assert!(bad.counts().unauthorized >= 6, "{name}");
    for row in project.rows() {
        assert_eq!(row["outputs"], "The answer is 42.", "{name}");
        let error = &row["scores"]["correctness"]["error"];
        assert!(error["message"].as_str().unwrap().contains("[redacted]"), "{name}: {row}");
    }
    assert!(fs::read_to_string(project.path("replies.jsonl")).unwrap().contains("[redacted]"), "{name}");
    let [_, cache] = project.folders();
    assert!(cache.join("replies").exists(), "{name}");
}

#[test]
fn a_key_that_can_be_no_header_is_refused_without_being_shown() {
    let good = provider(|builder| builder);
    let project = Project::new(&(models(&good) + CHAT_AND_JUDGES), QUESTIONS);
    let broken = format!("{KEY}\nsecond line");
    let ran: Ran = project.command(&["eval"]).env("FAKE_KEY", broken).output().unwrap().into();
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("the environment variable FAKE_KEY cannot be a key"), "{}", ran.stderr);
    assert!(!ran.stderr.contains(KEY), "{}", ran.stderr);
}
