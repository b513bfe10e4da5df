use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// A text and the file that it came from, to point into.
#[derive(Clone, Debug)]
pub(crate) struct SourceText {
    pub(crate) path: PathBuf,
    pub(crate) text: String,
}

impl SourceText {
    /// What is wrong at a range of bytes.
    pub(crate) fn problem(&self, span: Option<Range<usize>>, message: impl Into<String>) -> ConfigProblem {
        ConfigProblem {
            path: self.path.clone(),
            excerpt: span.and_then(|span| Excerpt::of(&self.text, span)),
            message: message.into(),
            help: None,
        }
    }
}

/// What is wrong with a config, where, and what to do.
#[derive(Debug, thiserror::Error)]
pub(crate) struct ConfigProblem {
    path: PathBuf,
    excerpt: Option<Excerpt>,
    message: String,
    help: Option<String>,
}

impl ConfigProblem {
    /// Something about the file as a whole.
    pub(crate) fn of_file(path: &Path, message: impl Into<String>) -> Self {
        Self { path: path.to_owned(), excerpt: None, message: message.into(), help: None }
    }

    /// Adds what to do.
    pub(crate) fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    /// Shows the key, but not what the file sets it to.
    pub(crate) fn without_value(mut self) -> Self {
        if let Some(excerpt) = &mut self.excerpt
            && let Some((key, _)) = excerpt.text.split_once('=')
        {
            excerpt.text = format!("{key}= …");
        }
        self
    }

    /// Adds what to do, if there is something.
    pub(crate) fn maybe_help(self, help: Option<String>) -> Self {
        Self { help, ..self }
    }
}

impl fmt::Display for ConfigProblem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.path.display())?;
        match &self.excerpt {
            Some(excerpt) => write!(formatter, ":{}:{}: {}{excerpt}", excerpt.line, excerpt.column, self.message)?,
            None => write!(formatter, ": {}", self.message)?,
        }
        match &self.help {
            Some(help) => write!(formatter, "\nhelp: {help}"),
            None => Ok(()),
        }
    }
}

/// The line in question.
#[derive(Debug)]
struct Excerpt {
    line: usize,
    column: usize,
    text: String,
    width: usize,
}

impl Excerpt {
    fn of(source: &str, span: Range<usize>) -> Option<Self> {
        let before = source.get(..span.start)?;
        let marked = source.get(span)?;
        let line_start = before.rfind('\n').map_or(0, |position| position + 1);
        let text = source[line_start..].lines().next().unwrap_or_default().to_owned();
        let column = before[line_start..].chars().count() + 1;
        let width = marked.lines().next().unwrap_or_default().chars().count().max(1);
        Some(Self { line: before.matches('\n').count() + 1, column, text, width })
    }
}

impl fmt::Display for Excerpt {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MAX_CHARACTERS: usize = 160;
        let number = self.line.to_string();
        let margin = " ".repeat(number.len());
        write!(formatter, "\n {margin} |")?;
        if self.text.chars().count() > MAX_CHARACTERS {
            return Ok(());
        }
        let indent = " ".repeat(self.column - 1);
        write!(formatter, "\n {number} | {}\n {margin} | {indent}{}", self.text, "^".repeat(self.width))
    }
}

/// The known name that is most like the one given, if one is alike at all.
pub(crate) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let distance = |candidate: &str| strsim::damerau_levenshtein(name, candidate);
    let most = (name.chars().count() / 3).max(1);
    let nearest = known.into_iter().map(|candidate| (distance(candidate), candidate)).min()?;
    (1..=most).contains(&nearest.0).then_some(nearest.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_suggested_unless_none_is_near() {
        let known = ["exact_match", "contains", "length"];
        assert_eq!(nearest("exactmatch", known), Some("exact_match"));
        assert_eq!(nearest("lenght", known), Some("length"));
        assert_eq!(nearest("bleu", known), None);
    }

    #[test]
    fn columns_count_characters() {
        let source = SourceText { path: "a.toml".into(), text: "x = 1\né = \"ü\" y\n".into() };
        let at = source.text.find('y').unwrap();
        insta::assert_snapshot!(source.problem(Some(at..at + 1), "odd"), @r#"
        a.toml:2:9: odd
           |
         2 | é = "ü" y
           |         ^
        "#);
    }
}
