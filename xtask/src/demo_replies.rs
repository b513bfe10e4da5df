//! Records what the judges of the demo project are replied, so that `scorebox demo` needs no model.
//!
//! The verdicts are in `verdicts.jsonl`. They are recorded through the command itself, with a fake provider that says
//! them, because the requests that they belong to are made by the plugins.

mod verdicts;

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;

use self::verdicts::{Demo, Verdict};
use crate::fake_provider::FakeProvider;
use crate::repository::{Repository, run as run_command};
use crate::terminal::{green, heading};
use crate::wasm_target;

/// The first line of a cassette.
const HEADER: &str = "{\"scorebox_cassette\":1}\n";

/// Writes `host/cli/demo/replies.jsonl` anew. The same verdicts, plugins and config give the same file.
pub(crate) fn run(repository: &Repository) -> Result<()> {
    wasm_target::ensure(repository)?;
    let folder = repository.root().join("host/cli/demo");
    let demo = Demo::read(&folder)?;
    let verdicts = Verdict::read_all(&folder.join("verdicts.jsonl"))?;
    demo.check(&verdicts)?;
    let cassette = folder.join("replies.jsonl");
    if !cassette.exists() {
        // The command embeds it, so that without any it could not be compiled.
        fs::write(&cassette, HEADER)?;
    }
    heading("The command and the fake provider");
    run_command(&mut repository.cargo(["build", "--release", "--package", "scorebox-cli"]))?;
    run_command(&mut repository.cargo(["build", "--release", "--package", "scorebox-fakes", "--bins"]))?;
    heading("The recording");
    let recorded = record(repository, &demo, &verdicts)?;
    check_recorded(&recorded, &verdicts).context("nothing was written")?;
    fs::write(&cassette, &recorded).with_context(|| format!("cannot write {}", cassette.display()))?;
    eprintln!(
        "{} {} replies, {} KiB, in {}; the next build of the command embeds them",
        green("Recorded:"),
        recorded.lines().count() - 1,
        recorded.len().div_ceil(1024),
        cassette.display()
    );
    Ok(())
}

/// Evaluates a copy of the project with a provider that gives the verdicts, and returns the cassette.
fn record(repository: &Repository, demo: &Demo, verdicts: &[Verdict]) -> Result<String> {
    let work = WorkFolder::make(repository.target_dir().join("demo-replies"))?;
    let answers = work.path("answers.jsonl");
    fs::write(&answers, demo.answers(verdicts))?;
    let release = repository.target_dir().join("release");
    let program = release.join("scorebox-fake-provider");
    let fake = FakeProvider::start(&program, [OsStr::new("--answers"), answers.as_os_str()])?;
    fs::write(work.path("scorebox.toml"), demo.config_with_provider(&fake.base_url()))?;
    fs::write(work.path("data.jsonl"), demo.dataset())?;
    let cassette = work.path("replies.jsonl");
    let mut eval = Command::new(release.join("scorebox"));
    eval.args(["eval", "--quiet"]).arg(work.path("scorebox.toml"));
    eval.arg("--record").arg(&cassette).arg("--output").arg(work.path("runs"));
    // A cache of its own: in the user's there may be replies from earlier verdicts.
    eval.env("SCOREBOX_CACHE_DIR", work.path("cache"));
    // Its report tells of a run that is gone in a moment; what matters of it is checked.
    run_command(eval.stdout(Stdio::null()))?;
    drop(fake);
    fs::read_to_string(&cassette).with_context(|| format!("cannot read {}", cassette.display()))
}

/// Checks that every verdict of both judges came through, and nothing else was asked.
fn check_recorded(cassette: &str, verdicts: &[Verdict]) -> Result<()> {
    let mut replies = 0;
    for line in cassette.lines().skip(1) {
        let exchange: Value = serde_json::from_str(line)?;
        match exchange.pointer("/outcome/reply") {
            Some(_) => replies += 1,
            None => bail!("a judge got an error instead of a verdict: {}", exchange["outcome"]),
        }
    }
    let wanted = 2 * verdicts.len();
    ensure!(
        replies == wanted,
        "{replies} replies were recorded, but there are {wanted} verdicts: two for each line of verdicts.jsonl; \
         `cargo xtask demo` shows what each scorer says"
    );
    Ok(())
}

/// A folder that is empty at first and goes at the end.
struct WorkFolder(PathBuf);

impl WorkFolder {
    fn make(folder: PathBuf) -> Result<Self> {
        if folder.exists() {
            fs::remove_dir_all(&folder).with_context(|| format!("cannot remove {}", folder.display()))?;
        }
        fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        Ok(Self(folder))
    }

    fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for WorkFolder {
    fn drop(&mut self) {
        // What is left is removed at the start of the next recording.
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPLY: &str = "{\"asked\":{},\"outcome\":{\"reply\":{}}}\n";

    fn complaint(lines: &[&str]) -> Option<String> {
        let cassette = format!("{HEADER}{}", lines.concat());
        let verdicts = [verdicts::tests::verdict("What is the chemical symbol of gold?", "Au")];
        check_recorded(&cassette, &verdicts).err().map(|error| error.to_string())
    }

    #[test]
    fn a_recording_holds_two_replies_for_each_line_of_verdicts() {
        assert_eq!(complaint(&[REPLY, REPLY]), None);
        assert!(complaint(&[REPLY]).unwrap().starts_with("1 replies were recorded, but there are 2 verdicts"));
        assert!(complaint(&[REPLY, REPLY, REPLY]).unwrap().starts_with("3 replies"));
    }

    #[test]
    fn a_recording_with_an_error_is_refused() {
        let error = "{\"asked\":{},\"outcome\":{\"error\":{\"unavailable\":\"no line fits\"}}}\n";
        assert!(complaint(&[REPLY, error]).unwrap().contains("no line fits"));
    }
}
