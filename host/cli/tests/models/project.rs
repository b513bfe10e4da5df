//! A project whose models are fakes in this process, while the command runs in another.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::{LazyLock, OnceLock};

use scorebox_fakes::{Answer, Asked, FakeProvider, FakeProviderBuilder, Protocol, TokenUsage, default_answer};
use serde_json::Value;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::common::{CACHE, Ran, Sandbox};

/// The key that the fakes want. No text of the tests holds it by chance.
pub(crate) const KEY: &str = "sk-fake-7Qz4Wm9Xt2Lr8Vb5";

/// The environment variable in which the command finds it.
pub(crate) const KEY_VARIABLE: &str = "FAKE_KEY";

/// Three questions with their answers.
pub(crate) const QUESTIONS: &str = r#"{"id":"sky","inputs":{"question":"Which colour has the sky?"},"expectations":{"expected_response":"blue"}}
{"id":"snow","inputs":{"question":"Which colour has snow?"},"expectations":{"expected_response":"white"}}
{"id":"coal","inputs":{"question":"Which colour has coal?"},"expectations":{"expected_response":"black"}}
"#;

/// An application and two judges of it, all of them models.
pub(crate) const CHAT_AND_JUDGES: &str = r#"
[predict]
use = "predictors/chat"
config = { model = "app" }

[[scorers]]
use = "judges/correctness"

[[scorers]]
use = "judges/guidelines"
config = { guidelines = ["Be kind."] }
"#;

/// The same with one judge.
pub(crate) const CHAT_AND_JUDGE: &str = r#"
[predict]
use = "predictors/chat"
config = { model = "app" }

[[scorers]]
use = "judges/correctness"
"#;

/// What each reply is said to have cost.
const USAGE: TokenUsage = TokenUsage { input: 100, cached_input: 0, output: 10, reasoning: 0 };

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());

/// Runs something that only a runtime can.
pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    RUNTIME.block_on(future)
}

/// A provider that wants the key.
pub(crate) fn provider(with: impl FnOnce(FakeProviderBuilder) -> FakeProviderBuilder) -> FakeProvider {
    block_on(with(FakeProvider::builder().key(KEY)).start()).unwrap()
}

