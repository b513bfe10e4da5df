//! Datasets, good and bad, through the public face.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use parquet::basic::{LogicalType, Repetition, TimeUnit, Type as PhysicalType};
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use parquet::schema::types::Type;
use proptest::prelude::*;
use scorebox_core::{Digest, Example, Json};
use scorebox_eval::{CellType, Dataset, DatasetError, Format, ReadOptions};

/// A dataset in a folder of its own, whose name does not show in messages.
struct File {
    folder: tempfile::TempDir,
    path: PathBuf,
    options: ReadOptions,
}

fn file(name: &str, content: impl AsRef<[u8]>) -> File {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, content).unwrap();
    File { folder, path, options: ReadOptions::default() }
}

impl File {
    fn column(mut self, column: &str, path: &str) -> Self {
        self.options.columns.insert(column.into(), path.parse().unwrap());
        self
    }

    fn ignoring(mut self, column: &str) -> Self {
        self.options.ignore_columns.insert(column.into());
        self
    }

    fn typed(mut self, path: &str, cell_type: CellType) -> Self {
        self.options.types.insert(path.parse().unwrap(), cell_type);
        self
    }

    fn max_row_bytes(mut self, max_row_bytes: usize) -> Self {
        self.options.max_row_bytes = max_row_bytes;
        self
    }

    fn read(&self) -> Result<Vec<Example>, DatasetError> {
        Dataset::open(&self.path, &self.options)?.collect()
    }

    /// The rows as JSON lines.
    fn rows(&self) -> String {
        let rows = self.read().unwrap_or_else(|error| panic!("{error}"));
        rows.iter().map(|row| serde_json::to_string(row).unwrap()).collect::<Vec<_>>().join("\n")
    }

    fn error(&self) -> String {
        let error = self.read().expect_err("the dataset is wrong");
        error.to_string().replace(&format!("{}/", self.folder.path().display()), "")
    }
}

fn jsonl(content: impl AsRef<[u8]>) -> File {
    file("data.jsonl", content)
}

fn csv(content: impl AsRef<[u8]>) -> File {
    file("data.csv", content)
}

mod jsonl_files {
    use super::*;

