use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use clap::{Args, Subcommand, ValueEnum};
use scorebox_eval::{CellType, FieldPath, Format, ReadOptions};
use scorebox_store::{DatasetName, DatasetReference, ExportFormat, RowCondition, VersionTag};

use crate::arguments::ListArguments;

/// Keep datasets in the store, with versions that never change.
#[derive(Debug, Subcommand)]
#[command(after_help = "Examples:
  scorebox dataset create support-qa data.jsonl
  scorebox dataset merge support-qa corrections.csv
  scorebox dataset diff support-qa@1 support-qa@2
  scorebox dataset tag support-qa@2 stable
and in scorebox.toml
  dataset = \"support-qa@stable\"

A version is named support-qa@3, support-qa@stable by a tag, or support-qa for the newest.

Exit codes:
  0    done, or there was nothing to do
  2    a name, a version or a file is wrong; nothing was changed
  3    the store cannot be used, or the disk is full; nothing was changed")]
pub(crate) enum DatasetCommand {
    Create(CreateArguments),
    Import(ImportArguments),
    Merge(MergeArguments),
    FromRun(FromRunArguments),
    FromTraces(FromTracesArguments),
    Export(ExportArguments),
    /// List the datasets.
    List(ListArguments),
    Show(ShowArguments),
    Diff(DiffArguments),
    Tag(TagArguments),
    Delete(DeleteArguments),
}

impl DatasetCommand {
    /// Whether it may be the first thing that is done with a project, so that it makes the store.
    pub(crate) fn may_come_first(&self) -> bool {
        matches!(self, Self::Create(_) | Self::FromRun(_) | Self::FromTraces(_))
    }
}

/// Make a dataset.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  scorebox dataset create support-qa data.jsonl
  scorebox dataset create support-qa questions.csv --column question=inputs.question
  scorebox dataset create regressions      to be filled from a run later")]
pub(crate) struct CreateArguments {
    /// Its name: lower-case letters, digits, '.', '_' and '-'.
    pub(crate) name: DatasetName,
    /// JSONL, CSV or Parquet with the examples of its first version.
    #[arg(value_hint = clap::ValueHint::FilePath)]
    pub(crate) file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) read: ReadArguments,
}

/// Replace a dataset's examples by those of a file, as a new version.
#[derive(Args, Debug)]
#[command(after_help = "Example:
  scorebox dataset import support-qa data.jsonl && scorebox dataset show support-qa")]
pub(crate) struct ImportArguments {
    /// The dataset.
    pub(crate) name: DatasetName,
    /// JSONL, CSV or Parquet with all examples of the new version.
    #[arg(value_hint = clap::ValueHint::FilePath)]
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) read: ReadArguments,
}

/// Update a dataset's examples by those of a file, as a new version.
///
/// An example whose inputs the dataset knows updates the example that has them: expectations and tags key by key, outputs
/// and trace where it has any. An example with other inputs is added at the end.
#[derive(Args, Debug)]
#[command(after_help = "Example:
  scorebox dataset merge support-qa corrections.csv && scorebox dataset diff support-qa@1 support-qa")]
pub(crate) struct MergeArguments {
    /// The dataset.
    pub(crate) name: DatasetName,
    /// JSONL, CSV or Parquet with examples.
    #[arg(value_hint = clap::ValueHint::FilePath)]
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) read: ReadArguments,
}

/// Merge what went wrong in a run into a dataset.
///
/// The examples of the run's failures: rows with an error, or of which a scorer said false. They keep their inputs,
/// expectations and tags, and get the tag source_run. The dataset is made where it is not there.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  scorebox dataset from-run regressions last
  scorebox dataset from-run regressions last --failed correctness --where tags.topic=billing
  scorebox dataset from-run hard last --where 'faithfulness<0.5'")]
pub(crate) struct FromRunArguments {
    /// The dataset.
    pub(crate) name: DatasetName,
    /// The run: its id, the end of its id, last, or last~1 for the one before.
    pub(crate) run: String,
    /// Take rows on which the prediction or a scorer failed.
    #[arg(long)]
    pub(crate) errors: bool,
    /// Take rows of which this scorer or feedback said false; may be given several times.
    #[arg(long, value_name = "SCORER")]
    pub(crate) failed: Vec<String>,
    /// Take only rows for which this holds, such as tags.topic=billing or faithfulness<0.5; may be given several times.
    #[arg(long = "where", value_name = "CONDITION")]
    pub(crate) conditions: Vec<RowCondition>,
}

/// Merge traces into a dataset.
///
/// What the root span was given and gave become the example's inputs and outputs, and the trace is kept. The dataset is made
/// where it is not there.
#[derive(Args, Debug)]
#[command(after_help = "Example:
  scorebox dataset from-traces production traces.jsonl")]
pub(crate) struct FromTracesArguments {
    /// The dataset.
    pub(crate) name: DatasetName,
    /// A file with one trace on each line, in Scorebox's JSON.
    #[arg(value_hint = clap::ValueHint::FilePath)]
    pub(crate) file: PathBuf,
}

/// Write a version to a file.
///
/// In JSONL, the digest of the file is that of the version.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  scorebox dataset export support-qa@3 support-qa.jsonl
  scorebox dataset export support-qa | jq .inputs
  scorebox dataset export support-qa support-qa.csv")]
