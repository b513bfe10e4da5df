use serde::{Deserialize, Serialize};

/// How often an interval made this way holds the true value: strictly between 0 and 1, by default 0.95.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Confidence(f64);

/// The number is no level of confidence.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error(
    "{0} is no level of confidence: an interval holds the true value sometimes but not always; use one such as 0.95"
)]
pub struct InvalidConfidence(f64);

impl Confidence {
    /// A level between 0 and 1, both excluded.
    pub fn new(level: f64) -> Result<Self, InvalidConfidence> {
        if level > 0.0 && level < 1.0 { Ok(Self(level)) } else { Err(InvalidConfidence(level)) }
    }

    /// The level.
    #[must_use]
    pub fn level(self) -> f64 {
        self.0
    }

    /// The probability of missing the true value on one side.
    pub(crate) fn tail(self) -> f64 {
        (1.0 - self.0) / 2.0
    }
}

impl Default for Confidence {
    fn default() -> Self {
        Self(0.95)
    }
}

impl TryFrom<f64> for Confidence {
    type Error = InvalidConfidence;

    fn try_from(level: f64) -> Result<Self, InvalidConfidence> {
        Self::new(level)
    }
}

impl From<Confidence> for f64 {
    fn from(confidence: Confidence) -> Self {
        confidence.0
    }
}

/// Where a value is thought to lie, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

impl Interval {
    /// The interval that reaches equally far to both sides.
    pub(crate) fn around(centre: f64, reach: f64) -> Self {
        Self { low: centre - reach, high: centre + reach }
    }

    /// Whether a value lies within, the ends included.
    #[must_use]
    pub fn contains(&self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }

    /// From end to end.
    #[must_use]
    pub fn width(&self) -> f64 {
        self.high - self.low
    }

    /// What of it lies within bounds that the value cannot leave, as 0 and 1 for a rate.
    #[must_use]
    pub fn within(self, least: f64, greatest: f64) -> Self {
        Self { low: self.low.clamp(least, greatest), high: self.high.clamp(least, greatest) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_is_strictly_between_0_and_1() {
        for level in [0.0, 1.0, -0.5, 95.0, f64::NAN] {
            assert!(Confidence::new(level).is_err(), "{level}");
        }
        let text = Confidence::new(95.0).unwrap_err().to_string();
        assert!(text.starts_with("95 is no level of confidence: "), "{text}");
        assert!(serde_json::from_str::<Confidence>("1.5").is_err());
        assert_eq!(serde_json::from_str::<Confidence>("0.9").unwrap().level(), 0.9);
    }

    #[test]
    fn an_interval_includes_its_ends() {
        let interval = Interval { low: -1.0, high: 2.0 };
        assert!(interval.contains(-1.0) && interval.contains(2.0) && !interval.contains(2.1));
        assert_eq!(interval.within(0.0, 1.0), Interval { low: 0.0, high: 1.0 });
        assert_eq!(serde_json::to_string(&interval).unwrap(), r#"{"low":-1.0,"high":2.0}"#);
    }
}
