use scorebox_sdk::{Example, Result, scorer};

/// Whether the output is exactly the expected response.
#[scorer(requires(outputs, expectations))]
fn exact_match(example: &Example) -> Result<bool> {
    Ok(example.outputs_text()? == example.expectation_text("expected_response")?)
}

scorebox_sdk::plugin! { scorers: [exact_match] }
