//! `scorebox ci`: an evaluation by the conventions of CI.

use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use scorebox_core::RunId;
use scorebox_report::{Annotations, Places, ReportContext, ReportFormat, ReportRequest};
use scorebox_store::RowParts;

use super::eval::{self, EvalOptions, Evaluated};
use super::print;
use crate::arguments::CiArguments;
use crate::config::{DatasetChoice, Overrides, Project, RepliesFrom};
use crate::exit::Stop;
use crate::files::NewFile;
use crate::{git, rows};

const COMMENT: &str = "comment.md";
const CODE_QUALITY: &str = "gl-code-quality-report.json";

/// Where the command runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Service {
    GitHub,
    GitLab,
    Other,
}

pub(crate) async fn run(arguments: &CiArguments, quiet: bool) -> Result<ExitCode, Stop> {
    let project = Project::load(&arguments.path).map_err(Stop::input)?;
    // Where no replies are named, nothing can be asked: a request finds none in a cassette without exchanges.
    let mut nothing = tempfile::NamedTempFile::new().map_err(Stop::unfinished)?;
    writeln!(nothing, r#"{{"scorebox_cassette":1}}"#).map_err(Stop::unfinished)?;
    let named = arguments.replay.clone().or_else(|| project.replies());
    let replay = named.unwrap_or_else(|| nothing.path().to_owned());
    let options = EvalOptions {
        overrides: Overrides { replies: RepliesFrom::Replay(replay), ..Overrides::default() },
        store: arguments.store.clone(),
        locked: true,
        reports: reports(&arguments.output),
        quiet,
        ..EvalOptions::default()
    };
    let evaluated = eval::evaluate(&arguments.path, &options).await?;
    let service = service();
    match service {
        Service::GitHub => print(&without_commands(&evaluated.report(quiet, false)))?,
        Service::GitLab | Service::Other => print(&evaluated.report(quiet, false))?,
    };
    match service {
        Service::GitHub => annotate_github(&evaluated, &project, &arguments.output).await?,
        Service::GitLab => annotate_gitlab(&evaluated, &project, &arguments.output).await?,
        Service::Other => {}
    }
    evaluated.store.close().await;
    Ok(evaluated.exit_code())
}

/// GitHub obeys lines that begin with `::`, and what a plugin says may hold one. Between these two lines it obeys none;
/// nobody can guess the word that ends that.
fn without_commands(text: &str) -> String {
    let word = RunId::generate();
    format!("::stop-commands::{word}\n{text}::{word}::\n")
}

fn service() -> Service {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    if is_set("GITHUB_ACTIONS") {
        Service::GitHub
    } else if is_set("GITLAB_CI") {
        Service::GitLab
    } else {
        Service::Other
    }
}

fn reports(output: &Path) -> Vec<ReportRequest> {
    let report = |format, name| ReportRequest { format, path: output.join(name) };
    vec![
        report(ReportFormat::Junit, "junit.xml"),
        report(ReportFormat::Html, "report.html"),
        report(ReportFormat::Markdown, COMMENT),
        report(ReportFormat::Json, "results.json"),
    ]
}

/// Annotations are commands on standard output; the summary of the job is a file that GitHub names.
async fn annotate_github(evaluated: &Evaluated, project: &Project, output: &Path) -> Result<(), Stop> {
    let annotations = annotations(evaluated, project).await?;
    let mut text = Vec::new();
    annotations.write_github(&context(evaluated), &mut text).map_err(Stop::unfinished)?;
    print(&String::from_utf8_lossy(&text))?;
    let Some(summary) = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty()) else { return Ok(()) };
    let appended = fs::read(output.join(COMMENT))
        .and_then(|comment| OpenOptions::new().create(true).append(true).open(&summary)?.write_all(&comment));
    let what = || format!("{}: cannot be written", Path::new(&summary).display());
    appended.with_context(what).map_err(Stop::Unfinished)
}

async fn annotate_gitlab(evaluated: &Evaluated, project: &Project, output: &Path) -> Result<(), Stop> {
    let annotations = annotations(evaluated, project).await?;
    let mut file = NewFile::create(&output.join(CODE_QUALITY)).map_err(Stop::Unfinished)?;
    annotations.write_gitlab(&context(evaluated), &mut file).map_err(Stop::unfinished)?;
    file.finish().map_err(Stop::Unfinished)
}

fn context(evaluated: &Evaluated) -> ReportContext<'_> {
    ReportContext { gate: evaluated.gate.as_ref(), ..ReportContext::new(&evaluated.record) }
}

async fn annotations(
    evaluated: &Evaluated,
    project: &Project,
) -> Result<Annotations<impl Fn(u64) -> Option<u64>>, Stop> {
    let root = git::root(project.folder());
    let dataset = match project.dataset().map_err(Stop::input)? {
        DatasetChoice::File(file) => Some(file),
        DatasetChoice::Stored(_) => None,
    };
    let lines = dataset.as_deref().map(lines_of).transpose().map_err(Stop::unfinished)?.unwrap_or_default();
    let in_repository = |path: &Path| relative(path, root.as_deref());
    let places = Places {
        config: in_repository(project.path()),
        dataset: dataset.as_deref().filter(|_| !lines.is_empty()).map(in_repository),
    };
    let mut annotations = Annotations::new(places, move |index| lines.get(usize::try_from(index).ok()?).copied());
    rows::each(&evaluated.store, &evaluated.record, RowParts { remarks: true, ..RowParts::SCORES }, |row| {
        annotations.add(row);
        Ok(())
    })
    .await?;
    Ok(annotations)
}

/// The line of each row of a JSONL file, from 1; nothing for other files, whose rows have no lines of their own.
fn lines_of(dataset: &Path) -> std::io::Result<Vec<u64>> {
    let is_jsonl =
        dataset.extension().is_some_and(|it| it.eq_ignore_ascii_case("jsonl") || it.eq_ignore_ascii_case("ndjson"));
    if !is_jsonl {
        return Ok(Vec::new());
    }
    let mut reader = BufReader::new(File::open(dataset)?);
    let (mut lines, mut line) = (Vec::new(), Vec::new());
    for number in 1.. {
        line.clear();
        if reader.read_until(b'\n', &mut line)? == 0 {
            break;
        }
        if !line.trim_ascii().is_empty() {
            lines.push(number);
        }
    }
    Ok(lines)
}

/// A path as CI knows it: from the root of the repository, with `/` between folders.
fn relative(path: &Path, root: Option<&Path>) -> String {
    let inside = || -> Option<PathBuf> { Some(path.canonicalize().ok()?.strip_prefix(root?).ok()?.to_owned()) };
    let path = inside().unwrap_or_else(|| path.to_owned());
    path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}
