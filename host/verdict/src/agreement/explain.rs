//! What agreement says, in sentences.

use super::report::{JudgeAgreement, Statistic};
use crate::shown;

/// The words of Landis and Koch (1977) for a kappa. They are a convention that has no more ground than that people use it.
#[must_use]
pub fn interpretation(kappa: f64) -> &'static str {
    match kappa {
        ..0.0 => "poor",
        0.0..=0.2 => "slight",
        0.2..=0.4 => "fair",
        0.4..=0.6 => "moderate",
        0.6..=0.8 => "substantial",
        _ => "almost perfect",
    }
}

impl JudgeAgreement {
    /// One or two sentences: how far the judge agrees with people beyond chance, and what people themselves come to.
    #[must_use]
    pub fn sentence(&self) -> String {
        let rows = shown::count(self.n, "row");
        let Some((name, kappa)) = self.main_kappa() else {
            return format!("{}{}", self.without_kappa(&rows), self.people_sentence());
        };
        let word = interpretation(kappa.value);
        format!(
            "{name} {} on {rows}: {word} agreement, in the words of Landis and Koch (1977), which are a convention.{}",
            shown_statistic(kappa),
            self.people_sentence()
        )
    }

    /// The kappa that suits the verdicts: quadratic weights where these have an order.
    fn main_kappa(&self) -> Option<(&'static str, Statistic)> {
        let weighted = self.kappa.quadratic.map(|kappa| ("Quadratic kappa", kappa));
        weighted.or_else(|| self.kappa.plain.map(|kappa| ("Kappa", kappa)))
    }

    fn without_kappa(&self, rows: &str) -> String {
        match (self.n, &self.numbers) {
            (0, _) => "No row has a verdict of both the judge and people.".to_owned(),
            (_, Some(numbers)) if numbers.spearman.is_some() => {
                let spearman = numbers.spearman.map(shown::number).unwrap_or_default();
                let bias = shown::signed(numbers.bias.value);
                format!("Correlation of ranks {spearman} on {rows}; the judge is {bias} from people on average.")
            }
            _ => format!("No kappa on {rows}: nothing but a single verdict is there to agree on."),
        }
    }

    fn people_sentence(&self) -> String {
        let Some(people) = &self.people else { return String::new() };
        let rows = shown::count(people.rows, "row");
        match people.alpha {
            Some(alpha) => {
                let alpha = shown_statistic(alpha);
                format!(" People agree with each other at alpha {alpha} ({rows}): as far as a judge can be held to.")
            }
            None => format!(" How far people agree with each other cannot be told ({rows})."),
        }
    }
}

/// Such as `0.718 [0.604, 0.832]`.
fn shown_statistic(statistic: Statistic) -> String {
    shown::estimate(statistic.value, statistic.interval)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_of_landis_and_koch() {
        let words = [-0.1, 0.0, 0.2, 0.21, 0.41, 0.61, 0.8, 0.81, 1.0].map(interpretation);
        let expected = [
            "poor",
            "slight",
            "slight",
            "fair",
            "moderate",
            "substantial",
            "substantial",
            "almost perfect",
            "almost perfect",
        ];
        assert_eq!(words, expected);
    }
}
