//! `scorebox plugin build`, and the building that comes before a check or a test.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use scorebox_engine::Plugin;
use scorebox_languages::{BuiltPlugin, Language, LanguageError, Project, Report, Toolbox, default_output};

use super::super::print;
use super::instance::bytes;
use super::working::Working;
use super::{interrupt, shown};
use crate::arguments::{BuildArguments, ToolArguments};
use crate::engine::{self, Needs};
use crate::exit::Stop;
use crate::files::NewFile;
use crate::report::duration;
use crate::terminal::{FAINT, GOOD, NAME};

/// A component that was built and written.
pub(super) struct Built {
    pub(super) component: Vec<u8>,
    pub(super) path: PathBuf,
    report: Report,
    took: Duration,
}

pub(super) async fn run(arguments: &BuildArguments, quiet: bool) -> Result<ExitCode, Stop> {
    let project = Project::open(&arguments.dir).map_err(stop)?;
    let output = arguments.output.clone().unwrap_or_else(|| default_output(&project));
    let built = build(&project, &arguments.tools, output, quiet).await?;
    let engine = engine::start(Needs::default().quiet(quiet)).map_err(Stop::unfinished)?;
    // Loading compiles it, and what is compiled is kept: the first evaluation finds it there.
    let plugin = interrupt::or_interrupted(engine.load_named(&project.manifest().name, &built.component)).await?;
    let plugin = plugin
        .with_context(|| format!("{} was written, but it cannot be used", shown(&built.path)))
        .map_err(Stop::Input)?;
    print(&built.to_text(&project, &plugin, quiet))
}

/// Builds a project and writes its component. What there is to say meanwhile goes to standard error.
pub(super) async fn build(
    project: &Project,
    tools: &ToolArguments,
    output: PathBuf,
    quiet: bool,
) -> Result<Built, Stop> {
    let began = Instant::now();
    let what = format!("building {} ({})", project.manifest().name, project.language());
    let working = match project.language() {
        Language::Rust => Working::beside_a_talker(&what, quiet),
        _ => Working::on(&what, quiet),
    };
    let folder = tools.folder.clone().unwrap_or_else(|| Toolbox::folder_for(project));
    let toolbox = Toolbox::new(folder, {
        let working = working.clone();
        move |step| working.step(step)
    });
    let built = {
        let project = project.clone();
        interrupt::blocking(move || scorebox_languages::build(&project, &toolbox)).await?
    };
    drop(working);
    let BuiltPlugin { component, report } = built.map_err(stop)?;
    write(&output, &component).map_err(Stop::Unfinished)?;
    Ok(Built { component, path: output, report, took: began.elapsed() })
}

fn write(path: &Path, component: &[u8]) -> anyhow::Result<()> {
    let mut file = NewFile::create(path)?;
    file.write_all(component).with_context(|| format!("{}: cannot be written", path.display()))?;
    file.finish()
}

/// What is wrong with a project is its author's to mend, unless it is the disk.
pub(super) fn stop(error: LanguageError) -> Stop {
    match error {
        LanguageError::Read { .. } | LanguageError::Write { .. } => Stop::unfinished(error),
        _ => Stop::input(error),
    }
}

impl Built {
    fn to_text(&self, project: &Project, plugin: &Plugin, quiet: bool) -> String {
        let Self { report, took, path, .. } = self;
        let size = bytes(report.size_bytes);
        let path = shown(path);
        let mut text = format!(
            "{} {}  {}\n",
            GOOD.paint("built"),
            NAME.paint(&path),
            FAINT.paint(format_args!("{}, {size}, {}", project.language(), duration(*took)))
        );
        if quiet {
            return text;
        }
        let names = |names: &[String]| match names {
            [] => "nothing: it can only compute".to_owned(),
            names => names.join("\n           "),
        };
        let scorers = plugin.scorers().iter().map(|info| &info.name);
        let functions: Vec<_> = scorers.chain(plugin.predictors().iter().map(|info| &info.name)).cloned().collect();
        let facts = [
            ("digest", report.digest.to_string()),
            ("exports", names(&report.exports)),
            ("imports", names(&report.imports)),
            ("holds", functions.join(", ")),
        ];
        for (name, fact) in facts {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "  {} {fact}", FAINT.paint(format_args!("{name:8}")));
        }
        if let Some(first) = functions.first() {
            let reference = format!("use = \"{path}#{first}\"");
            let _ = writeln!(text, "\n  {} {}", FAINT.paint("in scorebox.toml:"), NAME.paint(reference));
        }
        text
    }
}
