use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use scorebox_engine::Isolation;

use super::super::instance::bytes;
use super::measure::Rate;
use super::{Bench, FunctionFigures};
use crate::report::duration;
use crate::terminal::{BAD, FAINT, NAME, STRONG, align_right, printable, render, table, thousands};

impl Bench {
    pub(super) fn to_text(&self) -> String {
        let mut text = format!("\n  {}\n\n", STRONG.paint(&self.plugin));
        let batch = format!("batches of {}", Isolation::AUTOMATIC_BATCH);
        let mut rates = table(["calls per second", "fresh instance", &batch, "one instance", "memory"]);
        for function in self.functions.iter().filter(|function| function.failed.is_none()) {
            let memory = function.peak_memory_bytes.map(bytes);
            let [fresh, batch, reused] = [function.fresh, function.batch, function.reused].map(shown);
            rates.add_row([
                NAME.paint(&function.function),
                fresh,
                batch,
                reused,
                memory.unwrap_or_else(|| "–".to_owned()),
            ]);
        }
        align_right(&mut rates, 1..5);
        if !rates.is_empty() {
            text += &render(&rates);
        }
        for function in &self.functions {
            if let Some(failure) = &function.failed {
                let failure = printable(failure.lines().next().unwrap_or_default());
                // Writing to a String cannot fail.
                let _ = writeln!(text, "  {} {} fails: {failure}", BAD.paint("not measured:"), function.function);
            }
        }
        let seconds = |seconds| duration(Duration::from_secs_f64(seconds));
        let facts = [
            ("instance", self.instance.to_text()),
            ("isolation", self.isolation()),
            ("load", format!("{} from the compile cache", seconds(self.load_seconds))),
            ("size", bytes(self.size_bytes)),
        ];
        text.push('\n');
        for (name, fact) in facts {
            let _ = writeln!(text, "  {} {fact}", FAINT.paint(format_args!("{name:9}")));
        }
        let mut how = format!("medians of {} rounds on one thread", self.rounds);
        if self.replays_replies {
            how += "; models and HTTP peers are played by recorded replies, so waiting for them is not in it";
        }
        let _ = writeln!(text, "\n  {}", FAINT.paint(how));
        text
    }

    /// What the host would choose for whom, and why.
    fn isolation(&self) -> String {
        let mut choices: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for FunctionFigures { function, isolation, .. } in &self.functions {
            let choice = match isolation {
                Some(Isolation::Batch(_)) => "batch, since an instance costs much more than a call",
                Some(Isolation::Example | Isolation::Run) => "example: a fresh instance for each",
                None => continue,
            };
            choices.entry(choice).or_default().push(function);
        }
        match choices.len() {
            0 => "a fresh instance for each call".to_owned(),
            1 => choices.into_keys().collect(),
            _ => {
                let choices = choices.iter().map(|(choice, functions)| format!("{}: {choice}", functions.join(", ")));
                choices.collect::<Vec<_>>().join("\n            ")
            }
        }
    }
}

fn shown(rate: Option<Rate>) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a rate is positive, and no machine is so fast"
    )]
    match rate {
        Some(rate) if rate.per_second >= 10.0 => thousands(rate.per_second.round() as u64),
        Some(rate) => format!("{:.1}", rate.per_second),
        None => "–".to_owned(),
    }
}
