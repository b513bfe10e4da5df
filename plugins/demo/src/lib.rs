//! A scorer with a bug, for demonstration: what happens to a run when a plugin crashes.

use scorebox_sdk::{Example, Result, scorer};

/// Demonstrates a crash: the percentage of capital letters in the output; panics where there are no letters.
#[scorer(requires(outputs), returns = integer)]
pub fn shouting(example: &Example) -> Result<u32> {
    let output = example.outputs_text()?;
    let (mut letters, mut capitals) = (0_u32, 0_u32);
    for character in output.chars() {
        letters += u32::from(character.is_alphabetic());
        capitals += u32::from(character.is_uppercase());
    }
    // The bug: an answer such as "1969" has no letters, and a division by zero is a panic.
    Ok(capitals * 100 / letters)
}

scorebox_sdk::plugin! { scorers: [shouting] }

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capital_letters_are_counted_among_the_letters() {
        assert_eq!(shouting(&Example::new("1").with_outputs("NO way!")).unwrap(), 40);
    }

    #[test]
    #[should_panic(expected = "divide by zero")]
    fn an_answer_without_letters_brings_the_bug_to_light() {
        let _ = shouting(&Example::new("1").with_outputs("1969"));
    }
}
