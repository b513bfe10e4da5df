//! What is written to the terminal, and how it looks. Colours are taken out again where `NO_COLOR` is set or the output
//! is no terminal.

use std::fmt::Display;
use std::io::Write as _;

use anstyle::{AnsiColor, Effects, Style};
use comfy_table::{CellAlignment, ContentArrangement, LineStyle, Table, TableStyle};

/// A way to show something.
#[derive(Clone, Copy)]
pub(crate) struct Paint(Style);

pub(crate) const STRONG: Paint = Paint(Style::new().effects(Effects::BOLD));
pub(crate) const FAINT: Paint = Paint(Style::new().effects(Effects::DIMMED));
pub(crate) const NAME: Paint = Paint(AnsiColor::Cyan.on_default());
pub(crate) const GOOD: Paint = Paint(AnsiColor::Green.on_default());
pub(crate) const WARN: Paint = Paint(AnsiColor::Yellow.on_default());
pub(crate) const BAD: Paint = Paint(AnsiColor::Red.on_default().effects(Effects::BOLD));

impl Paint {
    pub(crate) fn paint(self, text: impl Display) -> String {
        format!("{}{text}{:#}", self.0, self.0)
    }
}

/// Writes what was asked for to standard output. A reader that has seen enough, such as `head`, is no error.
pub(crate) fn print(text: &str) -> std::io::Result<()> {
    let mut output = anstream::stdout().lock();
    match output.write_all(text.as_bytes()).and_then(|()| output.flush()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        outcome => outcome,
    }
}

/// Writes a line for the person at the terminal to standard error; where that is closed, nobody reads it.
pub(crate) fn note(line: &str) {
    let _ = writeln!(anstream::stderr().lock(), "{line}");
}

/// Writes a warning to standard error.
pub(crate) fn warn(message: impl Display) {
    note(&format!("{} {message}", WARN.paint("warning:")));
}

/// A table with a line below its header and no others.
pub(crate) fn table<'a>(header: impl IntoIterator<Item = &'a str>) -> Table {
    const STYLE: TableStyle = TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─'));
    let mut table = Table::new();
    table.load_style(STYLE).set_content_arrangement(ContentArrangement::Dynamic);
    // Room for the indentation of `render` and of those who call it.
    const INDENTATION: u16 = 4;
    if let Some(width) = table.width() {
        table.set_width(width.saturating_sub(INDENTATION));
    }
    table.set_header(header.into_iter().map(|title| FAINT.paint(title)));
    table
}

/// Breaks long lines also where there is no terminal to say how wide it is.
pub(crate) fn wrap(table: &mut Table) {
    const WIDTH: u16 = 110;
    if table.width().is_none() {
        table.set_width(WIDTH);
    }
}

/// Puts the numbers of some columns below each other.
pub(crate) fn align_right(table: &mut Table, columns: impl IntoIterator<Item = usize>) {
    for column in columns {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
}

/// The table's text, a little indented, without white space at the ends of lines.
pub(crate) fn render(table: &Table) -> String {
    table.lines().map(|line| format!(" {}\n", line.trim_end())).collect()
}

/// Text from a plugin, without what could steer the terminal.
pub(crate) fn printable(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { '\u{fffd}' } else { character }).collect()
}

/// `1 row`, `2,000 rows`.
pub(crate) fn count(number: u64, noun: &str) -> String {
    format!("{} {noun}{}", thousands(number), if number == 1 { "" } else { "s" })
}

/// A number with its digits in groups of three.
pub(crate) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_grouped() {
        assert_eq!(count(1, "row"), "1 row");
        assert_eq!(count(999, "row"), "999 rows");
        assert_eq!(count(1_234_567, "row"), "1,234,567 rows");
    }
}
