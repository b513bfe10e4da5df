//! What was used again from earlier runs, and why something was not.

use scorebox_core::RunId;
use scorebox_eval::NotReusable;
use scorebox_store::{Change, FunctionReuse, Reused};

use crate::terminal::{FAINT, GOOD, NAME, count, render, table, thousands, wrap};

/// What one function was spared.
pub(super) struct Spared {
    reuse: FunctionReuse,
    not_reusable: Option<NotReusable>,
    /// Rows that were answered by earlier results.
    answered: u64,
    rows: u64,
}

/// Puts together what is known about each function, in the order of the record.
pub(super) fn spared(
    reuse: Vec<FunctionReuse>,
    not_reusable: Vec<Option<NotReusable>>,
    answered: &[u64],
    rows: u64,
) -> Vec<Spared> {
    let not_reusable = not_reusable.into_iter().chain(std::iter::repeat(None));
    let functions = reuse.into_iter().zip(not_reusable).enumerate();
    let spared = functions.map(|(place, (reuse, not_reusable))| {
        let answered = match reuse.reused {
            Reused::All { .. } => rows,
            Reused::Rows { .. } | Reused::Nothing => answered.get(place).copied().unwrap_or(0),
        };
        Spared { reuse, not_reusable, answered, rows }
    });
    spared.collect()
}

/// One line, or with `explain` a table that says of every function why it was called.
pub(super) fn report(spared: &[Spared], explain: bool) -> String {
    if explain {
        return explained(spared);
    }
    let shared: Vec<_> = spared.iter().filter(|it| it.answered > 0).collect();
    if shared.is_empty() {
        return String::new();
    }
    let whole = shared.iter().filter(|it| it.answered == it.rows).count();
    let mut parts = Vec::new();
    if whole > 0 {
        parts.push(format!("all of {}", names(shared.iter().filter(|it| it.answered == it.rows))));
    }
    parts.extend(shared.iter().filter(|it| it.answered < it.rows).map(|it| {
        format!("{} of {} of {}", thousands(it.answered), count(it.rows, "row"), NAME.paint(&it.reuse.name))
    }));
    format!(
        "\n  {} {} · {}\n",
        FAINT.paint("known from earlier runs"),
        parts.join(", "),
        FAINT.paint("--explain says more")
    )
}

fn names<'s>(spared: impl Iterator<Item = &'s &'s Spared>) -> String {
    spared.map(|it| NAME.paint(&it.reuse.name)).collect::<Vec<_>>().join(", ")
}

fn explained(spared: &[Spared]) -> String {
    if spared.is_empty() {
        return format!("\n  {}\n", FAINT.paint("the run goes on with its own rows; nothing of other runs is used"));
    }
    let mut table = table(["function", "known", "called", "why"]);
    for it in spared {
        let known = thousands(it.answered);
        let known = if it.answered == it.rows { GOOD.paint(known) } else { known };
        table.add_row([NAME.paint(&it.reuse.name), known, thousands(it.rows - it.answered.min(it.rows)), why(it)]);
    }
    wrap(&mut table);
    format!("\n{}", render(&table))
}

fn why(spared: &Spared) -> String {
    match (&spared.reuse.reused, &spared.reuse.change, &spared.not_reusable) {
        (Reused::All { run }, ..) => format!("nothing has changed since {}", short(run)),
        (_, Some(Change::NotReusable) | None, Some(reason)) => reason.to_string(),
        (Reused::Rows { .. }, Some(_), _) if spared.answered == spared.rows => {
            "rows with the same content are known".to_owned()
        }
        (Reused::Rows { .. }, Some(change), _) => format!("{change}; rows with the same content are known"),
        (Reused::Rows { .. }, None, _) => "rows with the same content are known".to_owned(),
        (Reused::Nothing, Some(change), _) => change.to_string(),
        (Reused::Nothing, None, _) => String::new(),
    }
}

/// The end of an id, which is what tells runs apart.
fn short(run: &RunId) -> &str {
    let id = run.as_str();
    id.get(id.len().saturating_sub(8)..).unwrap_or(id)
}
