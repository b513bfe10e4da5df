use std::fmt::Write as _;
use std::process::ExitCode;

use scorebox_core::Example;
use scorebox_store::{DatasetDiff, ExampleChange, ExampleList, Store};

use super::arguments::DiffArguments;
use super::shorten::shorten;
use super::stop;
use crate::commands::{print, print_json};
use crate::exit::Stop;
use crate::terminal::{BAD, FAINT, GOOD, NAME, STRONG, WARN, thousands};

/// Characters of a value that are shown.
const WIDTH: usize = 90;

pub(super) async fn run(arguments: &DiffArguments, store: &Store) -> Result<ExitCode, Stop> {
    let diff = store.diff_datasets(&arguments.before, &arguments.after, arguments.limit).await.map_err(stop)?;
    if arguments.json { print_json(&diff) } else { print(&to_text(&diff)) }
}

fn to_text(diff: &DatasetDiff) -> String {
    let DatasetDiff { before, after, added, removed, changed, unchanged } = diff;
    let mut text = format!("\n  {} → {}\n", NAME.paint(before), NAME.paint(after));
    let counts =
        [(added.count, "added"), (removed.count, "removed"), (changed.count, "changed"), (*unchanged, "the same")];
    let counts: Vec<_> = counts.map(|(number, what)| format!("{} {what}", thousands(number))).into();
    let _ = writeln!(text, "  {}", counts.join(" · "));
    if diff.is_empty() && before.digest != after.digest {
        text.push_str("  the examples are the same, in another order or written differently\n");
    }
    push_examples(&mut text, &GOOD.paint("+"), added, "added");
    push_examples(&mut text, &BAD.paint("-"), removed, "removed");
    for change in &changed.first {
        push_change(&mut text, change);
    }
    push_rest(&mut text, changed, "changed");
    text.push('\n');
    text
}

fn push_examples(text: &mut String, sign: &str, examples: &ExampleList<Example>, what: &str) {
    if !examples.first.is_empty() {
        text.push('\n');
    }
    for example in &examples.first {
        let _ = writeln!(text, "  {sign} {} {}", STRONG.paint(&example.id), shorten(&example.inputs, WIDTH));
    }
    push_rest(text, examples, what);
}

fn push_change(text: &mut String, change: &ExampleChange) {
    let _ = writeln!(text, "\n  {} {}", WARN.paint("~"), STRONG.paint(&change.id));
    for field in &change.fields {
        let _ = writeln!(text, "      {}", FAINT.paint(&field.field));
        for (sign, value) in [(BAD.paint("-"), &field.before), (GOOD.paint("+"), &field.after)] {
            if let Some(value) = value {
                let _ = writeln!(text, "        {sign} {}", shorten(value, WIDTH));
            }
        }
    }
}

/// Says how many are not shown.
fn push_rest<T>(text: &mut String, examples: &ExampleList<T>, what: &str) {
    let rest = examples.count - (examples.first.len() as u64).min(examples.count);
    if rest > 0 {
        let hint = format!("    … {} more {what}, shown with a higher --limit", thousands(rest));
        let _ = writeln!(text, "{}", FAINT.paint(hint));
    }
}
