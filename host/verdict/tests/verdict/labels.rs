use scorebox_verdict::{JudgeKind, Judges, Labels, LabelsError};

use crate::support::{Run, Said, number};

fn judges() -> Judges {
    let both = Said::Values(vec![("faithful", scorebox_core::Value::Boolean(true)), ("fluency", number(3.0))]);
    let run = Run::new(1).scorer("correct", [true]).scorer("tone", ["kind"]).scorer("judge", [both]);
    Judges::of(&run.summary())
}

fn read(text: &str) -> Result<Labels, LabelsError> {
    Labels::read(text.as_bytes(), "labels.csv", &judges())
}

fn problem(text: &str) -> String {
    read(text).unwrap_err().to_string()
}

#[test]
fn judges_are_the_booleans_numbers_and_labels_of_a_run() {
    let found: Vec<_> = judges().iter().map(|it| (it.scorer.clone(), it.feedback.clone(), it.kind)).collect();
    let expected = [
        ("correct", "correct", JudgeKind::Boolean),
        ("tone", "tone", JudgeKind::Label),
        ("judge", "faithful", JudgeKind::Boolean),
        ("judge", "fluency", JudgeKind::Number),
    ];
    assert_eq!(found, expected.map(|(scorer, feedback, kind)| (scorer.to_owned(), feedback.to_owned(), kind)));
}

#[test]
fn columns_are_named_after_scorers_and_feedbacks() {
    let labels = read("id,correct,judge:faithful,fluency\nq-0,yes,no,4\nq-1,,,\n").unwrap();
    let names: Vec<_> = labels.judges().iter().map(|judge| judge.feedback.as_str()).collect();
    assert_eq!(names, ["correct", "faithful", "fluency"]);
    assert_eq!(labels.lines(), 2);
}

#[test]
fn spreadsheets_are_read_as_they_save() {
    // A byte order mark, quotes, line ends of Windows, spaces, no line end at the end.
    let labels = read("\u{feff}id , correct\r\n\"q,0\", Yes \r\nq-1,FALSE").unwrap();
    assert_eq!(labels.lines(), 2);
}

#[test]
fn what_is_wrong_is_named_with_its_line_and_column() {
    insta::assert_snapshot!(problem("id,correct\nq-0,maybe\n"), @r#"labels.csv, line 2, column `correct`: "maybe" is neither yes nor no: the judge says true or false, so write yes, no, true, false, pass, fail, 1 or 0, or leave the cell empty"#);
    insta::assert_snapshot!(problem("id,correct,fluency\nq-0,yes,4\nq-1,no,good\n"), @r#"labels.csv, line 3, column `fluency`: "good" is no number: the judge gives numbers, so write one, or leave the cell empty"#);
    insta::assert_snapshot!(problem("id,corect\n"), @"labels.csv, line 1, column `corect`: `corect` is no scorer and no feedback of the run; the run has correct, tone, judge:faithful, judge:fluency. Beside these, a file of labels has `id`, `rater` and `repeat`; leave other columns out");
    insta::assert_snapshot!(problem("id,judge\n"), @"labels.csv, line 1, column `judge`: `judge` is the name of several feedbacks; write `scorer:feedback`; the run has correct, tone, judge:faithful, judge:fluency. Beside these, a file of labels has `id`, `rater` and `repeat`; leave other columns out");
    insta::assert_snapshot!(problem("id,correct:other\n"), @"labels.csv, line 1, column `correct:other`: `correct:other` is no feedback of the run; the run has correct, tone, judge:faithful, judge:fluency. Beside these, a file of labels has `id`, `rater` and `repeat`; leave other columns out");
    insta::assert_snapshot!(problem("example,correct\n"), @"labels.csv, line 1: there is no column `id`, which says the example that a line is about; the header has example, correct");
    insta::assert_snapshot!(problem("id,rater\n"), @"labels.csv, line 1: there is no column with labels: name one after what people judged as well; the run has correct, tone, judge:faithful, judge:fluency");
    insta::assert_snapshot!(problem("id,correct,correct:correct\n"), @"labels.csv, line 1, column `correct:correct`: the column is there twice; leave one out");
    insta::assert_snapshot!(problem("id,correct\n,yes\n"), @"labels.csv, line 2, column `id`: the cell is empty; name the example");
    insta::assert_snapshot!(problem("id,repeat,correct\nq-0,first,yes\n"), @r#"labels.csv, line 2, column `repeat`: "first" is no repeat: they are counted from 0"#);
    insta::assert_snapshot!(problem("id,correct\nq-0,yes\nq-1,no\nq-0,no\n"), @"labels.csv, line 4: line 2 is about the same row: keep one of them, or tell people apart in a column `rater` and repeats in a column `repeat`");
    insta::assert_snapshot!(problem("id,rater,correct\nq-0,ann,yes\nq-0,bob,no\nq-0,ann,no\n"), @r#"labels.csv, line 4: line 2 is about the same row, also by "ann": keep one of them, or tell people apart in a column `rater` and repeats in a column `repeat`"#);
    insta::assert_snapshot!(problem("id,correct\nq-0\n"), @"labels.csv, line 2: the line has 1 cells, and the header 2: put cells that hold commas or quotes between quotes");
    insta::assert_snapshot!(problem(""), @"labels.csv, line 1: there is no column `id`, which says the example that a line is about; the header has nothing");
    let latin = Labels::read(&b"id,tone\nq-0,tr\xe8s\n"[..], "labels.csv", &judges()).unwrap_err();
    insta::assert_snapshot!(latin, @"labels.csv, line 2: the line is not UTF-8: save the file with that encoding");
}
