//! `scorebox plugin test`: the cases of a plugin, run and reported on like unit tests.

use std::fmt::Write as _;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::anyhow;
use futures::StreamExt as _;
use scorebox_cases::{Case, Difference, Observed, ObservedError, ObservedSpan, Outcome, run_case};
use scorebox_engine::{CallSettings, Plugin};

use super::super::print;
use super::cases::Cases;
use super::check::config_problems;
use super::interrupt;
use super::replies::CaseReplies;
use super::subject::Subject;
use crate::arguments::TestArguments;
use crate::exit::Stop;
use crate::report::duration;
use crate::terminal::{BAD, FAINT, GOOD, NAME, STRONG, count, printable};

/// The exit code when a case failed.
const FAILED: u8 = 1;

/// So many cases wait for models at once while replies are recorded.
const AT_ONCE: usize = 8;

pub(super) async fn run(arguments: &TestArguments, quiet: bool) -> Result<ExitCode, Stop> {
    let subject = Subject::open(&arguments.subject, quiet).await?;
    let cases = Cases::read_some(&subject.cases).map_err(Stop::Input)?;
    let (_engine, plugin) = subject.plugin(quiet).await?;
    cases.check_names(&plugin).map_err(Stop::Input)?;
    let wanted = wanted(&cases, arguments.filter.as_deref()).map_err(Stop::Input)?;
    let models = &arguments.models.models;
    let replies = match arguments.record {
        true => CaseReplies::record(&cases.folder, models)?,
        false => CaseReplies::replay(&cases.folder, models)?,
    };

    let began = Instant::now();
    if !quiet {
        let number = count(wanted.len() as u64, "case");
        print(&format!("\n  {} · {number}\n\n", STRONG.paint(&subject.name)))?;
    }
    let at_once = if arguments.record { AT_ONCE } else { 1 };
    let tally = interrupt::or_interrupted(run_all(&plugin, &wanted, &replies.settings(), at_once, quiet)).await;
    // What was paid for is kept, also after Ctrl-C.
    replies.finish()?;
    let tally = tally??;
    print(&tally.to_text(cases.cases.len() - wanted.len(), began.elapsed()))?;
    Ok(if tally.failed == 0 { ExitCode::SUCCESS } else { ExitCode::from(FAILED) })
}

fn wanted<'c>(cases: &'c Cases, filter: Option<&str>) -> anyhow::Result<Vec<&'c Case>> {
    let Some(filter) = filter else { return Ok(cases.cases.iter().collect()) };
    let text = filter.to_lowercase();
    let is_wanted = |case: &&Case| {
        let fields = [case.name.as_str(), case.call.function()];
        fields.iter().any(|field| field.to_lowercase().contains(&text))
    };
    let wanted: Vec<_> = cases.cases.iter().filter(is_wanted).collect();
    if wanted.is_empty() {
        let all = count(cases.cases.len() as u64, "case");
        return Err(anyhow!("none of the {all} has {filter:?} in its name or in that of its function"));
    }
    Ok(wanted)
}

/// How many cases passed.
#[derive(Default)]
struct Tally {
    passed: usize,
    failed: usize,
}

/// Runs the cases and shows each as soon as those before it are done.
async fn run_all(
    plugin: &Plugin,
    cases: &[&Case],
    settings: &CallSettings,
    at_once: usize,
    quiet: bool,
) -> Result<Tally, Stop> {
    let ran = cases.iter().map(|case| Ran::of(plugin, case, settings));
    let mut ran = futures::stream::iter(ran).buffered(at_once);
    let mut tally = Tally::default();
    while let Some(ran) = ran.next().await {
        let ran = ran?;
        if ran.has_passed() {
            tally.passed += 1;
        } else {
            tally.failed += 1;
        }
        if !(quiet && ran.has_passed()) {
            print(&ran.to_text())?;
        }
    }
    Ok(tally)
}

impl Tally {
    fn to_text(&self, left_out: usize, took: Duration) -> String {
        let mut parts = Vec::new();
        if self.failed > 0 {
            parts.push(BAD.paint(format_args!("{} failed", self.failed)));
        }
        parts.push(GOOD.paint(format_args!("{} passed", self.passed)));
        if left_out > 0 {
            parts.push(FAINT.paint(format_args!("{left_out} left out")));
        }
        format!("\n  {}  {}\n", parts.join(", "), FAINT.paint(format_args!("in {}", duration(took))))
    }
}

/// What came of a case.
struct Ran<'c> {
    case: &'c Case,
    observed: Vec<Observed>,
    /// Why an evaluation would refuse the config.
    config_problems: Vec<String>,
    differences: Vec<Difference>,
    took: Duration,
}

