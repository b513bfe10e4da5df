use scorebox_sdk::{Example, Feedback, Result, scorer};

/// Settings of `mentions`.
#[scorebox_sdk::config]
pub struct Mentions {
    /// Whether `Paris` and `paris` are the same.
    #[default(false)]
    ignore_case: bool,
}

/// Whether the output mentions the expected response.
#[scorer(requires(outputs, expectations), returns = boolean)]
pub fn mentions(example: &Example, config: &Mentions) -> Result<Feedback> {
    let output = example.outputs_text()?;
    let expected = example.expectation_text("expected_response")?;
    let is_there = if config.ignore_case {
        output.to_lowercase().contains(&expected.to_lowercase())
    } else {
        output.contains(&*expected)
    };
    let feedback = Feedback::new(is_there);
    Ok(if is_there { feedback } else { feedback.with_rationale(format!("`{expected}` is not mentioned")) })
}

scorebox_sdk::plugin! { scorers: [mentions] }

#[cfg(test)]
mod tests {
    use scorebox_sdk::json;

    use super::*;

    #[test]
    fn case_can_be_ignored() {
        let example = Example::new("1")
            .with_outputs("It is paris.")
            .with_expectations(json!({ "expected_response": "Paris" }));
        assert_eq!(mentions(&example, &Mentions { ignore_case: true }).unwrap().value, true.into());
        assert_eq!(mentions(&example, &Mentions { ignore_case: false }).unwrap().value, false.into());
    }
}