    #[test]
    fn rows_have_the_fields_of_an_example_and_their_number_as_id() {
        let dataset = jsonl(concat!(
            "\u{feff}{\"inputs\": {\"question\": \"2+2?\"}, \"expectations\": {\"expected_response\": \"4\"}}\r\n",
            "\n",
            "  \n",
            "{\"id\": 17, \"inputs\": {}, \"outputs\": [1.50, null], \"trace\": null, \"tags\": {\"topic\": \"maths\"}}\n",
            "{\"id\": \"c\", \"inputs\": {\"a\": \"\\u00e9\"}, \"trace\": {\"spans\": []}}",
        ));
        insta::assert_snapshot!(dataset.rows(), @r##"
        {"id":"1","inputs":{"question": "2+2?"},"expectations":{"expected_response": "4"}}
        {"id":"17","inputs":{},"outputs":[1.50, null],"tags":{"topic":"maths"}}
        {"id":"c","inputs":{"a": "\u00e9"},"trace":{"spans": []}}
        "##);
        let opened = Dataset::open(&dataset.path, &dataset.options).unwrap();
        assert_eq!(opened.rows(), 3);
        assert_eq!(opened.digest(), Digest::of(&fs::read(&dataset.path).unwrap()));
    }

    #[test]
    fn an_empty_file_has_no_rows() {
        assert_eq!(jsonl("").rows(), "");
        assert_eq!(jsonl("\n\n").rows(), "");
    }

    #[test]
    fn messages_say_where_and_what() {
        let deep = format!("{{\"inputs\":{{\"a\":{}{}}}}}", "[".repeat(200), "]".repeat(200));
        let files: [(&str, &[u8]); 20] = [
            ("truncated", b"{\"inputs\": {}}\n{\"inputs\": {\"question\": \"wh"),
            ("no json", b"hello"),
            ("two values", b"{\"inputs\": {}} {}"),
            ("array", b"[1, 2]"),
            ("unknown field", b"\n{\"inputs\": {}, \"expected\": 1}"),
            ("repeated field", b"{\"inputs\": {}, \"inputs\": {}}"),
            ("no inputs", b"{\"outputs\": 1}"),
            ("null inputs", b"{\"inputs\": null}"),
            ("inputs no object", b"{\"inputs\": \"what?\"}"),
            ("expectations no object", b"{\"inputs\": {}, \"expectations\": [1]}"),
            ("tags no map", b"{\"inputs\": {}, \"tags\": [\"a\"]}"),
            ("tag no string", b"{\"inputs\": {}, \"tags\": {\"a\": 1}}"),
            ("float id", b"{\"id\": 1.5, \"inputs\": {}}"),
            ("empty id", b"{\"id\": \"\", \"inputs\": {}}"),
            ("no utf-8", b"{\"inputs\": {\"q\": \"caf\xe9\"}}"),
            ("character column", "{\"inputs\": {\"é\": nope}}".as_bytes()),
            ("python", b"{'inputs': {}}"),
            ("deep", deep.as_bytes()),
            ("nan", b"{\"inputs\": {\"a\": NaN}}"),
            ("control character", b"{\"inputs\": {}, \"\\u001b[2J\": 1}"),
        ];
        let messages = files.map(|(name, content)| format!("{name}:\n  {}", jsonl(content).error()));
        insta::assert_snapshot!(messages.join("\n"), @r##"
        truncated:
          data.jsonl:2:27: not JSON: EOF while parsing a string; each line must be one complete JSON object
        no json:
          data.jsonl:1:1: not JSON: expected value; each line must be one complete JSON object
        two values:
          data.jsonl:1:16: not JSON: trailing characters; each line must be one complete JSON object
        array:
          data.jsonl:1:1: invalid type: sequence, expected an object with the fields of an example, such as {"inputs": {"question": "…"}}
        unknown field:
          data.jsonl:2:25: unknown field "expected", expected one of id, inputs, outputs, expectations, trace, tags; put your own data into inputs, expectations or tags
        repeated field:
          data.jsonl:1:23: `inputs` occurs twice: remove one
        no inputs:
          data.jsonl:1:1: there is no `inputs`: every row needs an object such as {"question": "…"}
        null inputs:
          data.jsonl:1:1: there is no `inputs`: every row needs an object such as {"question": "…"}
        inputs no object:
          data.jsonl:1:19: `inputs`: expected an object
        expectations no object:
          data.jsonl:1:35: `expectations`: expected an object
        tags no map:
          data.jsonl:1:23: `tags`: invalid type: sequence, expected a map
        tag no string:
          data.jsonl:1:30: `tags`: invalid type: integer `1`, expected a string
        float id:
          data.jsonl:1:10: `id`: invalid type: floating point `1.5`, expected a string that is not empty, or an integer
        empty id:
          data.jsonl:1:9: `id`: invalid value: string "", expected a string that is not empty, or an integer
        no utf-8:
          data.jsonl:1:22: not UTF-8: save the file with the encoding UTF-8
        character column:
          data.jsonl:1:19: not JSON: expected ident; each line must be one complete JSON object
        python:
          data.jsonl:1:2: not JSON: key must be a string; each line must be one complete JSON object
        deep:
          data.jsonl:1:1: `inputs` nests arrays and objects deeper than 128 levels: flatten it
        nan:
          data.jsonl:1:18: not JSON: expected value; each line must be one complete JSON object
        control character:
          data.jsonl:1:26: unknown field "\u{1b}[2J", expected one of id, inputs, outputs, expectations, trace, tags; put your own data into inputs, expectations or tags
        "##);
    }

    #[test]
    fn a_line_over_the_limit_is_refused() {
        let content = format!("{{\"inputs\": {{}}}}\n{{\"inputs\": {{\"a\": \"{}\"}}}}\n", "x".repeat(2000));
        insta::assert_snapshot!(jsonl(content).max_row_bytes(1000).error(), @r##"data.jsonl:2:1: the row is longer than 1000 bytes: split it, or raise max_row_bytes"##);
    }

    #[test]
    fn ids_are_unique_whether_they_ascend_or_not() {
        let rows =
            |ids: &[&str]| -> String { ids.iter().map(|id| format!("{{\"id\":{id},\"inputs\":{{}}}}\n")).collect() };
        assert!(jsonl(rows(&["1", "2", "10"])).read().is_ok());
        assert!(jsonl(rows(&["\"b\"", "\"a\"", "\"c\""])).read().is_ok());
        insta::assert_snapshot!(jsonl(rows(&["1", "1"])).error(), @r##"data.jsonl:2:1: the id "1" is taken by an earlier row: ids must be unique, and a row without one has its number as id"##);
        insta::assert_snapshot!(jsonl(rows(&["\"b\"", "\"a\"", "\"b\""])).error(), @r##"data.jsonl:3:1: the id "b" is taken by an earlier row: ids must be unique, and a row without one has its number as id"##);
        insta::assert_snapshot!(jsonl("{\"inputs\":{}}\n{\"id\":3,\"inputs\":{}}\n{\"inputs\":{}}\n").error(), @r##"data.jsonl:3:1: the id "3" is taken by an earlier row: ids must be unique, and a row without one has its number as id"##);
    }

    #[test]
    fn nothing_comes_after_an_error() {
        let dataset = jsonl("{\"inputs\":{}}\nnope\n{\"inputs\":{}}\n");
        let rows: Vec<_> = Dataset::open(&dataset.path, &dataset.options).unwrap().collect();
        assert_eq!(rows.len(), 2);
        assert!(rows[1].is_err());
    }

    #[test]
    fn column_options_are_refused() {
        insta::assert_snapshot!(jsonl("").column("q", "inputs.q").error(), @r##"data.jsonl: `columns` is for CSV and Parquet; the rows of a JSONL file name their fields themselves"##);
    }

    #[test]
    fn a_file_that_changes_under_the_reader_is_noticed() {
        let dataset = jsonl("{\"inputs\":{}}\n");
        let mut reader = Dataset::open(&dataset.path, &dataset.options).unwrap();
        assert!(reader.next().unwrap().is_ok());
        fs::write(&dataset.path, "{\"inputs\":{}}\n{\"inputs\":{\"b\":1}}\n").unwrap();
        assert!(matches!(reader.last(), Some(Err(DatasetError::Changed { .. }))));
    }
}

mod csv_files {
    use super::*;

    #[test]
    fn columns_fill_nested_fields_with_the_types_of_their_cells() {
        let dataset = csv(concat!(
            "\u{feff}id,inputs.question,inputs.user.age,inputs.user.vip,expectations.expected_response,tags.topic,outputs\n",
            "a,\"What, exactly?\nPlease\",42,true,4,7,{\"x\": 1}\n",
            ",\"He said \"\"no\"\"\",,false,2.50,,\n",
            "\n",
            "c,,,,,misc,[]\n",
        ));
        insta::assert_snapshot!(dataset.rows(), @r##"
        {"id":"a","inputs":{"question":"What, exactly?\nPlease","user":{"age":42,"vip":true}},"outputs":{"x": 1},"expectations":{"expected_response":4},"tags":{"topic":"7"}}
        {"id":"2","inputs":{"question":"He said \"no\"","user":{"vip":false}},"expectations":{"expected_response":2.50}}
        {"id":"c","inputs":{},"outputs":[],"tags":{"topic":"misc"}}
        "##);
        let opened = Dataset::open(&dataset.path, &dataset.options).unwrap();
        assert_eq!(opened.rows(), 3);
        assert_eq!(opened.digest(), Digest::of(&fs::read(&dataset.path).unwrap()));
    }

    #[test]
    fn one_text_makes_a_column_of_texts() {
        insta::assert_snapshot!(csv("inputs.q,expectations.a\nx,42\ny,Paris\nz,true\n").rows(), @r##"
        {"id":"1","inputs":{"q":"x"},"expectations":{"a":"42"}}
        {"id":"2","inputs":{"q":"y"},"expectations":{"a":"Paris"}}
        {"id":"3","inputs":{"q":"z"},"expectations":{"a":"true"}}
        "##);
    }

    #[test]
    fn types_can_be_set() {
        let dataset = csv("inputs.zip,inputs.n\n8001,1\n")
            .typed("inputs.zip", CellType::Text)
            .typed("inputs.n", CellType::Number);
        insta::assert_snapshot!(dataset.rows(), @r##"{"id":"1","inputs":{"zip":"8001","n":1}}"##);
    }

    #[test]
    fn columns_can_be_mapped_and_ignored() {
        let dataset = csv("question,answer,note\nWhy?,Because,x\n")
            .column("question", "inputs.question")
            .column("answer", "expectations.expected_response")
            .ignoring("note");
        insta::assert_snapshot!(dataset.rows(), @r##"{"id":"1","inputs":{"question":"Why?"},"expectations":{"expected_response":"Because"}}"##);
    }

    #[test]
    fn a_column_may_hold_a_whole_field_as_json() {
        insta::assert_snapshot!(csv("inputs,tags\n\"{\"\"q\"\": [1]}\",\"{\"\"a\"\": \"\"b\"\"}\"\n").rows(), @r##"{"id":"1","inputs":{"q": [1]},"tags":{"a":"b"}}"##);
    }

    #[test]
    fn messages_say_where_and_what() {
        let zip = |content: &str| csv(content).typed("inputs.n", CellType::Integer);
        let files = [
            ("empty file", csv("")),
            ("unknown column", csv("question\nx\n")),
            ("no inputs", csv("id\nx\n")),
            ("clash", csv("inputs.a,inputs.a\n1,2\n")),
            ("part of another", csv("inputs,inputs.a\n1,2\n")),
            ("parent of another", csv("inputs.a.b,inputs.a\n1,2\n")),
            ("no such column", csv("inputs.a\n1\n").column("q", "inputs.q")),
            ("no such field", csv("inputs.a\n1\n").typed("inputs.b", CellType::Text)),
            ("too few cells", csv("inputs.a,inputs.b\r\n1,2\r\n\r\n3\r\n")),
            ("wrong type", zip("inputs.a,inputs.n\nx,1\n\"y\ny\",2\nz,3.5\n")),
            ("inputs no json", csv("inputs\nhello\n")),
            ("inputs no object", csv("inputs\n[1]\n")),
            ("inputs empty", csv("inputs,id\n,a\n")),
            ("tags no strings", csv("inputs.a,tags\n1,\"{\"\"a\"\": 1}\"\n")),
            ("no utf-8", csv(b"inputs.a\nx\ncaf\xe9\n")),
            ("duplicate id", csv("id,inputs.a\na,1\na,2\n")),
            ("unclosed quote", csv(format!("inputs.a\n1\n\"{}", "x\n".repeat(300_000))).max_row_bytes(1000)),
        ];
        let messages = files.map(|(name, file)| format!("{name}:\n  {}", file.error()));
        insta::assert_snapshot!(messages.join("\n"), @r##"
        empty file:
          data.csv: no column fills `inputs`: name one "inputs.question", for instance, or map it with `columns`
        unknown column:
          data.csv: column "question" is no field of an example: name it "inputs.question" or "expectations.question", map it with columns = { "question" = "inputs.question" }, or leave it out with ignore_columns = ["question"]
        no inputs:
          data.csv: no column fills `inputs`: name one "inputs.question", for instance, or map it with `columns`
        clash:
          data.csv: columns "inputs.a" and "inputs.a" both fill inputs.a: rename, map or ignore one of them
        part of another:
          data.csv: columns "inputs" and "inputs.a" both fill inputs.a: rename, map or ignore one of them
        parent of another:
          data.csv: columns "inputs.a.b" and "inputs.a" both fill inputs.a: rename, map or ignore one of them
        no such column:
          data.csv: there is no column "q", which `columns` names; the file has "inputs.a"
        no such field:
          data.csv: `types` names inputs.b, which no column fills
        too few cells:
          data.csv:4: 1 cells, but the header has 2: check the quotes and commas of this record
        wrong type:
          data.csv:5:2 (inputs.n): expected an integer, found "3.5"
        inputs no json:
          data.csv:2:1 (inputs): expected JSON, found "hello"
        inputs no object:
          data.csv:2:1 (inputs): `inputs`: expected an object, found [1]
        inputs empty:
          data.csv:2:1 (inputs): there is no `inputs`: every row needs an object such as {"question": "…"}
        tags no strings:
          data.csv:2: `tags`: expected an object whose values are all strings
        no utf-8:
          data.csv:3:1 (inputs.a): not UTF-8: save the file with the encoding UTF-8
        duplicate id:
          data.csv:3: the id "a" is taken by an earlier row: ids must be unique, and a row without one has its number as id
        unclosed quote:
          data.csv:3: the row is longer than 1000 bytes: split it, or raise max_row_bytes
        "##);
    }
}

mod parquet_files {
    use super::*;

    /// Writes one row group; `write` fills the columns in their order.
    fn parquet(schema: Type, write: impl FnOnce(&mut Columns)) -> File {
        let mut columns = Columns {
            writer: SerializedFileWriter::new(
                Vec::new(),
                Arc::new(schema),
                Arc::new(WriterProperties::builder().build()),
            )
            .unwrap(),
            columns: Vec::new(),
        };
        write(&mut columns);
        let mut group = columns.writer.next_row_group().unwrap();
        for fill in columns.columns {
            let mut column = group.next_column().unwrap().unwrap();
            fill(&mut column);
            column.close().unwrap();
        }
        group.close().unwrap();
        file("data.parquet", columns.writer.into_inner().unwrap())
    }

    type Fill = Box<dyn FnOnce(&mut parquet::file::writer::SerializedColumnWriter<'_>)>;

    struct Columns {
        writer: SerializedFileWriter<Vec<u8>>,
        columns: Vec<Fill>,
    }

    impl Columns {
        /// A column of texts; `levels` are definition and repetition levels for optional and repeated ones.
        fn texts(&mut self, values: &[&str], levels: Option<(&[i16], &[i16])>) {
            let values: Vec<ByteArray> = values.iter().map(|text| ByteArray::from(*text)).collect();
            let levels = levels.map(|(definition, repetition)| (definition.to_vec(), repetition.to_vec()));
            self.columns.push(Box::new(move |column| {
                let (definition, repetition) = levels
                    .as_ref()
                    .map_or((None, None), |(d, r)| (Some(d.as_slice()), (!r.is_empty()).then_some(r.as_slice())));
                column.typed::<ByteArrayType>().write_batch(&values, definition, repetition).unwrap();
            }));
        }

        fn longs(&mut self, values: &[i64]) {
            let values = values.to_vec();
            self.columns.push(Box::new(move |column| {
                column.typed::<Int64Type>().write_batch(&values, None, None).unwrap();
            }));
        }

        fn doubles(&mut self, values: &[f64]) {
            let values = values.to_vec();
            self.columns.push(Box::new(move |column| {
                column.typed::<DoubleType>().write_batch(&values, None, None).unwrap();
            }));
        }
    }

    fn schema(message: &str) -> Type {
        parse_message_type(message).unwrap()
    }

    #[test]
    fn nested_columns_and_times_become_json() {
        let message = "message m {
            required int64 id;
            required group inputs {
                required binary question (UTF8);
                optional group context (LIST) { repeated group list { required binary element (UTF8); } }
            }
            required int64 inputs_at (TIMESTAMP_MILLIS);
            required int64 price (DECIMAL(18, 2));
            required double score;
            optional binary expectations (UTF8);
        }";
        let dataset = parquet(schema(message), |columns| {
            columns.longs(&[7, 8]);
            columns.texts(&["Why \"so\"?", "How?"], None);
            columns.texts(&["a", "b"], Some((&[2, 2, 0], &[0, 1, 0])));
            columns.longs(&[0, 1_700_000_000_123]);
            columns.longs(&[1250, -7]);
            columns.doubles(&[0.1, 1e300]);
            columns.texts(&["{\"expected_response\": \"x\"}"], Some((&[1, 0], &[])));
        });
        let dataset =
            dataset.column("inputs_at", "outputs.at").column("price", "outputs.price").column("score", "outputs.score");
        insta::assert_snapshot!(dataset.rows(), @r##"
        {"id":"7","inputs":{"question":"Why \"so\"?","context":["a","b"]},"outputs":{"at":"1970-01-01T00:00:00Z","price":12.50,"score":0.1},"expectations":{"expected_response": "x"}}
        {"id":"8","inputs":{"question":"How?","context":null},"outputs":{"at":"2023-11-14T22:13:20.123Z","price":-0.07,"score":1e+300}}
        "##);
        let opened = Dataset::open(&dataset.path, &dataset.options).unwrap();
        assert_eq!(opened.rows(), 2);
        assert_eq!(opened.digest(), Digest::of(&fs::read(&dataset.path).unwrap()));
    }

    #[test]
    fn flat_columns_are_named_as_in_csv() {
        let message = "message m { required binary inputs.q (UTF8); required binary outputs (UTF8); }";
        let flat = |columns: &mut Columns| {
            columns.texts(&["x"], None);
            columns.texts(&["[1]"], None);
        };
        insta::assert_snapshot!(parquet(schema(message), flat).rows(), @r##"{"id":"1","inputs":{"q":"x"},"outputs":"[1]"}"##);
        insta::assert_snapshot!(parquet(schema(message), flat).typed("outputs", CellType::Json).rows(), @r##"{"id":"1","inputs":{"q":"x"},"outputs":[1]}"##);
    }

    #[test]
    fn messages_say_where_and_what() {
        let nan =
            parquet(schema("message m { required double inputs.n; }"), |columns| columns.doubles(&[1.0, f64::NAN]));
        let binary = parquet(schema("message m { required binary inputs.b; }"), |columns| {
            columns.columns.push(Box::new(|column| {
                column.typed::<ByteArrayType>().write_batch(&[vec![0xff_u8].into()], None, None).unwrap();
            }));
        });
        let no_json = parquet(schema("message m { required binary inputs (UTF8); }"), |columns| {
            columns.texts(&["hello"], None);
        });
        let nanoseconds = Type::primitive_type_builder("inputs.at", PhysicalType::INT64)
            .with_repetition(Repetition::REQUIRED)
            .with_logical_type(Some(LogicalType::timestamp(true, TimeUnit::NANOS)))
            .build()
            .unwrap();
        let nanoseconds = Type::group_type_builder("m").with_fields(vec![Arc::new(nanoseconds)]).build().unwrap();
        let fixed = parquet(schema("message m { required double inputs.n; }"), |columns| columns.doubles(&[1.0]));
        let files = [
            ("nan", nan),
            ("binary", binary),
            ("no json", no_json),
            ("nanoseconds", parquet(nanoseconds, |columns| columns.longs(&[1]))),
            ("fixed type", fixed.typed("inputs.n", CellType::Text).typed("inputs.n", CellType::Integer)),
            ("no parquet", file("data.parquet", "hello")),
            ("unknown column", parquet(schema("message m { required double n; }"), |columns| columns.doubles(&[1.0]))),
        ];
        let messages = files.map(|(name, file)| format!("{name}:\n  {}", file.error()));
        insta::assert_snapshot!(messages.join("\n"), @r##"
        nan:
          data.parquet: row 2 (inputs.n): NaN has no JSON form: replace it by null or leave it out
        binary:
          data.parquet: row 1 (inputs.b): a binary value has no JSON form: store it as text
        no json:
          data.parquet: row 1 (inputs): expected JSON, found "hello"
        nanoseconds:
          data.parquet: column "inputs.at" holds timestamps in nanoseconds: write the file with timestamps in microseconds
        fixed type:
          data.parquet: `types` cannot make inputs.n an integer: a Parquet file has its own types, and only text can be read as json
        no parquet:
          data.parquet: not a readable Parquet file: Parquet file too small. Size is 5 but need 8
        unknown column:
          data.parquet: column "n" is no field of an example: name it "inputs.n" or "expectations.n", map it with columns = { "n" = "inputs.n" }, or leave it out with ignore_columns = ["n"]
        "##);
    }

    fn small_file() -> Vec<u8> {
        let message = "message m { required binary inputs.q (UTF8); optional double outputs; }";
        let file = parquet(schema(message), |columns| {
            columns.texts(&["a", "bb", "a"], None);
            columns.columns.push(Box::new(|column| {
                column.typed::<DoubleType>().write_batch(&[1.0, 2.0], Some(&[1, 0, 1]), None).unwrap();
            }));
        });
        fs::read(&file.path).unwrap()
    }

    #[test]
    fn a_truncated_file_is_refused() {
        let bytes = small_file();
        for length in [0, 3, 4, 11, bytes.len() / 2, bytes.len() - 1] {
            assert!(file("data.parquet", &bytes[..length]).read().is_err(), "{length}");
        }
    }

    #[test]
    fn a_flipped_bit_never_panics() {
        let bytes = small_file();
        let dataset = file("data.parquet", &bytes);
        for (index, bit) in (0..bytes.len()).flat_map(|index| [0, 1, 6, 7].map(|bit| (index, bit))) {
            let mut damaged = bytes.clone();
            damaged[index] ^= 1 << bit;
            fs::write(&dataset.path, damaged).unwrap();
            if let Ok(reader) = Dataset::open(&dataset.path, &dataset.options) {
                reader.take(100).for_each(drop);
            }
        }
    }
}

#[test]
fn the_format_comes_from_the_extension_or_the_options() {
    insta::assert_snapshot!(file("data.txt", "").error(), @r##"data.txt: the extension stands for no known format: name the file .jsonl, .ndjson, .csv or .parquet, or set the dataset's format to jsonl, csv or parquet"##);
    let mut named = file("data.txt", "{\"inputs\":{}}");
    named.options.format = Some(Format::Jsonl);
    assert_eq!(named.read().unwrap().len(), 1);
    assert_eq!(file("DATA.NDJSON", "{\"inputs\":{}}").read().unwrap().len(), 1);
}

#[test]
fn what_is_no_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let open = |name: &str| Dataset::open(folder.path().join(name), &ReadOptions::default()).err();
    fs::create_dir(folder.path().join("folder.csv")).unwrap();
    assert!(matches!(open("folder.csv"), Some(DatasetError::NotAFile { .. })));
    assert!(matches!(open("missing.csv"), Some(DatasetError::Io { .. })));
}

fn json_text() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(serde_json::Value::from),
        any::<i64>().prop_map(serde_json::Value::from),
        any::<f64>().prop_map(serde_json::Value::from),
        any::<String>().prop_map(serde_json::Value::from),
    ];
    let value = leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(serde_json::Value::from),
            proptest::collection::btree_map(any::<String>(), inner, 0..4)
                .prop_map(|members| serde_json::Value::Object(members.into_iter().collect())),
        ]
    });
    value.prop_map(|value| Json::from_value(&value).unwrap())
}

fn object() -> impl Strategy<Value = Json> {
    proptest::collection::btree_map(any::<String>(), json_text(), 0..4)
        .prop_map(|members| Json::from_value(&members).unwrap())
}

fn example() -> impl Strategy<Value = Example> {
    (
        object(),
        proptest::option::of(json_text().prop_filter("null means absent", |json| !json.is_null())),
        proptest::option::of(object()),
        proptest::collection::btree_map(any::<String>(), any::<String>(), 0..3),
    )
        .prop_map(|(inputs, outputs, expectations, tags)| Example {
            id: String::new(),
            inputs,
            outputs,
            expectations,
            trace: None,
            tags,
        })
}

fn numbered(examples: Vec<Example>) -> Vec<Example> {
    examples.into_iter().enumerate().map(|(index, example)| Example { id: format!("id {index}"), ..example }).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn jsonl_survives_a_round_trip(examples in proptest::collection::vec(example(), 0..5)) {
        let examples = numbered(examples);
        let lines: String = examples.iter().map(|row| serde_json::to_string(row).unwrap() + "\n").collect();
        prop_assert_eq!(jsonl(lines).read().unwrap(), examples);
    }

    #[test]
    fn texts_in_csv_survive_a_round_trip(texts in proptest::collection::vec((any::<String>(), any::<String>()), 1..8)) {
        let mut writer = ::csv::Writer::from_writer(Vec::new());
        writer.write_record(["inputs.always", "inputs.text", "tags.tag"]).unwrap();
        for (text, tag) in &texts {
            writer.write_record(["x", text, tag]).unwrap();
        }
        let dataset = csv(writer.into_inner().unwrap()).typed("inputs.text", CellType::Text);
        let rows = dataset.read().unwrap();
        prop_assert_eq!(rows.len(), texts.len());
        for (row, (text, tag)) in rows.iter().zip(&texts) {
            let inputs: std::collections::BTreeMap<String, String> = row.inputs.to().unwrap();
            prop_assert_eq!(inputs.get("text").map_or("", String::as_str), text);
            prop_assert_eq!(row.tags.get("tag").map_or("", String::as_str), tag);
        }
    }

    #[test]
    fn damaged_jsonl_never_panics(content in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = jsonl(content).read();
    }

    #[test]
    fn damaged_csv_never_panics(content in "inputs\\.a,inputs\\.b\n([a\",\n{}0-9.\u{e9}]{0,60})") {
        let _ = csv(content).read();
    }
}
