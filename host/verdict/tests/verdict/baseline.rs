use std::io::Cursor;

use scorebox_core::{Json, Value};
use scorebox_verdict::{
    BaselineError, BaselineProblem, BaselineReader, BaselineRow, BaselineWriter, CompareOptions, Comparison,
    ComparisonReport, Sides,
};

use crate::support::{Run, Said, compare, numbers};

fn written(run: &Run) -> String {
    let mut writer = BaselineWriter::new(Vec::new(), &run.record).unwrap();
    run.rows.iter().for_each(|row| writer.add(row).unwrap());
    String::from_utf8(writer.finish().unwrap()).unwrap()
}

fn read(text: &str) -> Result<Vec<BaselineRow>, BaselineError> {
    BaselineReader::open(Cursor::new(text.to_owned()), "baseline.jsonl")?.collect()
}

fn compare_with_baseline(text: &str, b: &Run) -> ComparisonReport {
    let reader = BaselineReader::open(Cursor::new(text), "baseline.jsonl").unwrap();
    let mut comparison = Comparison::new(reader.record().clone(), b.record.clone(), CompareOptions::default());
    reader.for_each(|row| comparison.add_baseline(&row.unwrap()).unwrap());
    b.rows.iter().for_each(|row| comparison.add_b(row).unwrap());
    let mut details = comparison.compare();
    b.rows.iter().for_each(|row| details.detail_b(row));
    details.finish()
}

fn run() -> Run {
    Run::new(4)
        .predicted(|_| 3, |_| 1000)
        .scorer("correct", [true.into(), false.into(), Said::Error, Said::NotCalled])
        .scorer("tone", ["kind", "rude", "kind", "kind"])
        .scorer("score", [0.5, 1.0, 1.5, 2.0])
        .summed_up()
}

