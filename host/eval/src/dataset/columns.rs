use std::collections::BTreeMap;
use std::path::Path;

use scorebox_core::{Example, Json};

use super::MAX_JSON_DEPTH;
use super::error::{DatasetError, LayoutProblem, RowProblem};
use super::field::{Field, FieldPath};
use super::options::ReadOptions;

/// Which column fills which place in an example.
#[derive(Clone, Debug)]
pub(super) struct Columns {
    /// The path that each column fills; none for a column that is not read.
    pub(super) paths: Vec<Option<FieldPath>>,
    id: Option<usize>,
    inputs: Node,
    outputs: Option<Node>,
    expectations: Option<Node>,
    trace: Option<Node>,
    tags: Option<Node>,
}

/// A JSON value made of cells.
#[derive(Clone, Debug)]
enum Node {
    Cell(usize),
    Object(Vec<Member>),
}

#[derive(Clone, Debug)]
struct Member {
    name: String,
    /// The name as JSON, with its colon.
    key: String,
    node: Node,
}

/// The cells of one row.
pub(super) trait Cells {
    /// Appends the cell as JSON; false, and nothing appended, when the cell is empty.
    fn write_json(&self, column: usize, json: &mut String) -> Result<bool, RowProblem>;

    /// The cell as an id; none when it is empty.
    fn id(&self, column: usize) -> Result<Option<String>, RowProblem>;
}

/// A problem, and the column that has it where it is one column's.
pub(super) type ColumnProblem = (Option<usize>, RowProblem);

impl Columns {
    pub(super) fn new(path: &Path, names: &[String], options: &ReadOptions) -> Result<Self, DatasetError> {
        Self::plan(names, options).map_err(|problem| DatasetError::layout(path, problem))
    }

    fn plan(names: &[String], options: &ReadOptions) -> Result<Self, LayoutProblem> {
        check_names("columns", options.columns.keys(), names)?;
        check_names("ignore_columns", options.ignore_columns.iter(), names)?;
        let paths = names.iter().map(|name| path_of(name, options)).collect::<Result<Vec<_>, _>>()?;
        if let Some(path) = options.types.keys().find(|path| !paths.iter().flatten().any(|filled| filled == *path)) {
            return Err(LayoutProblem::NoSuchField { path: path.clone() });
        }

        let mut id = None;
        let mut roots: BTreeMap<Field, Node> = BTreeMap::new();
        for (column, path) in paths.iter().enumerate() {
            let Some(path) = path else { continue };
            let clash = |first: usize| LayoutProblem::Clash {
                path: path.clone(),
                first: names[first].clone(),
                second: names[column].clone(),
            };
            if path.field == Field::Id {
                if let Some(first) = id.replace(column) {
                    return Err(clash(first));
                }
                continue;
            }
            match roots.get_mut(&path.field) {
                Some(root) => root.insert(&path.keys, column).map_err(clash)?,
                None => {
                    roots.insert(path.field, Node::nested(&path.keys, column));
                }
            }
        }
        Ok(Self {
            id,
            inputs: roots.remove(&Field::Inputs).ok_or(LayoutProblem::NoInputs)?,
            outputs: roots.remove(&Field::Outputs),
            expectations: roots.remove(&Field::Expectations),
            trace: roots.remove(&Field::Trace),
            tags: roots.remove(&Field::Tags),
            paths,
        })
    }

    /// Builds the example of a row.
    pub(super) fn example(&self, cells: &impl Cells, row: u64) -> Result<Example, ColumnProblem> {
        let id = match self.id {
            Some(column) => cells.id(column).map_err(|problem| (Some(column), problem))?,
            None => None,
        };
        let inputs = match (object(Field::Inputs, &self.inputs, cells)?, &self.inputs) {
            (Some(inputs), _) => inputs,
            (None, Node::Object(_)) => field_json(Field::Inputs, "{}".to_owned())?,
            (None, Node::Cell(column)) => {
                return Err((Some(*column), RowProblem::MissingField { field: Field::Inputs.name() }));
            }
        };
        let tags = match optional(Field::Tags, self.tags.as_ref(), cells)? {
            Some(tags) => tags.to().map_err(|_| {
                let detail = "expected an object whose values are all strings".to_owned();
                (None, RowProblem::WrongType { field: Field::Tags.name(), detail })
            })?,
            None => BTreeMap::new(),
        };
        Ok(Example {
            id: id.unwrap_or_else(|| row.to_string()),
            inputs,
            outputs: optional(Field::Outputs, self.outputs.as_ref(), cells)?,
            expectations: optional(Field::Expectations, self.expectations.as_ref(), cells)?,
            trace: optional(Field::Trace, self.trace.as_ref(), cells)?,
            tags,
        })
    }
}

