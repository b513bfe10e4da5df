//! The scorer that the engine's benchmark calls, natively and as a component.

use scorebox_sdk::{Example, Result, scorer};

/// Settings of `exact_match`.
#[scorebox_sdk::config]
struct ExactMatch {
    /// The key of the expectation to compare with.
    #[default("expected_response".to_owned())]
    key: String,
}

/// Whether the outputs equal an expectation as JSON values, with every field of the example parsed.
#[scorer(requires(inputs, outputs, expectations), returns = boolean)]
fn exact_match(example: &Example, config: &ExactMatch) -> Result<bool> {
    let inputs = example.inputs()?.value()?;
    let outputs = example.outputs()?.value()?;
    let expectations = example.expectations()?.value()?;
    Ok(inputs.is_object() && expectations.get(&config.key) == Some(&outputs))
}

scorebox_sdk::plugin! { scorers: [exact_match] }
