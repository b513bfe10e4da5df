//! `scorebox plugin check`: a component against the contract, and against what its author says about it.

mod calls;
mod face;
mod schema;

use std::fmt::Write as _;
use std::process::ExitCode;
use std::time::Instant;

use scorebox_core::{PredictorInfo, ScorerInfo};
use scorebox_engine::{CallLimits, CallSettings, Engine, EngineConfig, Isolation, Plugin, inspect};

use super::super::print;
use super::cases::Cases;
use super::instance::{InstanceFigures, bytes};
use super::replies::CaseReplies;
use super::subject::Subject;
use super::{interrupt, shown};
use crate::arguments::CheckArguments;
use crate::engine::{self, Needs};
use crate::exit::Stop;
use crate::report::duration;
use crate::terminal::{BAD, FAINT, GOOD, STRONG, WARN, printable};

pub(super) use schema::config_problems;

/// The exit code when a check failed.
const FAILED: u8 = 1;

/// What came of one check.
struct Check {
    name: &'static str,
    verdict: Verdict,
    lines: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Verdict {
    Ok,
    /// Worth knowing, and no reason to refuse the plugin.
    Note,
    Failed,
}

impl Check {
    fn ok(name: &'static str, line: impl Into<String>) -> Self {
        Self { name, verdict: Verdict::Ok, lines: vec![line.into()] }
    }

    fn failed(name: &'static str, line: impl Into<String>) -> Self {
        Self { name, verdict: Verdict::Failed, lines: vec![line.into()] }
    }

    /// What was found; if that is nothing, all is well.
    fn of(name: &'static str, found: Vec<(Verdict, String)>, well: impl FnOnce() -> String) -> Self {
        match found.iter().map(|(verdict, _)| *verdict).max() {
            None => Self::ok(name, well()),
            Some(verdict) => Self { name, verdict, lines: found.into_iter().map(|(_, line)| line).collect() },
        }
    }

    fn to_text(&self) -> String {
        let verdict = match self.verdict {
            Verdict::Ok => GOOD.paint("ok    "),
            Verdict::Note => WARN.paint("note  "),
            Verdict::Failed => BAD.paint("failed"),
        };
        let lines = self.lines.iter().flat_map(|line| line.lines()).map(printable).collect::<Vec<_>>();
        format!("  {verdict}  {:12} {}\n", self.name, lines.join(&format!("\n{:23}", "")))
    }
}

pub(super) async fn run(arguments: &CheckArguments, quiet: bool) -> Result<ExitCode, Stop> {
    let subject = Subject::open(&arguments.subject, quiet).await?;
    let checks = checks(&subject, quiet).await?;
    let size = bytes(subject.component.len());
    let place = FAINT.paint(format_args!("{}, {size}", shown(&subject.path)));
    let mut text = format!("\n  {}  {place}\n\n", STRONG.paint(&subject.name));
    checks.iter().filter(|check| !quiet || check.verdict > Verdict::Ok).for_each(|check| text += &check.to_text());
    let number = |verdict| checks.iter().filter(|check| check.verdict == verdict).count();
    let (notes, failed) = (number(Verdict::Note), number(Verdict::Failed));
    let verdict = if failed == 0 { GOOD.paint("passed") } else { BAD.paint("failed") };
    // Writing to a String cannot fail.
    let _ = writeln!(text, "\n  {verdict}: {} ok, {notes} with notes, {failed} failed", number(Verdict::Ok));
    print(&text)?;
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::from(FAILED) })
}

/// All checks, in their order; a component that cannot be loaded ends them.
async fn checks(subject: &Subject, quiet: bool) -> Result<Vec<Check>, Stop> {
    let mut checks = Vec::new();
    let limit = EngineConfig::default().compile.component_bytes;
    let inspection = match inspect(&subject.component, limit) {
        Ok(inspection) => inspection,
        Err(error) => return Ok(vec![Check::failed("contract", error.to_string())]),
    };
    checks.push(Check::ok("contract", format!("scorebox:plugin@{}", inspection.contract)));
    checks.push(face::imports(&inspection));
    if let Some(project) = &subject.project {
        checks.push(face::manifest(project.manifest(), &inspection));
    }
    let engine = engine::start(Needs::default().quiet(quiet)).map_err(Stop::unfinished)?;
    let plugin = match subject.load(&engine).await? {
        Ok(plugin) => plugin,
        Err(error) => {
            checks.push(Check::failed("functions", error.to_string()));
            return Ok(checks);
        }
    };
    checks.push(face::functions(&plugin));
    checks.push(schema::check(&plugin));
    let (plugin, described) = describe_again(subject, &engine, plugin).await?;
    checks.push(described);
    checks.push(cost(&plugin));
    checks.extend(interrupt::or_interrupted(with_cases(subject, &plugin)).await??);
    Ok(checks)
}

/// Loads the plugin once more: a second instance has to say the same about itself.
async fn describe_again(subject: &Subject, engine: &Engine, plugin: Plugin) -> Result<(Plugin, Check), Stop> {
    type Described = (Vec<ScorerInfo>, Vec<PredictorInfo>);
    let described = |plugin: &Plugin| -> Described { (plugin.scorers().to_vec(), plugin.predictors().to_vec()) };
    let first = described(&plugin);
    // As long as one is there, the engine gives the same again.
    drop(plugin);
    let began = Instant::now();
    let plugin = subject.load(engine).await?.map_err(Stop::unfinished)?;
    let took = began.elapsed();
    let check = if described(&plugin) == first {
        Check::ok("describe", format!("the same in two instances; loads in {} from the cache", duration(took)))
    } else {
        Check::failed("describe", "a second instance describes itself otherwise: the answer must always be the same")
    };
    Ok((plugin, check))
}

/// What an instance costs, and what follows from that.
fn cost(plugin: &Plugin) -> Check {
    let cost = plugin.instance_cost();
    let limit = CallLimits::default().memory_bytes;
    let mut lines = vec![InstanceFigures::from(cost).to_text()];
    let mut verdict = Verdict::Ok;
    if cost.memory_bytes > limit / 2 {
        verdict = Verdict::Note;
        lines.push(format!("before its first call it has more than half of the {} that a call may have", bytes(limit)));
    }
    let batched = plugin.scorers().iter().find_map(|info| match plugin.automatic_isolation(info) {
        Isolation::Batch(size) => Some(size),
        Isolation::Example | Isolation::Run => None,
    });
    if let Some(size) = batched {
        lines.push(format!("instances are dear, so {size} examples share one unless scorebox.toml says otherwise"));
    }
    Check { name: "instance", verdict, lines }
}

/// The checks that call functions, with the cases of the plugin.
async fn with_cases(subject: &Subject, plugin: &Plugin) -> Result<Vec<Check>, Stop> {
    let cases = Cases::read(&subject.cases).and_then(|cases| cases.check_names(plugin).map(|()| cases));
    let cases = match cases {
        Ok(cases) => cases,
        Err(error) => return Ok(vec![Check::failed("cases", format!("{error:#}"))]),
    };
    if cases.cases.is_empty() {
        let line = format!("there are none in {}, so nothing was called", subject.cases.display());
        return Ok(vec![Check { name: "cases", verdict: Verdict::Note, lines: vec![line] }]);
    }
    let settings: CallSettings = CaseReplies::replay(&cases.folder, &[])?.settings();
    Ok(vec![
        calls::covered(plugin, &cases.cases),
        calls::same_twice(plugin, &cases.cases, &settings).await?,
        calls::same_in_one_instance(plugin, &cases.cases, &settings).await?,
    ])
}
