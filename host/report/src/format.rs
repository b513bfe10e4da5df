use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// The format of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ReportFormat {
    /// One page for a person, with every row.
    Html,
    /// Test results, for CI.
    Junit,
    /// A comment for a pull request.
    Markdown,
    /// What the run came to, without its rows.
    Json,
    /// The rows, as in `results.jsonl`.
    Jsonl,
    /// The rows, a line for each verdict, for spreadsheets.
    Csv,
}

impl ReportFormat {
    /// All formats.
    pub const ALL: [Self; 6] = [Self::Html, Self::Junit, Self::Markdown, Self::Json, Self::Jsonl, Self::Csv];

    /// The name on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Junit => "junit",
            Self::Markdown => "markdown",
            Self::Json => "json",
            Self::Jsonl => "jsonl",
            Self::Csv => "csv",
        }
    }
}

impl fmt::Display for ReportFormat {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl FromStr for ReportFormat {
    type Err = InvalidReportRequest;

    fn from_str(name: &str) -> Result<Self, InvalidReportRequest> {
        match name {
            "md" => Ok(Self::Markdown),
            _ => Self::ALL
                .into_iter()
                .find(|format| format.as_str() == name)
                .ok_or_else(|| InvalidReportRequest::UnknownFormat { name: name.chars().take(80).collect() }),
        }
    }
}

/// A report that someone wants: `junit=out.xml` on the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportRequest {
    /// The format.
    pub format: ReportFormat,
    /// The file that it goes to.
    pub path: PathBuf,
}

impl FromStr for ReportRequest {
    type Err = InvalidReportRequest;

    fn from_str(text: &str) -> Result<Self, InvalidReportRequest> {
        let Some((format, path)) = text.split_once('=') else {
            return match text.parse() {
                Ok(format) => Err(InvalidReportRequest::NoPath { format }),
                Err(_) => Err(InvalidReportRequest::NoFormat { text: text.chars().take(80).collect() }),
            };
        };
        let format = format.parse()?;
        match path {
            "" => Err(InvalidReportRequest::NoPath { format }),
            path => Ok(Self { format, path: path.into() }),
        }
    }
}

/// Why a report cannot be asked for like this.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidReportRequest {
    /// There is no such format.
    #[error("there is no report format {name:?}; there are html, junit, markdown (or md), json, jsonl and csv")]
    UnknownFormat {
        /// What was written.
        name: String,
    },
    /// The text names no format.
    #[error(
        "{text:?} does not say which report it is; write a format, `=` and a file, such as junit=out.xml; the formats \
         are html, junit, markdown (or md), json, jsonl and csv"
    )]
    NoFormat {
        /// What was written.
        text: String,
    },
    /// The text names no file.
    #[error("the {format} report has no file to go to; write `=` and a file behind the format, such as {format}=FILE")]
    NoPath {
        /// The format.
        format: ReportFormat,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_a_format_and_a_file() {
        let request: ReportRequest = "junit=out/a=b.xml".parse().unwrap();
        assert_eq!(request, ReportRequest { format: ReportFormat::Junit, path: "out/a=b.xml".into() });
        assert_eq!("md=x".parse::<ReportRequest>().unwrap().format, ReportFormat::Markdown);
    }

    #[test]
    fn every_format_is_read_by_its_name() {
        for format in ReportFormat::ALL {
            assert_eq!(format.as_str().parse(), Ok(format));
        }
    }

    #[test]
    fn what_is_wrong_is_said_with_what_there_is() {
        let error = |text: &str| text.parse::<ReportRequest>().unwrap_err().to_string();
        insta::assert_snapshot!(error("xml=out.xml"), @r#"there is no report format "xml"; there are html, junit, markdown (or md), json, jsonl and csv"#);
        insta::assert_snapshot!(error("out.xml"), @r#""out.xml" does not say which report it is; write a format, `=` and a file, such as junit=out.xml; the formats are html, junit, markdown (or md), json, jsonl and csv"#);
        insta::assert_snapshot!(error("csv"), @"the csv report has no file to go to; write `=` and a file behind the format, such as csv=FILE");
        insta::assert_snapshot!(error("csv="), @"the csv report has no file to go to; write `=` and a file behind the format, such as csv=FILE");
    }

    #[test]
    fn the_errors_name_every_format() {
        let unknown = "x".parse::<ReportFormat>().unwrap_err().to_string();
        for format in ReportFormat::ALL {
            assert!(unknown.contains(format.as_str()), "{format}");
        }
    }
}