impl<'c> Ran<'c> {
    async fn of(plugin: &Plugin, case: &'c Case, settings: &CallSettings) -> Result<Self, Stop> {
        let began = Instant::now();
        let observed = run_case(plugin, case, settings).await.map_err(Stop::unfinished)?;
        let took = began.elapsed();
        let differences = case.differences(&observed);
        let wants_result = case.expect.iter().any(|expected| expected.error.is_none());
        let config_problems = if wants_result { config_problems(plugin, case) } else { Vec::new() };
        Ok(Self { case, observed, config_problems, differences, took })
    }

    fn has_passed(&self) -> bool {
        self.differences.is_empty() && self.config_problems.is_empty()
    }

    fn to_text(&self) -> String {
        const WORTH_SAYING: Duration = Duration::from_secs(1);
        let verdict = if self.has_passed() { GOOD.paint("ok    ") } else { BAD.paint("failed") };
        let mut text = format!("  {verdict}  {}", printable(&self.case.name));
        if self.took >= WORTH_SAYING {
            text += &FAINT.paint(format_args!("  {}", duration(self.took)));
        }
        text.push('\n');
        if !self.has_passed() {
            text += &self.explanation();
        }
        text
    }

    /// Where the case is, what differs, and what the guest had to say.
    fn explanation(&self) -> String {
        let mut text = String::new();
        let case = self.case;
        // Writing to a String cannot fail.
        let _ = writeln!(text, "          {} {}", NAME.paint(&case.place), FAINT.paint(case.call.function()));
        for problem in &self.config_problems {
            let _ = writeln!(text, "          the config breaks the schema: {}", printable(problem));
        }
        for Difference { path, expected, actual } in &self.differences {
            // An error that nobody expected is shown below with its lines.
            let actual = match self.error_at(path) {
                Some(error) if path.ends_with("result") => format!("the error {}", error.kind),
                _ => shortened(actual),
            };
            if !path.is_empty() {
                let _ = writeln!(text, "          {path}");
            }
            let _ = writeln!(text, "            {} {}", FAINT.paint("expected"), GOOD.paint(shortened(expected)));
            let _ = writeln!(text, "            {} {}", FAINT.paint("actual  "), BAD.paint(actual));
        }
        for (index, observed) in self.observed.iter().enumerate() {
            let prefix = self.prefix(index);
            let is_shown = self.differences.iter().any(|difference| difference.path == format!("{prefix}result"));
            text += &observed_text(observed, &prefix, is_shown);
        }
        text
    }

    /// How the differences of a result begin.
    fn prefix(&self, index: usize) -> String {
        if self.observed.len() > 1 { format!("[{index}].") } else { String::new() }
    }

    /// The error of the result that a difference is about.
    fn error_at(&self, path: &str) -> Option<&ObservedError> {
        let mut observed = self.observed.iter().enumerate();
        let (_, observed) = observed.find(|(index, _)| path.starts_with(&self.prefix(*index)))?;
        match &observed.outcome {
            Outcome::Error(error) => Some(error),
            Outcome::Feedback(_) | Outcome::Outputs(_) => None,
        }
    }
}

/// What came out, and what the guest had to say meanwhile.
fn observed_text(observed: &Observed, prefix: &str, is_shown: bool) -> String {
    let mut text = match &observed.outcome {
        Outcome::Error(error) => error_text(error, prefix),
        _ if is_shown => String::new(),
        outcome => block(&format!("{prefix}result"), &shortened(&serde_json::to_string(outcome).unwrap_or_default())),
    };
    let log: Vec<_> = observed.log.iter().map(|line| format!("{}: {}", line.level.as_str(), line.message)).collect();
    text += &block(&format!("{prefix}log"), &log.join("\n"));
    text + &block(&format!("{prefix}spans"), &spans(&observed.spans))
}

/// An error with its lines as the guest wrote them: tracebacks have many.
fn error_text(error: &ObservedError, prefix: &str) -> String {
    let mut text = block(&format!("{prefix}error {}", error.kind), &error.message);
    text += &block("what the plugin had written", error.guest_output.as_deref().unwrap_or_default());
    text + &block("call stack", error.backtrace.as_deref().unwrap_or_default())
}

/// Lines under a title; nothing where there are none.
fn block(title: &str, lines: &str) -> String {
    if lines.trim().is_empty() {
        return String::new();
    }
    let mut text = format!("          {title}\n");
    for line in lines.trim_end().lines() {
        let _ = writeln!(text, "            {}", FAINT.paint(printable(line)));
    }
    text
}

fn spans(spans: &[ObservedSpan]) -> String {
    let line = |span: &ObservedSpan| {
        let parent = span.parent.as_ref().map(|parent| format!(" in {parent}")).unwrap_or_default();
        let status = serde_json::to_string(&span.status).unwrap_or_default();
        format!("{} {:?}{parent} {status}", span.name, span.kind)
    };
    spans.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// What still can be read at a glance.
fn shortened(text: &str) -> String {
    const MOST_CHARACTERS: usize = 2_000;
    match text.char_indices().nth(MOST_CHARACTERS) {
        Some((end, _)) => printable(&format!("{}…", &text[..end])),
        None => printable(text),
    }
}
