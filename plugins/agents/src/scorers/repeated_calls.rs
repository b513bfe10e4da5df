use std::collections::BTreeMap;

use scorebox_sdk::serde_json::{Map, Value};
use scorebox_sdk::{Example, Feedback, Result, config, json, scorer};

use super::listed;
use crate::calls::{self, ToolCall};

/// Settings of `repeated_calls`.
#[config]
pub(crate) struct RepeatedCalls {
    /// How often a call may be made again with the same arguments; 0 without it.
    #[default(0)]
    max_repeats: usize,
}

/// Whether no tool call is made again, with the same arguments, more often than allowed.
#[scorer(requires(), uses(outputs, trace), returns = boolean)]
pub(crate) fn repeated_calls(example: &Example, config: &RepeatedCalls) -> Result<Feedback> {
    let calls = calls::made(example)?;
    let total = calls.len();
    let allowed = config.max_repeats.saturating_add(1);
    let too_often: Vec<(ToolCall, usize)> = counted(calls).into_iter().filter(|(_, times)| *times > allowed).collect();
    let rationale = match too_often.is_empty() {
        true => format!("none of {total} calls is made more than {}", times(allowed)),
        false => {
            let all: Vec<String> = too_often.iter().map(|(call, count)| format!("{call} {}", times(*count))).collect();
            format!("made more than {}: {}", times(allowed), listed(&all))
        }
    };
    let repeated: Vec<Value> =
        too_often.iter().map(|(call, times)| json!({ "call": call.to_string(), "times": times })).collect();
    Ok(Feedback::new(too_often.is_empty())
        .with_rationale(rationale)
        .with_metadata("repeated", repeated)
        .with_metadata("calls", total))
}

fn times(count: usize) -> String {
    if count == 1 { "once".to_owned() } else { format!("{count} times") }
}

/// Each call and how often it is made. Arguments that nobody recorded are none.
fn counted(calls: Vec<ToolCall>) -> Vec<(ToolCall, usize)> {
    let mut counts: BTreeMap<String, Vec<(Value, usize)>> = BTreeMap::new();
    for ToolCall { name, arguments } in calls {
        let arguments = arguments.unwrap_or_else(|| Value::Object(Map::new()));
        let of_tool = counts.entry(name).or_default();
        match of_tool.iter_mut().find(|(known, _)| *known == arguments) {
            Some((_, times)) => *times += 1,
            None => of_tool.push((arguments, 1)),
        }
    }
    let call = |name: &String, arguments| ToolCall { name: name.clone(), arguments: Some(arguments) };
    counts
        .into_iter()
        .flat_map(|(name, all)| all.into_iter().map(move |(arguments, times)| (call(&name, arguments), times)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{metadata, score, tool, traced};

    fn search(queries: &[u8]) -> Example {
        traced(&queries.iter().map(|query| tool("search", &json!({ "q": query, "k": 5 }))).collect::<Vec<_>>())
    }

    #[test]
    fn the_same_arguments_twice_are_a_repeat_and_others_are_not() {
        assert_eq!(score("repeated_calls", &json!({}), &search(&[1, 2, 3])).unwrap().value, true.into());
        let feedback = score("repeated_calls", &json!({}), &search(&[1, 2, 1])).unwrap();
        assert_eq!(feedback.value, false.into());
        assert_eq!(feedback.rationale.as_deref(), Some(r#"made more than once: `search({"k":5,"q":1}) 2 times`"#));
        assert_eq!(metadata(&feedback, "calls"), "3");
    }

    #[test]
    fn as_many_repeats_as_allowed_pass() {
        let config = json!({ "max_repeats": 1 });
        assert_eq!(score("repeated_calls", &config, &search(&[1, 2, 1])).unwrap().value, true.into());
        assert_eq!(score("repeated_calls", &config, &search(&[1, 1, 1])).unwrap().value, false.into());
    }

    #[test]
    fn calls_without_arguments_are_equal() {
        let span = |name: &str| tool(name, &Value::Null);
        let example = traced(&[span("now"), span("later"), tool("now", &json!({}))]);
        assert_eq!(score("repeated_calls", &json!({}), &example).unwrap().value, false.into());
        let example = traced(&[span("now"), span("later")]);
        assert_eq!(score("repeated_calls", &json!({}), &example).unwrap().value, true.into());
    }
}
