//! Versions as CSV, with the columns that a dataset in CSV has.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;

use scorebox_core::{Example, Json};

use super::error::ManagedDatasetError;
use super::export::failed;
use super::members::Members;
use super::rows::Rows;

/// The columns of a version: a field's keys where all its values are objects, else the field.
#[derive(Default)]
struct Columns {
    inputs: BTreeSet<String>,
    outputs: Outputs,
    expectations: BTreeSet<String>,
    has_trace: bool,
    tags: BTreeSet<String>,
}

#[derive(Default)]
enum Outputs {
    #[default]
    None,
    /// All of them are objects.
    Keys(BTreeSet<String>),
    /// One of them is something else.
    Whole,
}

/// Writes the version. It is read twice, because the header comes first.
pub(super) fn write(rows: &Rows, writer: &mut impl Write, path: &Path) -> Result<(), ManagedDatasetError> {
    let mut columns = Columns::default();
    for example in rows.again() {
        columns.see(&example?);
    }
    let write_failed = |error: ::csv::Error| failed(path, "write the file")(error.into());
    let mut csv = ::csv::Writer::from_writer(writer);
    csv.write_record(columns.header()).map_err(write_failed)?;
    for example in rows.again() {
        csv.write_record(columns.record(&example?)).map_err(write_failed)?;
    }
    csv.flush().map_err(failed(path, "write the file"))
}

impl Columns {
    fn see(&mut self, example: &Example) {
        self.inputs.extend(keys(&example.inputs));
        self.expectations.extend(example.expectations.iter().flat_map(keys));
        self.has_trace |= example.trace.is_some();
        self.tags.extend(example.tags.keys().cloned());
        if let Some(outputs) = &example.outputs {
            match (&mut self.outputs, Members::of(outputs)) {
                (Outputs::Whole, _) => {}
                (kind, None) => *kind = Outputs::Whole,
                (Outputs::Keys(known), Some(_)) => known.extend(keys(outputs)),
                (kind @ Outputs::None, Some(_)) => *kind = Outputs::Keys(keys(outputs).collect()),
            }
        }
    }

    fn header(&self) -> Vec<String> {
        let below = |field: &'static str| move |key: &String| format!("{field}.{key}");
        let mut header = vec!["id".to_owned()];
        header.extend(self.inputs.iter().map(below("inputs")));
        match &self.outputs {
            Outputs::None => {}
            Outputs::Keys(keys) => header.extend(keys.iter().map(below("outputs"))),
            Outputs::Whole => header.push("outputs".to_owned()),
        }
        header.extend(self.expectations.iter().map(below("expectations")));
        header.extend(self.has_trace.then(|| "trace".to_owned()));
        header.extend(self.tags.iter().map(below("tags")));
        header
    }

    fn record(&self, example: &Example) -> Vec<String> {
        let mut record = vec![example.id.clone()];
        push_members(&mut record, &self.inputs, Some(&example.inputs));
        match &self.outputs {
            Outputs::None => {}
            Outputs::Keys(keys) => push_members(&mut record, keys, example.outputs.as_ref()),
            Outputs::Whole => record.push(example.outputs.as_ref().map(cell).unwrap_or_default()),
        }
        push_members(&mut record, &self.expectations, example.expectations.as_ref());
        if self.has_trace {
            record.push(example.trace.as_ref().map(Json::to_string).unwrap_or_default());
        }
        record.extend(self.tags.iter().map(|tag| example.tags.get(tag).cloned().unwrap_or_default()));
        record
    }
}

fn keys(object: &Json) -> impl Iterator<Item = String> + use<> {
    let members = Members::of(object).unwrap_or_default();
    members.iter().map(|(key, _)| key.to_owned()).collect::<Vec<_>>().into_iter()
}

fn push_members(record: &mut Vec<String>, keys: &BTreeSet<String>, object: Option<&Json>) {
    let members = object.and_then(Members::of).unwrap_or_default();
    record.extend(keys.iter().map(|key| members.get(key).as_ref().map(cell).unwrap_or_default()));
}

/// A text as it is, anything else as JSON; null is nothing.
fn cell(json: &Json) -> String {
    match json.to::<String>() {
        Ok(text) => text,
        Err(_) if json.is_null() => String::new(),
        Err(_) => json.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(lines: &[&str]) -> (Columns, Vec<Example>) {
        let examples: Vec<Example> = lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
        let mut columns = Columns::default();
        examples.iter().for_each(|example| columns.see(example));
        (columns, examples)
    }

    #[test]
    fn each_key_has_a_column() {
        let (columns, examples) = columns(&[
            r#"{"id":"a","inputs":{"q":"x,\ny","n":1.50},"outputs":{"r":true},"expectations":{"list":[1, 2]},"tags":{"t":"1"}}"#,
            r#"{"id":"b","inputs":{"q":null},"expectations":{"text":"z"},"trace":{"trace_id":"t"}}"#,
        ]);
        let header =
            ["id", "inputs.n", "inputs.q", "outputs.r", "expectations.list", "expectations.text", "trace", "tags.t"];
        assert_eq!(columns.header(), header);
        assert_eq!(columns.record(&examples[0]), ["a", "1.50", "x,\ny", "true", "[1, 2]", "", "", "1"]);
        assert_eq!(columns.record(&examples[1]), ["b", "", "", "", "", "z", r#"{"trace_id":"t"}"#, ""]);
    }

    #[test]
    fn outputs_that_are_not_all_objects_have_one_column() {
        let (columns, examples) = columns(&[
            r#"{"id":"a","inputs":{},"outputs":{"r":1}}"#,
            r#"{"id":"b","inputs":{},"outputs":"text"}"#,
            r#"{"id":"c","inputs":{}}"#,
        ]);
        assert_eq!(columns.header(), ["id", "outputs"]);
        let cells: Vec<_> = examples.iter().map(|example| columns.record(example).remove(1)).collect();
        assert_eq!(cells, [r#"{"r":1}"#, "text", ""]);
    }
}