#[test]
fn a_row_is_one_line_with_its_verdicts() {
    let text = written(&run());
    let rows: Vec<_> = text.lines().skip(1).collect();
    insta::assert_snapshot!(rows.join("\n"), @r#"
    {"index":0,"id":"q-0","key":"e083568e3e7eaaae10eb19bd7705673b","values":{"correct":{"correct":true},"score":{"score":0.5},"tone":{"tone":"kind"}}}
    {"index":1,"id":"q-1","key":"5b44b8de6060a5d046becc1c427abb57","values":{"correct":{"correct":false},"score":{"score":1.0},"tone":{"tone":"rude"}}}
    {"index":2,"id":"q-2","key":"5e78d54db0c98f625c85e1e1e117c692","values":{"score":{"score":1.5},"tone":{"tone":"kind"}},"errors":{"correct":"trap"}}
    {"index":3,"id":"q-3","key":"c9b504662ba19a1f995f11e7e03084c4","values":{"score":{"score":2.0},"tone":{"tone":"kind"}},"skipped":["correct"]}
    "#);
    assert!(text.starts_with(r#"{"scorebox_baseline":1,"record":{"run_id":"run_"#), "{text}");
}

#[test]
fn what_is_written_is_read_back_and_the_bytes_are_always_the_same() {
    let run = run();
    let text = written(&run);
    assert_eq!(text, written(&run));
    let rows = read(&text).unwrap();
    assert_eq!(rows, run.rows.iter().map(BaselineRow::of).collect::<Vec<_>>());
    assert_eq!(BaselineReader::open(Cursor::new(&text), "b").unwrap().record(), &run.record);
}

#[test]
fn what_is_no_boolean_number_or_label_is_left_out() {
    let values = vec![
        ("json", Value::Json(Json::parse("[1]").unwrap())),
        ("prose", Value::Text("x".repeat(300))),
        ("label", Value::Text("a".into())),
    ];
    let rows = read(&written(&Run::new(1).scorer("s", [Said::Values(values)]))).unwrap();
    assert_eq!(rows[0].values["s"].keys().collect::<Vec<_>>(), ["label"]);
}

#[test]
fn line_breaks_in_a_config_do_not_break_the_line() {
    let run = run().with(|record| record.config = Json::parse("{\n\"a\":\r\n1}").unwrap());
    assert_eq!(written(&run).lines().count(), 5);
    assert!(read(&written(&run)).is_ok());
}

#[test]
fn a_comparison_with_a_baseline_finds_what_one_with_the_run_finds() {
    let b = Run::new(4)
        .predicted(|_| 4, |_| 2000)
        .scorer("correct", [true, true, true, true])
        .scorer("tone", ["kind", "kind", "kind", "kind"])
        .scorer("score", [1.0, 1.0, 1.0, 1.0])
        .summed_up();
    let (with_run, with_file) = (compare(&run(), &b), compare_with_baseline(&written(&run()), &b));
    assert_eq!(with_run.feedback, with_file.feedback);
    assert_eq!(with_run.pairing, with_file.pairing);
    assert_eq!(with_run.spending.cost_usd, with_file.spending.cost_usd);
    // Times and costs of single rows are not in the file.
    assert_eq!((with_file.spending.cost_per_row_usd, with_file.spending.predict_latency), (None, None));
    let flip = &with_file.flips[0].kept[0];
    assert_eq!(flip.value, Sides { a: Value::Boolean(false), b: Value::Boolean(true) });
    assert_eq!(flip.outputs.a, None);
    assert_eq!(flip.outputs.b.as_ref().unwrap().text, "\"answer 1\"");
}

#[test]
fn a_baseline_of_another_dataset_is_paired_by_inputs() {
    let a = Run::new(3).scorer("s", [1.0, 2.0, 3.0]).summed_up();
    let b = Run::new(2).scorer("s", [1.0, 1.0]).on_another_dataset();
    let report = compare_with_baseline(&written(&a), &b);
    assert_eq!((report.pairing.pairs, report.pairing.only_a), (2, 1));
    assert_eq!(numbers(&report, "s").mean, Sides { a: 1.5, b: 1.0 });
}

#[test]
fn repeats_are_kept() {
    let run = Run::repeated(2, 2).scorer("s", [true, false, true, true]).summed_up();
    let rows = read(&written(&run)).unwrap();
    let places: Vec<_> = rows.iter().map(|row| (row.index, row.repeat)).collect();
    assert_eq!(places, [(0, 0), (0, 1), (1, 0), (1, 1)]);
}

fn problem(change: impl Fn(&mut Vec<String>)) -> String {
    let mut lines: Vec<String> = written(&run()).lines().map(str::to_owned).collect();
    change(&mut lines);
    read(&(lines.join("\n") + "\n")).unwrap_err().to_string()
}

#[test]
fn what_is_wrong_is_named_with_its_line_and_field() {
    insta::assert_snapshot!(problem(|lines| lines[2] = lines[2].replace("\"index\":1", "\"index\":\"1\"")), @r#"baseline.jsonl, line 3: `index`: invalid type: string "1", expected u64: the file was edited, or a newer Scorebox wrote it; write it again"#);
    insta::assert_snapshot!(problem(|lines| lines[3] = lines[3].replace("\"id\":", "\"name\":")), @"baseline.jsonl, line 4: `id`: it is missing: the file was edited, or a newer Scorebox wrote it; write it again");
    insta::assert_snapshot!(problem(|lines| lines[3] = lines[3].replace("{\"index", "{\"more\":1,\"index")), @"baseline.jsonl, line 4: `more`: there is no such field: the file was edited, or a newer Scorebox wrote it; write it again");
    insta::assert_snapshot!(problem(|lines| lines[1].truncate(20)), @r"baseline.jsonl, line 2: not a JSON object (column 20: control character (\u0000-\u001F) found while parsing a string): the file was cut or edited; write it again");
    insta::assert_snapshot!(problem(|lines| lines.swap(1, 2)), @"baseline.jsonl, line 3: `index` 0, `repeat` 0 came twice or too late: the file was edited or merged; write it again");
    insta::assert_snapshot!(problem(|lines| lines.truncate(3)), @"baseline.jsonl, line 4: the file ends after 2 of 4 rows: it was cut; write it again");
    insta::assert_snapshot!(problem(|lines| lines[2].clear()), @"baseline.jsonl, line 3: not a JSON object (column 0: EOF while parsing a value): the file was cut or edited; write it again");
    insta::assert_snapshot!(problem(|lines| lines[1] = lines[1].replace(",\"id\"", ",\"repeat\":3,\"id\"")), @"baseline.jsonl, line 2: `repeat`: 3 is too high: the run evaluated each example 1 times: the file was edited, or a newer Scorebox wrote it; write it again");
    insta::assert_snapshot!(problem(|lines| lines[0] = lines[0].replace("baseline\":1", "baseline\":2")), @"baseline.jsonl, line 1: the baseline has version 2, and this Scorebox reads version 1: use a newer Scorebox, or write it again");
    insta::assert_snapshot!(problem(|lines| lines[0] = lines[0].replace("\"seed\"", "\"sead\"")), @"baseline.jsonl, line 1: `record`: missing field `seed`: the file was edited, or a newer Scorebox wrote it; write it again");
    insta::assert_snapshot!(problem(|lines| drop(lines.remove(0))), @"baseline.jsonl, line 1: this is no baseline: its first line has no `scorebox_baseline`; `scorebox baseline RUN` writes one");
    insta::assert_snapshot!(problem(Vec::clear), @"baseline.jsonl, line 1: this is no baseline: its first line has no `scorebox_baseline`; `scorebox baseline RUN` writes one");
}

#[test]
fn a_line_without_an_end_does_not_fill_the_memory() {
    use std::io::{BufReader, Read};
    let text = written(&run());
    let header = text.lines().next().unwrap().to_owned() + "\n{\"id\":\"";
    let endless = BufReader::new(Cursor::new(header).chain(std::io::repeat(b'x')));
    let mut reader = BaselineReader::open(endless, "b").unwrap();
    let error = reader.next().unwrap().unwrap_err();
    assert!(matches!(error.problem, BaselineProblem::TooLong { .. }), "{error}");
    assert!(reader.next().is_none());
}
