use scorebox_core::Value;
use scorebox_verdict::{Excerpt, FeedbackFlips, Flip, Sides};
use similar::{ChangeTag, TextDiff};

use super::comment::{Comment, count};
use super::escape::{code, html, plain};
use crate::shown::{counted, shortened, thousands};
use crate::{ReportError, rows};

/// Flips of one feedback that are shown.
const MAX_SHOWN: usize = 10;
const MAX_ID_CHARACTERS: usize = 80;
const MAX_VALUE_CHARACTERS: usize = 80;
const MAX_TEXT_CHARACTERS: usize = 600;

/// The rows whose verdict changed, with what changed in the outputs.
pub(super) fn write(flips: &FeedbackFlips, comment: &mut Comment) -> Result<(), ReportError> {
    if flips.count() == 0 {
        return Ok(());
    }
    let blocks: Vec<_> = flips.kept.iter().take(MAX_SHOWN).map(block).collect::<Result<_, _>>()?;
    let head = format!("\n<details>\n<summary>{}</summary>\n", summary(flips));
    let more = flips.count().saturating_sub(count(blocks.len()));
    let foot = match more {
        0 => "\n</details>\n".to_owned(),
        more => format!("\n{} more.\n\n</details>\n", thousands(more)),
    };
    comment.section(&head, &blocks, "changed verdict", &foot);
    Ok(())
}

fn summary(flips: &FeedbackFlips) -> String {
    let name = if flips.scorer == flips.feedback {
        flips.scorer.clone()
    } else {
        format!("{}:{}", flips.scorer, flips.feedback)
    };
    let counts = [(flips.worse, "got worse"), (flips.better, "got better"), (flips.relabelled, "got another label")];
    let parts = counts.into_iter().filter(|(count, _)| *count > 0);
    let parts: Vec<_> = parts.map(|(count, what)| format!("{} {what}", counted(count, "row"))).collect();
    format!("<code>{}</code>: {}", html(&name), parts.join(", "))
}

fn block(flip: &Flip) -> Result<String, ReportError> {
    let values = format!("{} → {}", value(&flip.value.a)?, value(&flip.value.b)?);
    let mut block = format!("\n{}: {values}\n", code(&flip.id, MAX_ID_CHARACTERS));
    if let Some(inputs) = &flip.inputs {
        block.push_str(&part("inputs", &html(&text(inputs))));
    }
    block.push_str(&sides("outputs", &flip.outputs));
    block.push_str(&sides("rationale", &flip.rationale));
    Ok(block)
}

fn value(value: &Value) -> Result<String, ReportError> {
    Ok(code(&rows::value_text(value)?, MAX_VALUE_CHARACTERS))
}

/// A text of both sides: once where it is the same, otherwise word by word.
fn sides(name: &str, sides: &Sides<Option<Excerpt>>) -> String {
    match (&sides.a, &sides.b) {
        (None, None) => String::new(),
        (Some(a), Some(b)) if a == b => part(&format!("{name}, unchanged"), &html(&text(a))),
        (Some(a), Some(b)) => part(name, &word_diff(&text(a), &text(b))),
        (Some(a), None) => part(&format!("{name} before"), &html(&text(a))),
        (None, Some(b)) => part(&format!("{name} now"), &html(&text(b))),
    }
}

/// A heading with a text that keeps its line breaks. The element is on one line, so that no line of the source begins with
/// a text of others.
fn part(name: &str, html: &str) -> String {
    format!("\n{name}\n<pre>{html}</pre>\n")
}

fn text(excerpt: &Excerpt) -> String {
    let plain = plain(&excerpt.text);
    let shown = shortened(&plain, MAX_TEXT_CHARACTERS);
    if excerpt.truncated && shown.len() == plain.len() { format!("{shown}…") } else { shown.into_owned() }
}

fn word_diff(a: &str, b: &str) -> String {
    let diff = TextDiff::from_unicode_words(a, b);
    let mut text = String::new();
    let mut open = ChangeTag::Equal;
    for change in diff.iter_all_changes() {
        if change.tag() != open {
            text.push_str(end_tag(open));
            text.push_str(start_tag(change.tag()));
            open = change.tag();
        }
        text.push_str(&html(change.value()));
    }
    text.push_str(end_tag(open));
    text
}

fn start_tag(tag: ChangeTag) -> &'static str {
    match tag {
        ChangeTag::Delete => "<del>",
        ChangeTag::Insert => "<ins>",
        ChangeTag::Equal => "",
    }
}

fn end_tag(tag: ChangeTag) -> &'static str {
    match tag {
        ChangeTag::Delete => "</del>",
        ChangeTag::Insert => "</ins>",
        ChangeTag::Equal => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_differ_are_marked_and_everything_is_escaped() {
        let diff = word_diff("The <b>capital</b> is Lyon.", "The <b>capital</b> is Paris.\n\n/close");
        assert_eq!(
            diff,
            "The &lt;b&gt;capital&lt;/b&gt; is <del>Lyon</del><ins>Paris</ins>.<ins>&#10;&#10;/close</ins>"
        );
    }
}
