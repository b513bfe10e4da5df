use std::fmt;
use std::iter::Sum;

use serde::{Deserialize, Serialize};

/// An amount of US dollars, exact to 10⁻¹², so that sums do not depend on their order. In JSON a number of dollars.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Cost(u64);

/// The amount is negative, not a number, or beyond 18 million dollars.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an amount of US dollars is a number from 0 to 18,000,000")]
pub struct InvalidCost;

const PICODOLLARS_PER_DOLLAR: f64 = 1e12;

impl Cost {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// So many picodollars (10⁻¹² dollars).
    #[must_use]
    pub const fn from_picodollars(picodollars: u64) -> Self {
        Self(picodollars)
    }

    /// So many dollars, rounded to a picodollar.
    pub fn from_dollars(dollars: f64) -> Result<Self, InvalidCost> {
        if !(0.0..=18_000_000.0).contains(&dollars) {
            return Err(InvalidCost);
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range was checked")]
        let picodollars = (dollars * PICODOLLARS_PER_DOLLAR).round() as u64;
        Ok(Self(picodollars))
    }

    /// The amount in dollars.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "fifteen digits are enough for people and reports")]
    pub fn dollars(self) -> f64 {
        self.0 as f64 / PICODOLLARS_PER_DOLLAR
    }

    /// Whether it is nothing.
    #[must_use]
    pub fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The sum; it stops at the greatest amount.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// What is left of it; it stops at nothing.
    #[must_use]
    pub fn minus(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// The part of the amount that so many of `whole` are, rounded down to a picodollar.
    #[must_use]
    pub fn share(self, part: u64, whole: u64) -> Self {
        let share = u128::from(self.0) * u128::from(part) / u128::from(whole.max(1));
        Self(u64::try_from(share).unwrap_or(u64::MAX))
    }

    /// So many times the amount.
    #[must_use]
    pub fn times(self, count: u64) -> Self {
        Self(self.0.saturating_mul(count))
    }
}

impl Sum for Cost {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Self::plus)
    }
}

impl TryFrom<f64> for Cost {
    type Error = InvalidCost;

    fn try_from(dollars: f64) -> Result<Self, InvalidCost> {
        Self::from_dollars(dollars)
    }
}

impl From<Cost> for f64 {
    fn from(cost: Cost) -> Self {
        cost.dollars()
    }
}

impl fmt::Display for Cost {
    /// Dollars with two decimals, and with more where the amount is small.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let dollars = self.dollars();
        let decimals = match dollars {
            0.0 => 2,
            0.0..0.001 => 6,
            0.001..0.1 => 4,
            _ => 2,
        };
        write!(formatter, "${dollars:.decimals$}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn amounts_are_dollars_in_json() {
        let cost: Cost = serde_json::from_str("0.00015").unwrap();
        assert_eq!(cost, Cost::from_picodollars(150_000_000));
        assert_eq!(serde_json::to_string(&cost).unwrap(), "0.00015");
        assert!(serde_json::from_str::<Cost>("-1").is_err());
        assert_eq!(Cost::from_dollars(f64::NAN), Err(InvalidCost));
    }

    #[test]
    fn small_amounts_are_shown_with_more_decimals() {
        let shown = [0.0, 0.000_012_3, 0.0123, 4.567].map(|dollars| Cost::from_dollars(dollars).unwrap().to_string());
        assert_eq!(shown, ["$0.00", "$0.000012", "$0.0123", "$4.57"]);
    }

    proptest! {
        #[test]
        fn amounts_survive_json(picodollars in 0..10_u64.pow(15)) {
            let cost = Cost::from_picodollars(picodollars);
            let json = serde_json::to_string(&cost).unwrap();
            prop_assert_eq!(serde_json::from_str::<Cost>(&json).unwrap(), cost);
        }
    }
}
