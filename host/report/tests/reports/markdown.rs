use scorebox_core::{Digest, FailureKind, Value};
use scorebox_eval::{RowResult, RunStatus};
use scorebox_report::{ReportContext, ReportFormat, comment_marker};
use scorebox_verdict::{CompareOptions, Comparison, ComparisonReport};

use crate::fixture::{Row, failed_gate, passed_gate, record, row, small_run, text};
use crate::{HOSTILE, report};

fn markdown(rows: &[RowResult]) -> String {
    report(ReportFormat::Markdown, rows, &ReportContext::new(&record(rows)))
}

/// How the second run differs from the first.
fn comparison(before: &[RowResult], now: &[RowResult]) -> ComparisonReport {
    compared(Comparison::new(record(before), record(now), CompareOptions::default()), before, now)
}

fn compared(mut comparison: Comparison, before: &[RowResult], now: &[RowResult]) -> ComparisonReport {
    before.iter().for_each(|row| comparison.add_a(row).unwrap());
    now.iter().for_each(|row| comparison.add_b(row).unwrap());
    let mut details = comparison.compare();
    before.iter().for_each(|row| details.detail_a(row));
    now.iter().for_each(|row| details.detail_b(row));
    details.finish()
}

/// Rows of which some answers are wrong.
fn answers(wrong: impl Fn(u64) -> bool) -> Vec<RowResult> {
    let answer = |index| {
        let is_wrong = wrong(index);
        let outputs = if is_wrong { r#""The city is Lyon.""# } else { r#""The city is Paris.""# };
        let rationale = is_wrong.then_some("Lyon is not the capital.");
        row(index).with_outputs(outputs).with_value("correct", Value::Boolean(!is_wrong), rationale).row
    };
    (0..20).map(answer).collect()
}

#[test]
fn a_run_without_a_gate_is_described() {
    insta::assert_snapshot!(markdown(&small_run()), @r#"
<!-- scorebox:support-qa -->
## `support-qa`: evaluated

4 rows · 2 with errors · 60.0 s · $0.0220 · 96 tokens

| scorer | mean or rate | 95 % interval | n | errors | p90 latency | cost |
|---|---|:-:|--:|--:|--:|--:|
| *predict* | – |  | 3 | 1 | 120 ms | $0.0220 |
| `correct` | **0.667** | [0.208, 0.939] | 3 | 0 | 1.50 ms |  |
| `tone` | `casual` 1, `formal` 1 |  | 2 | 1 | 1.50 ms |  |
| └ `tone/score` | **3.250** | [-12.6, 19.1] | 2 |  |  |  |

### Errors

- `predict` · deadline · 1 row, `q-3`: `` predict took longer than 30 s; raise `limits.deadline` ``
- `tone` · gateway · 1 row, `q-2`: `judge: the provider answered 503 three times; try again later`

<details>
<summary>How to reproduce</summary>

- run `run_01890a5d-ac96-774b-bcce-b302099a8057`
- dataset `evals/data.jsonl`
- digest of the dataset `sha256:3a6eb0790f39ac87c94f3856b2dd2c5d110e6811602261a9a923d3bb23adc8b7`
- seed `7`
- Scorebox `0.1.0`
- commit `0123456789abcdef0123456789abcdef01234567`

</details>
"#);
}

#[test]
fn a_gate_comes_first_with_the_checks_that_did_not_pass() {
    let rows = small_run();
    let (record, gate) = (record(&rows), failed_gate());
    let comment = report(ReportFormat::Markdown, &[], &ReportContext::new(&record).with_gate(&gate));
    let beginning: Vec<_> = comment.lines().take(11).collect();
    insta::assert_snapshot!(beginning.join("\n"), @r#"
<!-- scorebox:support-qa -->
## `support-qa`: ❌ did not pass

4 rows · 2 with errors · 60.0 s · $0.0220 · 96 tokens

| gate | | |
|---|---|---|
| `correct mean >= 0.90` | ❌ failed | 0.667 \[0.208, 0.939\], n = 3 |
| `correct no worse than main` | ❔ not decidable | there is no run on main; evaluate main first |
| `error rate <= 0.50` | ✅ passed | 2 of 4 rows |
"#);
    let gate = passed_gate();
    let comment = report(ReportFormat::Markdown, &[], &ReportContext::new(&record).with_gate(&gate));
    assert!(comment.contains("## `support-qa`: ✅ passed\n"), "{comment}");
}

#[test]
fn a_comparison_shows_the_difference_and_what_changed_word_by_word() {
    let (before, now) = (answers(|index| index == 3), answers(|index| index < 2));
    let comparison = comparison(&before, &now);
    let comment = report(ReportFormat::Markdown, &[], &ReportContext::new(&record(&now)).with_comparison(&comparison));
    let from = comment.find("### Compared").unwrap();
    let to = comment.find("<summary>How to").unwrap();
    insta::assert_snapshot!(&comment[from..to], @r#"
### Compared with `main`, run `run_01890a5d-ac96-774b-bcce-b302099a8057`, commit `0123456789ab…`

20 examples, paired by their place in the dataset.

| scorer | before | now | difference | 95 % interval | p | better | worse | same |
|---|--:|--:|--:|:-:|--:|--:|--:|--:|
| `correct` | 0.950 | 0.900 | -0.050 | [-0.266, +0.161] | 1.000 | 1 | 2 | 17 |

`correct`: no difference shown. 20 pairs show a true difference of 0.260 or more four times out of five.

Cost $0.11 → $0.11, tokens 480 → 480

Predict latency: median 120 ms → 120 ms, p90 120 ms → 120 ms

<details>
<summary><code>correct</code>: 2 rows got worse, 1 row got better</summary>

`q-0`: `true` → `false`

inputs
<pre>{"question":"Which city?"}</pre>

outputs
<pre>The city is <del>Paris</del><ins>Lyon</ins>.</pre>

rationale now
<pre>Lyon is not the capital.</pre>

`q-1`: `true` → `false`

inputs
<pre>{"question":"Which city?"}</pre>

outputs
<pre>The city is <del>Paris</del><ins>Lyon</ins>.</pre>

rationale now
<pre>Lyon is not the capital.</pre>

`q-3`: `false` → `true`

inputs
<pre>{"question":"Which city?"}</pre>

outputs
<pre>The city is <del>Lyon</del><ins>Paris</ins>.</pre>

rationale before
<pre>Lyon is not the capital.</pre>

</details>

<details>
"#);
}

#[test]
fn labels_that_changed_are_counted() {
    let labelled =
        |label: &str| -> Vec<_> { (0..4).map(|index| row(index).with_value("tone", text(label), None).row).collect() };
    let (before, now) = (labelled("formal"), labelled("casual"));
    let comparison = comparison(&before, &now);
    let comment = report(ReportFormat::Markdown, &now, &ReportContext::new(&record(&now)).with_comparison(&comparison));
    assert!(comment.contains("`tone`: 4 of 4 labels changed: `formal` → `casual` 4\n"), "{comment}");
}

#[test]
fn what_makes_a_comparison_doubtful_stands_before_its_numbers() {
    let (before, now) = (answers(|index| index == 3), answers(|index| index < 2));
    let mut earlier = record(&before);
    earlier.functions[1].plugin = Digest::of(b"another judge");
    let comparison = compared(Comparison::new(earlier, record(&now), CompareOptions::default()), &before, &now);
    let comment = report(ReportFormat::Markdown, &[], &ReportContext::new(&record(&now)).with_comparison(&comparison));
    let caution = comment.find("> **Not comparable:** \\`correct\\` is another scorer").unwrap();
    assert!(caution < comment.find("| scorer | before | now |").unwrap(), "{comment}");
}

#[test]
fn slices_are_a_table_to_unfold() {
    let (before, now) = (answers(|index| index == 3), answers(|index| index < 2));
    let options = CompareOptions { by: Some("inputs.question".parse().unwrap()), ..CompareOptions::default() };
    let comparison = compared(Comparison::new(record(&before), record(&now), options), &before, &now);
    let comment = report(ReportFormat::Markdown, &[], &ReportContext::new(&record(&now)).with_comparison(&comparison));
    let from = comment.find("<summary>By <code>inputs.question</code>: 1 slice</summary>").unwrap();
    let line = comment[from..].lines().find(|line| line.contains("`correct`")).unwrap();
    assert!(line.starts_with("| `Which city?` (20) | `correct` | 0.950 | 0.900 | -0.050 |"), "{line}");
}

#[test]
fn repeats_are_summed_up_by_example() {
    let row =
        |index, repeat, passed| row(index).with_repeat(repeat).with_value("correct", Value::Boolean(passed), None).row;
    let rows = [row(0, 0, true), row(0, 1, false), row(1, 0, true), row(1, 1, true)];
    let comment = report(ReportFormat::Markdown, &rows, &ReportContext::new(&record(&rows)));
    let line = comment.lines().find(|line| line.starts_with("`correct`: pass@2")).unwrap();
    assert!(line.starts_with("`correct`: pass@2 1.000"), "{line}");
    assert!(line.contains("pass^2 0.500"), "{line}");
    assert!(line.ends_with("over 2 examples"), "{line}");
}

#[test]
fn a_run_that_did_not_finish_says_so() {
    let rows = small_run();
    let mut record = record(&rows);
    record.status = RunStatus::Interrupted;
    let comment = report(ReportFormat::Markdown, &rows, &ReportContext::new(&record));
    assert!(comment.contains("## `support-qa`: interrupted\n"), "{comment}");
    let gate = failed_gate();
    let comment = report(ReportFormat::Markdown, &rows, &ReportContext::new(&record).with_gate(&gate));
    assert!(comment.contains("❌ did not pass\n\n**interrupted** · 4 rows"), "{comment}");
}

#[test]
fn the_marker_is_the_first_line_and_the_same_for_every_run_of_an_experiment() {
    let rows = small_run();
    let mut record = record(&rows);
    record.experiment = Some("a --> b".to_owned());
    let context = ReportContext::new(&record);
    assert_eq!(comment_marker(&context), "<!-- scorebox:a%20-%2D%3E%20b -->");
    let comment = report(ReportFormat::Markdown, &rows, &context);
    assert_eq!(comment.lines().next(), Some(comment_marker(&context).as_str()));
    record.experiment = None;
    assert_eq!(comment_marker(&ReportContext::new(&record)), "<!-- scorebox:data -->");
}

/// A run in which every text that others can write is hostile, compared with one whose verdicts were the opposite.
fn hostile_comment() -> String {
    let run = |is_right: bool| -> Vec<RowResult> {
        let rows = HOSTILE.iter().zip(0..).map(|(hostile, index)| {
            let inputs = serde_json::json!({ "question": hostile }).to_string();
            let outputs = serde_json::Value::from(format!("{hostile} {is_right}")).to_string();
            Row::of(hostile, index)
                .with_inputs(&inputs)
                .with_outputs(&outputs)
                .with_value("correct", Value::Boolean(is_right), Some(hostile))
                .with_value("tone", text(hostile), Some(hostile))
                .with_error("judge", FailureKind::Failed, hostile)
                .row
        });
        rows.collect()
    };
    let (before, now) = (run(true), run(false));
    let comparison = comparison(&before, &now);
    let mut record = record(&now);
    record.git_branch = Some(HOSTILE.join(" "));
    record.dataset.path = HOSTILE.join(" ").into();
    let context = ReportContext::new(&record).with_comparison(&comparison).with_command(HOSTILE[8]);
    report(ReportFormat::Markdown, &now, &context)
}

/// The comment without what is in code, where nothing has an effect.
fn outside_of_code(comment: &str) -> String {
    let mut outside = String::new();
    for line in comment.lines() {
        let mut rest = line;
        while let Some(start) = rest.find(['`', '<']) {
            outside.push_str(&rest[..start]);
            rest = &rest[start..];
            let run = rest.len() - rest.trim_start_matches('`').len();
            let skipped = if run > 0 {
                let fence = &rest[..run];
                let length = rest[run..]
                    .match_indices(fence)
                    .map(|(at, _)| at)
                    .find(|at| {
                        let after = &rest[run + at..];
                        after.len() - after.trim_start_matches('`').len() == run && !rest[run..run + at].ends_with('`')
                    })
                    .unwrap_or_else(|| panic!("code without an end: {line}"));
                run + length + run
            } else if rest.starts_with("<pre>") {
                rest.find("</pre>").unwrap() + "</pre>".len()
            } else {
                outside.push('<');
                1
            };
            rest = &rest[skipped..];
        }
        outside.push_str(rest);
        outside.push('\n');
    }
    outside
}

#[test]
fn texts_of_rows_stand_in_code_only() {
    let comment = hostile_comment();
    let outside = outside_of_code(&comment);
    for word in
        ["script", "everyone", "evil", "GH-3", "heading", "link", "image", "HYPERLINK", "x.png", "日本", "/close"]
    {
        assert!(!outside.contains(word), "{word} in {outside}");
        assert!(comment.contains(word) || word == "script", "{word}");
    }
}

#[test]
fn no_line_begins_with_a_text_of_a_row() {
    let comment = hostile_comment();
    for line in comment.lines() {
        assert!(
            !line.trim_start().starts_with(['/', '#', ':']) || line.starts_with("## ") || line.starts_with("### "),
            "{line}"
        );
        assert!(!line.contains(['\r', '\u{0}', '\u{1b}', '\u{202e}']), "{line}");
    }
    let outside = outside_of_code(&comment);
    assert_eq!(outside.matches("<details>").count(), outside.matches("</details>").count());
}

#[test]
fn tables_keep_their_columns_whatever_the_labels_are() {
    for hostile in HOSTILE {
        let rows = [row(0).with_value("tone", text(hostile), None).row];
        let comment = markdown(&rows);
        let line = comment.lines().find(|line| line.starts_with("| `tone`")).unwrap();
        // As GitHub splits: a bar after a backslash does not end a cell, and a backslash takes the character behind it.
        let mut bars = 0;
        let mut characters = line.chars();
        while let Some(character) = characters.next() {
            match character {
                '\\' => drop(characters.next()),
                '|' => bars += 1,
                _ => {}
            }
        }
        assert_eq!(bars, 7, "{line}");
    }
}

#[test]
fn a_comment_is_never_longer_than_github_takes() {
    let long = "🏯 word ".repeat(2_000);
    let run = |is_right: bool| -> Vec<RowResult> {
        let row = |index: u64| {
            let mut row = row(index).with_inputs(&serde_json::json!({ "q": long }).to_string());
            let outputs = serde_json::Value::from(format!("{is_right} {long}")).to_string();
            row = row.with_outputs(&outputs);
            for scorer in 0..40 {
                row = row.with_value(&format!("scorer_{scorer}"), Value::Boolean(is_right), Some(&long));
            }
            row.with_error("judge", FailureKind::Failed, &long).row
        };
        (0..60).map(row).collect()
    };
    let (before, now) = (run(true), run(false));
    let comparison = comparison(&before, &now);
    let comment = report(ReportFormat::Markdown, &now, &ReportContext::new(&record(&now)).with_comparison(&comparison));
    let length = comment.encode_utf16().count();
    assert!((50_000..=60_000).contains(&length), "{length}");
    let comment = outside_of_code(&comment);
    assert!(comment.lines().last().unwrap().starts_with("*Too long for a comment, and left out: "), "{comment}");
    assert_eq!(comment.matches("<details>").count(), comment.matches("</details>").count());
}

#[test]
fn a_run_without_rows_has_a_comment() {
    let comment = markdown(&[]);
    assert!(comment.contains("0 rows"), "{comment}");
}
