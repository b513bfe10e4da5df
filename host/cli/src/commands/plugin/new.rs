use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;

use scorebox_languages::{NewProject, create};

use super::super::print;
use super::build::stop;
use crate::arguments::NewArguments;
use crate::exit::Stop;
use crate::terminal::{FAINT, GOOD, NAME};

pub(super) fn run(arguments: &NewArguments, quiet: bool) -> Result<ExitCode, Stop> {
    let NewArguments { name, language, dir } = arguments;
    let folder = dir.clone().unwrap_or_else(|| name.into());
    let wanted = NewProject { name: name.clone(), language: *language, folder: folder.clone() };
    let written = create(&wanted).map_err(stop)?;
    let mut text =
        format!("{} the {language} plugin {} in {}\n", GOOD.paint("made"), NAME.paint(name), folder.display());
    if !quiet {
        text.push('\n');
        for file in written {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "  {}", folder.join(file).display());
        }
        text.push('\n');
        let enter = format!("cd {}", folder.display());
        let steps = [
            (folder.as_path() != Path::new(".")).then_some((enter.as_str(), "")),
            Some(("scorebox plugin build", "to make a component of it")),
            Some(("scorebox plugin test", "to run the cases in tests/examples.jsonl")),
        ];
        let steps: Vec<_> = steps.into_iter().flatten().collect();
        let width = steps.iter().map(|(command, _)| command.len()).max().unwrap_or(0);
        for (command, purpose) in steps {
            let padding = if purpose.is_empty() { 0 } else { width - command.len() + 3 };
            let _ = writeln!(text, "  {}{:padding$}{}", NAME.paint(command), "", FAINT.paint(purpose));
        }
    }
    print(&text)
}