fn check_names<'n>(
    option: &'static str,
    mut wanted: impl Iterator<Item = &'n String>,
    names: &[String],
) -> Result<(), LayoutProblem> {
    match wanted.find(|wanted| !names.contains(wanted)) {
        Some(column) => Err(LayoutProblem::NoSuchColumn { option, column: column.clone(), found: names.to_vec() }),
        None => Ok(()),
    }
}

fn path_of(name: &str, options: &ReadOptions) -> Result<Option<FieldPath>, LayoutProblem> {
    if options.ignore_columns.contains(name) {
        return Ok(None);
    }
    match options.columns.get(name) {
        Some(path) => Ok(Some(path.clone())),
        None => match name.parse() {
            Ok(path) => Ok(Some(path)),
            Err(_) => Err(LayoutProblem::UnknownColumn { column: name.to_owned() }),
        },
    }
}

impl Node {
    fn nested(keys: &[String], column: usize) -> Self {
        match keys.split_first() {
            None => Self::Cell(column),
            Some((name, rest)) => Self::Object(vec![Member::new(name, Self::nested(rest, column))]),
        }
    }

    /// Adds a column below this node, or says which column is in its way.
    fn insert(&mut self, keys: &[String], column: usize) -> Result<(), usize> {
        match (self, keys.split_first()) {
            (Self::Cell(first), _) => Err(*first),
            (node @ Self::Object(_), None) => Err(node.first_column()),
            (Self::Object(members), Some((name, rest))) => {
                match members.iter_mut().find(|member| member.name == *name) {
                    Some(member) => member.node.insert(rest, column),
                    None => {
                        members.push(Member::new(name, Self::nested(rest, column)));
                        Ok(())
                    }
                }
            }
        }
    }

    fn first_column(&self) -> usize {
        match self {
            Self::Cell(column) => *column,
            Self::Object(members) => members[0].node.first_column(),
        }
    }

    /// Appends the value as JSON; false, and nothing appended, when all its cells are empty.
    fn write(&self, cells: &impl Cells, json: &mut String) -> Result<bool, ColumnProblem> {
        let members = match self {
            Self::Cell(column) => {
                return cells.write_json(*column, json).map_err(|problem| (Some(*column), problem));
            }
            Self::Object(members) => members,
        };
        let start = json.len();
        let mut is_empty = true;
        for member in members {
            let before = json.len();
            json.push(if is_empty { '{' } else { ',' });
            json.push_str(&member.key);
            if member.node.write(cells, json)? {
                is_empty = false;
            } else {
                json.truncate(before);
            }
        }
        if is_empty {
            json.truncate(start);
            return Ok(false);
        }
        json.push('}');
        Ok(true)
    }
}

impl Member {
    fn new(name: &str, node: Node) -> Self {
        let mut key = String::new();
        push_string(name, &mut key);
        key.push(':');
        Self { name: name.to_owned(), key, node }
    }
}

fn optional(field: Field, node: Option<&Node>, cells: &impl Cells) -> Result<Option<Json>, ColumnProblem> {
    node.map_or(Ok(None), |node| object(field, node, cells))
}

fn object(field: Field, node: &Node, cells: &impl Cells) -> Result<Option<Json>, ColumnProblem> {
    let mut text = String::new();
    if !node.write(cells, &mut text)? {
        return Ok(None);
    }
    let json = field_json(field, text)?;
    if json.is_null() {
        return Ok(None);
    }
    if field.is_object() && !json.is_object() {
        let shown: String = json.as_str().chars().take(60).collect();
        let detail = format!("expected an object, found {shown}");
        let column = if let Node::Cell(column) = node { Some(*column) } else { None };
        return Err((column, RowProblem::WrongType { field: field.name(), detail }));
    }
    Ok(Some(json))
}

fn field_json(field: Field, text: String) -> Result<Json, ColumnProblem> {
    use scorebox_core::InvalidJson;

    Json::parse_bounded(text, MAX_JSON_DEPTH).map_err(|error| match error {
        InvalidJson::TooDeep { limit } => (None, RowProblem::TooDeep { field: field.name(), limit }),
        InvalidJson::Syntax(error) => (None, RowProblem::Syntax { detail: error.to_string() }),
    })
}

/// Appends a text as a JSON string.
pub(super) fn push_string(text: &str, json: &mut String) {
    json.push_str(&serde_json::Value::from(text).to_string());
}
