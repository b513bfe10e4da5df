use std::fmt;
use std::time::Duration;

use jiff::SignedDuration;
use scorebox_core::Cost;
use scorebox_stats::Interval;

use super::metric::Unit;
use crate::number::{float, whole};
use crate::shown;

/// What a metric is held against.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Bound {
    /// A number, in the unit of the metric.
    Number(f64),
    /// A share, in percent.
    Percent(f64),
    /// A time.
    Time(Duration),
}

/// Why a text is no bound of a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoBound {
    /// It is neither a number nor a percentage.
    Value,
    /// It is no count.
    Count,
    /// It is no amount of dollars.
    Dollars,
    /// It is no time with its unit.
    Time,
}

impl Bound {
    /// The bound in the unit of the metric, where a time counts in nanoseconds.
    #[must_use]
    pub fn value(self) -> f64 {
        match self {
            Self::Number(number) => number,
            Self::Percent(percent) => percent / 100.0,
            Self::Time(time) => nanoseconds(time),
        }
    }

    pub(super) fn parse(text: &str, unit: Unit) -> Result<Self, NoBound> {
        match unit {
            Unit::Value => match text.strip_suffix('%') {
                Some(percent) => number(percent.trim_end()).map(Self::Percent).ok_or(NoBound::Value),
                None => number(text).map(Self::Number).ok_or(NoBound::Value),
            },
            Unit::Count => number(text).map(Self::Number).ok_or(NoBound::Count),
            Unit::Dollars => number(text).map(Self::Number).ok_or(NoBound::Dollars),
            Unit::Time => {
                let time = text.parse::<SignedDuration>().ok().and_then(|time| Duration::try_from(time).ok());
                time.map(Self::Time).ok_or(NoBound::Time)
            }
        }
    }

    /// The bound as sentences show it.
    pub(super) fn shown(self, unit: Unit) -> String {
        match (self, unit) {
            (Self::Number(number), Unit::Count) if number >= 0.0 && number.fract() == 0.0 => {
                shown::thousands(whole(number))
            }
            (Self::Number(number), Unit::Dollars) => dollars(number),
            (Self::Number(number), _) => shown::bound(number),
            (Self::Percent(percent), _) => format!("{percent} %"),
            (Self::Time(time), _) => format!("{time:?}"),
        }
    }

    /// Something measured, as it stands beside the bound.
    pub(super) fn shown_beside(self, observed: f64, interval: Option<Interval>, unit: Unit) -> String {
        match (unit, self) {
            (Unit::Value, Self::Percent(_)) => percent(observed, interval),
            (Unit::Value, _) => shown::estimate(observed, interval),
            (Unit::Count, _) => shown::thousands(whole(observed)),
            (Unit::Dollars, _) => dollars(observed),
            (Unit::Time, _) => shown::duration(Duration::from_nanos(whole(observed))),
        }
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(formatter, "{number}"),
            Self::Percent(percent) => write!(formatter, "{percent}%"),
            Self::Time(time) => write!(formatter, "{time:?}"),
        }
    }
}

/// A finite number in decimal digits.
fn number(text: &str) -> Option<f64> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+' | b'e' | b'E'));
    text.parse().ok().filter(|number: &f64| is_plain && number.is_finite())
}

/// Shares in percent, with one decimal: `91.2 % [89.3 %, 92.8 %]`.
fn percent(share: f64, interval: Option<Interval>) -> String {
    let shown = |share: f64| format!("{:.1} %", share * 100.0);
    match interval {
        Some(interval) => format!("{} [{}, {}]", shown(share), shown(interval.low), shown(interval.high)),
        None => shown(share),
    }
}

fn dollars(amount: f64) -> String {
    Cost::from_dollars(amount).map_or_else(|_| format!("${amount}"), |cost| cost.to_string())
}

fn nanoseconds(time: Duration) -> f64 {
    float(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX))
}
