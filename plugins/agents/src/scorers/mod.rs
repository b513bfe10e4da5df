//! The scorers.

mod bounds;
pub(crate) mod latency;
pub(crate) mod repeated_calls;
pub(crate) mod step_count;
pub(crate) mod token_usage;
pub(crate) mod tool_arguments;
pub(crate) mod tool_call_f1;
pub(crate) mod tool_errors;
pub(crate) mod tool_order;
pub(crate) mod tools_used;
pub(crate) mod trajectory_match;

/// A share of a count; 1 of nothing.
#[expect(clippy::cast_precision_loss, reason = "no trace has 2^53 calls")]
fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 1.0 } else { part as f64 / whole as f64 }
}

/// Names or calls as a rationale lists them.
fn listed<T: std::fmt::Display>(items: &[T]) -> String {
    const MOST: usize = 5;

    let mut list = items.iter().take(MOST).map(|item| format!("`{item}`")).collect::<Vec<_>>().join(", ");
    if items.is_empty() {
        list.push_str("nothing");
    }
    if items.len() > MOST {
        list += &format!(" and {} more", items.len() - MOST);
    }
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_cut_and_never_empty() {
        assert_eq!(listed(&["a", "b"]), "`a`, `b`");
        assert_eq!(listed(&[""; 0]), "nothing");
        assert_eq!(listed(&["a"; 7]), "`a`, `a`, `a`, `a`, `a` and 2 more");
    }

    #[test]
    fn all_of_nothing_is_there() {
        assert_eq!((share(1, 4), share(0, 0)), (0.25, 1.0));
    }
}