/// A provider whose models answer by a script.
pub(crate) fn scripted(script: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> FakeProvider {
    provider(|builder| builder.answer(script))
}

/// A provider that agrees with everything: 100 tokens in and 10 out for each reply.
pub(crate) fn agreeable() -> FakeProvider {
    scripted(|asked| default_answer(asked).usage(USAGE))
}

/// The beginning of a config: two models of the provider, granted to all plugins, at a dollar for a million tokens read
/// and two dollars for a million tokens written.
pub(crate) fn models(provider: &FakeProvider) -> String {
    models_at(&base_url(provider, Protocol::OpenAi))
}

/// The base URL of an API as a config has it: Anthropic's is the host alone, as its own clients have it.
pub(crate) fn base_url(provider: &FakeProvider, protocol: Protocol) -> String {
    if protocol == Protocol::Anthropic { provider.url() } else { provider.base_url(protocol) }
}

/// The same, wherever the provider is.
pub(crate) fn models_at(base_url: &str) -> String {
    format!(
        r#"[dataset]
path = "data.jsonl"

[models]
app = "fake:/app-1"
judge = "fake:/judge-1"

[providers.fake]
base_url = "{base_url}"
api_key_env = "{KEY_VARIABLE}"
retries = 0

[permissions]
models = ["app", "judge"]

[prices]
"fake:/app-1" = {{ input = 1.0, output = 2.0 }}
"fake:/judge-1" = {{ input = 1.0, output = 2.0 }}
"#
    )
}

/// Replaces a part of a config that must be there.
pub(crate) fn replaced(config: &str, part: &str, by: &str) -> String {
    assert!(config.contains(part), "there is no {part:?} in\n{config}");
    config.replace(part, by)
}

/// A project with a cache of its own for replies.
pub(crate) struct Project {
    sandbox: Sandbox,
    cache: TempDir,
}

impl Project {
    pub(crate) fn new(config: &str, rows: &str) -> Self {
        let sandbox = Sandbox::new().with("scorebox.toml", config).with("data.jsonl", rows);
        Self { sandbox, cache: cache_with_compiled_plugins() }
    }

    pub(crate) fn with(self, path: &str, text: &str) -> Self {
        Self { sandbox: self.sandbox.with(path, text), ..self }
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.sandbox.path(path)
    }

    /// The folder of the project, and that of the cache: all that a run can write to.
    pub(crate) fn folders(&self) -> [PathBuf; 2] {
        [self.sandbox.path("."), self.cache.path().to_owned()]
    }

    /// The command without a key.
    pub(crate) fn keyless(&self, arguments: &[&str]) -> Command {
        let mut command = self.sandbox.command(arguments);
        command.env("SCOREBOX_CACHE_DIR", self.cache.path()).env_remove(KEY_VARIABLE);
        command
    }

    /// The command with the key in its environment.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.keyless(arguments);
        command.env(KEY_VARIABLE, KEY);
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        self.command(arguments).output().unwrap().into()
    }

    /// Evaluates, and expects the exit code 0.
    pub(crate) fn eval(&self, options: &[&str]) -> Ran {
        let ran = self.run(&[&["eval"], options].concat());
        assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
        ran
    }

    /// Evaluates with nothing else to do than to give its rows.
    pub(crate) fn rows_of_eval(&self, options: &[&str]) -> Vec<Value> {
        self.eval(&[&["--quiet"], options].concat());
        self.rows()
    }

    /// Whether any run wrote anything.
    pub(crate) fn has_runs(&self) -> bool {
        self.path("runs").exists() || self.path(".scorebox").exists()
    }

    /// The folder of the only run, as the command names it.
    pub(crate) fn only_run(&self) -> PathBuf {
        let run = self.sandbox.only_run("runs");
        run.strip_prefix(self.sandbox.path("")).unwrap().to_owned()
    }

    /// A file of the last run.
    pub(crate) fn file_of_last_run(&self, name: &str) -> String {
        let runs = fs::read_dir(self.path("runs")).unwrap().map(|entry| entry.unwrap().path());
        fs::read_to_string(runs.max().unwrap().join(name)).unwrap()
    }

    /// The rows of the last run.
    pub(crate) fn rows(&self) -> Vec<Value> {
        self.file_of_last_run("results.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// The record of the last run.
    pub(crate) fn record(&self) -> Value {
        serde_json::from_str(&self.file_of_last_run("run.json")).unwrap()
    }
}

/// The only feedback of a scorer on a row.
pub(crate) fn feedback<'r>(row: &'r Value, scorer: &str) -> &'r Value {
    let feedback = row["scores"][scorer]["feedback"].as_array();
    match feedback.map(Vec::as_slice) {
        Some([only]) => only,
        _ => panic!("{scorer} has not one feedback on {row:#}"),
    }
}

/// The values of a scorer's only feedback on each row.
pub(crate) fn values(rows: &[Value], scorer: &str) -> Vec<Value> {
    rows.iter().map(|row| feedback(row, scorer)["value"].clone()).collect()
}

/// The lines of a report about models.
pub(crate) fn model_lines(report: &str) -> String {
    report.lines().filter(|line| line.starts_with("  model ")).collect::<Vec<_>>().join("\n")
}

/// A cache that holds the compiled plugins and no reply. Links to the files are enough, but one to the folder is refused.
fn cache_with_compiled_plugins() -> TempDir {
    static COMPILED: OnceLock<()> = OnceLock::new();
    COMPILED.get_or_init(|| {
        let listed = Sandbox::new().run(["scorers", "--json"]);
        assert_eq!(listed.code, Some(0), "{}", listed.stderr);
    });
    // On the file system of the cache, since links cannot leave it.
    let cache = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let compiled = cache.path().join("compiled");
    fs::create_dir(&compiled).unwrap();
    for entry in fs::read_dir(format!("{CACHE}/compiled")).unwrap() {
        let entry = entry.unwrap();
        // What is still being written has another ending.
        if entry.path().extension().is_some_and(|extension| extension == "cwasm") {
            fs::hard_link(entry.path(), compiled.join(entry.file_name())).unwrap();
        }
    }
    cache
}