pub(crate) struct ExportArguments {
    /// The version.
    #[arg(value_name = "NAME[@VERSION]")]
    pub(crate) reference: DatasetReference,
    /// The file, which is replaced if it is there; standard output by default, or for -.
    #[arg(value_hint = clap::ValueHint::FilePath)]
    pub(crate) file: Option<PathBuf>,
    /// What to write: jsonl keeps everything as it is, csv is for spreadsheets; by default, what the file's name says.
    #[arg(long, value_enum)]
    pub(crate) format: Option<ExportAs>,
}

/// What an export can write.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum ExportAs {
    Jsonl,
    Csv,
}

impl From<ExportAs> for ExportFormat {
    fn from(format: ExportAs) -> Self {
        match format {
            ExportAs::Jsonl => Self::Jsonl,
            ExportAs::Csv => Self::Csv,
        }
    }
}

/// Show a dataset's versions, and some of its examples.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  scorebox dataset show support-qa
  scorebox dataset show support-qa@stable --limit 20")]
pub(crate) struct ShowArguments {
    /// The dataset, or the version whose examples to show.
    #[arg(value_name = "NAME[@VERSION]")]
    pub(crate) reference: DatasetReference,
    /// How many examples to show.
    #[arg(long, value_name = "N", default_value_t = 3)]
    pub(crate) limit: u64,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Compare two versions, example by example and field by field.
///
/// Examples with equal inputs belong together, and what is left with equal ids.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  scorebox dataset diff support-qa@2 support-qa@3
  scorebox dataset diff support-qa@stable support-qa --limit 100 --json")]
pub(crate) struct DiffArguments {
    /// The version to compare with.
    #[arg(value_name = "NAME[@VERSION]")]
    pub(crate) before: DatasetReference,
    /// The version to compare.
    #[arg(value_name = "NAME[@VERSION]")]
    pub(crate) after: DatasetReference,
    /// How many examples to show of those that are new, gone and changed.
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub(crate) limit: usize,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Give a version a name that can be moved to another one later.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  scorebox dataset tag support-qa@3 stable
  scorebox dataset tag support-qa stable --delete")]
pub(crate) struct TagArguments {
    /// The version.
    #[arg(value_name = "NAME[@VERSION]")]
    pub(crate) reference: DatasetReference,
    /// The tag: lower-case letters, digits, '.', '_' and '-'; no number, and not latest.
    pub(crate) tag: VersionTag,
    /// Remove the tag from the dataset instead.
    #[arg(long)]
    pub(crate) delete: bool,
}

/// Delete a dataset with all its versions and tags.
///
/// Runs keep the examples that they evaluated. Numbers of versions are not used again.
#[derive(Args, Debug)]
#[command(after_help = "Example:
  scorebox dataset delete support-qa --yes")]
pub(crate) struct DeleteArguments {
    /// The dataset.
    pub(crate) name: DatasetName,
    /// Really delete it.
    #[arg(long)]
    pub(crate) yes: bool,
}

/// How a file is read, where its extension and the names of its columns do not say it.
#[derive(Args, Debug)]
#[group(requires = "file")]
pub(crate) struct ReadArguments {
    /// The file's format, where its extension does not tell.
    #[arg(long, value_parser = PossibleValuesParser::new(["jsonl", "csv", "parquet"]).map(|name| format_of(&name)))]
    pub(crate) format: Option<Format>,
    /// CSV and Parquet: the field that a column fills, such as question=inputs.question; may be given several times.
    #[arg(long = "column", value_name = "COLUMN=FIELD", value_parser = parse_column)]
    pub(crate) columns: Vec<(String, FieldPath)>,
    /// CSV and Parquet: a column that is not read; may be given several times.
    #[arg(long = "ignore-column", value_name = "COLUMN")]
    pub(crate) ignore_columns: Vec<String>,
    /// CSV: the type of a field, such as inputs.zip=text; may be given several times.
    #[arg(long = "type", value_name = "FIELD=TYPE", value_parser = parse_type)]
    pub(crate) types: Vec<(FieldPath, CellType)>,
    /// The longest row, in bytes.
    #[arg(long, value_name = "BYTES")]
    pub(crate) max_row_bytes: Option<usize>,
}

impl From<&ReadArguments> for ReadOptions {
    fn from(arguments: &ReadArguments) -> Self {
        let defaults = Self::default();
        Self {
            format: arguments.format,
            columns: arguments.columns.iter().cloned().collect(),
            ignore_columns: arguments.ignore_columns.iter().cloned().collect(),
            types: arguments.types.iter().cloned().collect(),
            max_row_bytes: arguments.max_row_bytes.unwrap_or(defaults.max_row_bytes),
        }
    }
}

fn format_of(name: &str) -> Format {
    match name {
        "csv" => Format::Csv,
        "parquet" => Format::Parquet,
        _ => Format::Jsonl,
    }
}

fn parse_column(text: &str) -> Result<(String, FieldPath), String> {
    let (column, field) = text.rsplit_once('=').ok_or("write COLUMN=FIELD, such as question=inputs.question")?;
    Ok((column.to_owned(), field.parse().map_err(|error| format!("{error}"))?))
}

fn parse_type(text: &str) -> Result<(FieldPath, CellType), String> {
    let types = [
        ("text", CellType::Text),
        ("integer", CellType::Integer),
        ("number", CellType::Number),
        ("boolean", CellType::Boolean),
        ("json", CellType::Json),
    ];
    let (field, name) = text.split_once('=').ok_or("write FIELD=TYPE, such as inputs.zip=text")?;
    let found = types.into_iter().find(|(known, _)| *known == name);
    let (_, cell_type) =
        found.ok_or_else(|| format!("{name:?} is no type: take text, integer, number, boolean or json"))?;
    Ok((field.parse().map_err(|error| format!("{error}"))?, cell_type))
}
