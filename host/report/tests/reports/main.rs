//! Behaviour of the reports through their public face, one file for each.

#![expect(
    clippy::unwrap_used,
    reason = "a helper of a test may panic as the test may; clippy only knows test functions"
)]

mod annotations;
mod ci_examples;
mod csv;
#[path = "../../src/fixture.rs"]
mod fixture;
mod json;
mod junit;
mod markdown;

use scorebox_eval::RowResult;
use scorebox_report::{ReportContext, ReportFormat, ReportWriter};

/// A report of these rows.
fn report(format: ReportFormat, rows: &[RowResult], context: &ReportContext<'_>) -> String {
    let mut bytes = Vec::new();
    let mut writer = ReportWriter::new(format, &mut bytes).unwrap();
    rows.iter().for_each(|row| writer.add(row).unwrap());
    writer.finish(context).unwrap();
    String::from_utf8(bytes).unwrap()
}

/// Texts that break documents, and what breaks with them.
const HOSTILE: [&str; 16] = [
    "</pre><script>alert(1)</script>",
    "]]> <![CDATA[ <!-- --> <?xml?>",
    "\u{0}\u{1b}[31m\u{7f}\u{9b}\u{fffe}\u{ffff}",
    "| a | b |\n|---|---|\n",
    r"a\|b\",
    "```\n# heading\n```",
    "`code` ``more``",
    "@everyone #1 !2 GH-3 https://evil.example www.evil.example me@evil.example",
    "\n/close\n/merge\r\n::error::x\r##[error]y",
    "[link](javascript:alert(1)) ![image](https://evil.example/x.png)",
    "=HYPERLINK(\"https://evil.example\")",
    "100 %25 a,b;c\"d'e",
    "日本語 🏯 ẞ \u{202e}reversed",
    "&lt;b&gt; &amp; <b>",
    "\t leading and trailing \t",
    "<details><summary>x",
];
