use std::ops::Range;

use crate::bootstrap::{Bootstrap, BootstrapInterval};
use crate::number::{count, float, length};
use crate::random::Random;
use crate::resampling::{Resample, by_groups};
use crate::undefined::{Undefined, all_finite};

/// Different values of ratio data up to which every pair of them is compared.
const MOST_RATIO_VALUES: usize = 2000;

/// What the numbers of ratings mean, and so how bad a disagreement is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Codes of labels: the same or not.
    Nominal,
    /// An order: as bad as there are ratings in between.
    Ordinal,
    /// A scale: as bad as the square of the difference.
    Interval,
    /// A scale with a true zero and nothing below it: as bad as the square of the difference relative to the sum.
    Ratio,
}

/// Ratings of units, any number for each: who gave them does not matter, and what is missing is left out.
///
/// A unit with fewer than two ratings cannot be agreed on, and does not count.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ratings {
    values: Vec<f64>,
    ends: Vec<usize>,
}

impl Ratings {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a unit by the ratings that it was given.
    pub fn add(&mut self, ratings: &[f64]) {
        if ratings.len() >= 2 {
            self.values.extend_from_slice(ratings);
            self.ends.push(self.values.len());
        }
    }

    /// The units that count.
    #[must_use]
    pub fn units(&self) -> usize {
        self.ends.len()
    }

    /// The ratings of these units.
    #[must_use]
    pub fn ratings(&self) -> usize {
        self.values.len()
    }

    /// Krippendorff's alpha (2004, "Content Analysis", chapter 11): 1 for full agreement, 0 for that of chance, below it
    /// for less.
    ///
    /// Needs a unit with two ratings, and two different ratings. Takes O(n log n), but the square of the ratings of one unit for
    /// nominal and ratio data, and of the different values for ratio data: up to 2,000 of them. Checked against Krippendorff's examples and the package `krippendorff`.
    pub fn alpha(&self, level: Level) -> Result<f64, Undefined> {
        Coded::new(self, level)?.alpha(&mut (0..self.units()))
    }

    /// Alpha with its bootstrap interval, units being drawn (Zapf et al. 2016). Needs two units.
    pub fn alpha_interval(&self, level: Level, bootstrap: &Bootstrap) -> Result<BootstrapInterval, Undefined> {
        bootstrap.interval(&mut Coded::new(self, level)?)
    }
}

impl<R: AsRef<[f64]>> FromIterator<R> for Ratings {
    fn from_iter<I: IntoIterator<Item = R>>(units: I) -> Self {
        let mut ratings = Self::new();
        units.into_iter().for_each(|unit| ratings.add(unit.as_ref()));
        ratings
    }
}

/// Ratings as places among the different values.
struct Coded<'a> {
    level: Level,
    /// The different values, ascending; for scales in units of the greatest, from their middle on, where that keeps sums
    /// precise.
    values: Vec<f64>,
    codes: Vec<usize>,
    ends: &'a [usize],
    /// How often each value occurs in the units at hand.
    counts: Vec<u64>,
    /// What each value counts as in the units at hand, where disagreement is the square of a difference.
    scores: Vec<f64>,
}

impl<'a> Coded<'a> {
    fn new(ratings: &'a Ratings, level: Level) -> Result<Self, Undefined> {
        all_finite(&ratings.values)?;
        let mut values = ratings.values.clone();
        values.sort_unstable_by(f64::total_cmp);
        values.dedup_by(|a, b| a == b);
        let codes = ratings.values.iter().map(|rating| values.partition_point(|value| value < rating)).collect();
        if level == Level::Ratio {
            check_ratio(&values)?;
        }
        rescale(&mut values, level);
        let (counts, scores) = (vec![0; values.len()], vec![0.0; values.len()]);
        Ok(Self { level, values, codes, ends: &ratings.ends, counts, scores })
    }

    fn unit(&self, unit: usize) -> Range<usize> {
        let start = if unit == 0 { 0 } else { self.ends[unit - 1] };
        start..self.ends[unit]
    }

    /// Alpha of some units, of which one may come several times.
    fn alpha(&mut self, units: &mut dyn Iterator<Item = usize>) -> Result<f64, Undefined> {
        let units: Vec<usize> = units.collect();
        self.counts.fill(0);
        for unit in &units {
            for place in self.unit(*unit) {
                self.counts[self.codes[place]] += 1;
            }
        }
        let n: u64 = self.counts.iter().sum();
        if n == 0 {
            return Err(Undefined::TooFew { needed: 1, found: 0 });
        }
        if self.counts.contains(&n) {
            return Err(Undefined::NoVariance);
        }
        self.score();
        let within = |unit: &usize| {
            let codes = &self.codes[self.unit(*unit)];
            self.disagreement(codes) / (length(codes.len()) - 1.0)
        };
        let observed = units.iter().map(within).sum::<f64>() / float(n);
        let expected = self.disagreement_of_all(n) / (float(n) * (float(n) - 1.0));
        Ok(1.0 - observed / expected)
    }

    /// For an order, a value counts as the mean of its ranks: the difference of two is the number of ratings in between,
    /// those of the two values counting half (Krippendorff's ordinal metric).
    fn score(&mut self) {
        match self.level {
            Level::Ordinal => {
                let mut before = 0;
                let n = float(self.counts.iter().sum());
                for (score, count) in self.scores.iter_mut().zip(&self.counts) {
                    *score = (float(before) + float(*count) / 2.0) / n - 0.5;
                    before += count;
                }
            }
            Level::Nominal | Level::Interval | Level::Ratio => self.scores.copy_from_slice(&self.values),
        }
    }

    /// The disagreement of all ordered pairs of some ratings.
    fn disagreement(&self, codes: &[usize]) -> f64 {
        match self.level {
            Level::Ordinal | Level::Interval => {
                let scores = || codes.iter().map(|code| self.scores[*code]);
                let centre = scores().sum::<f64>() / length(codes.len());
                2.0 * length(codes.len()) * scores().map(|score| (score - centre).powi(2)).sum::<f64>()
            }
            Level::Nominal | Level::Ratio => {
                let pairs = codes
                    .iter()
                    .enumerate()
                    .flat_map(|(place, one)| codes[..place].iter().map(|other| self.distance(*one, *other)));
                2.0 * pairs.sum::<f64>()
            }
        }
    }

    /// The disagreement of all ordered pairs of the ratings at hand.
    fn disagreement_of_all(&self, n: u64) -> f64 {
        let counted = || self.scores.iter().zip(&self.counts).map(|(score, count)| (*score, float(*count)));
        match self.level {
            Level::Nominal => float(n).powi(2) - counted().map(|(_, count)| count * count).sum::<f64>(),
            Level::Ordinal | Level::Interval => {
                let centre = counted().map(|(score, count)| score * count).sum::<f64>() / float(n);
                2.0 * float(n) * counted().map(|(score, count)| count * (score - centre).powi(2)).sum::<f64>()
            }
            Level::Ratio => {
                let counts = &self.counts;
                let pairs = (0..counts.len()).flat_map(|one| {
                    (0..one).map(move |other| float(counts[one]) * float(counts[other]) * self.distance(one, other))
                });
                2.0 * pairs.sum::<f64>()
            }
        }
    }

    fn distance(&self, one: usize, other: usize) -> f64 {
        if one == other {
            return 0.0;
        }
        match self.level {
            Level::Ratio => ((self.values[one] - self.values[other]) / (self.values[one] + self.values[other])).powi(2),
            Level::Nominal | Level::Ordinal | Level::Interval => 1.0,
        }
    }
}

impl Resample for Coded<'_> {
    fn units(&self) -> u64 {
        count(self.ends.len())
    }

    fn visits(&self) -> u64 {
        let values = count(self.values.len());
        2 * count(self.codes.len()) + if self.level == Level::Ratio { values * values / 2 } else { 2 * values }
    }

    fn whole(&mut self) -> Result<f64, Undefined> {
        self.alpha(&mut (0..self.ends.len()))
    }

    fn draw(&mut self, random: &mut Random) -> Result<f64, Undefined> {
        let units = self.ends.len();
        self.alpha(&mut (0..units).map(|_| random.below(units)))
    }

    fn left_out(&mut self, most: usize) -> Vec<(f64, f64)> {
        by_groups(self.ends.len(), most, |kept| self.alpha(kept))
    }
}

fn check_ratio(values: &[f64]) -> Result<(), Undefined> {
    if let Some(least) = values.first().filter(|least| **least < 0.0) {
        return Err(Undefined::OutOfRange { what: "a rating of ratio data", found: *least, expected: "0 or more" });
    }
    if values.len() > MOST_RATIO_VALUES {
        return Err(Undefined::TooMany { limit: MOST_RATIO_VALUES, found: values.len() });
    }
    Ok(())
}

/// Moves and scales values to between −1 and 1, or 0 and 1 for ratios, so that no sum of squares is beyond a float.
fn rescale(values: &mut [f64], level: Level) {
    let (Some(least), Some(greatest)) = (values.first().copied(), values.last().copied()) else { return };
    let centre = if level == Level::Ratio { 0.0 } else { least / 2.0 + greatest / 2.0 };
    let reach = if level == Level::Ratio { greatest } else { greatest / 2.0 - least / 2.0 };
    if reach > 0.0 {
        values.iter_mut().for_each(|value| *value = (*value - centre) / reach);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LEVELS: [Level; 4] = [Level::Nominal, Level::Ordinal, Level::Interval, Level::Ratio];

    /// Krippendorff (2011), "Computing Krippendorff's Alpha-Reliability", section C: four observers and twelve units.
    fn krippendorffs() -> Ratings {
        const NONE: f64 = f64::NAN;
        let observers = [
            [1.0, 2.0, 3.0, 3.0, 2.0, 1.0, 4.0, 1.0, 2.0, NONE, NONE, NONE],
            [1.0, 2.0, 3.0, 3.0, 2.0, 2.0, 4.0, 1.0, 2.0, 5.0, NONE, 3.0],
            [NONE, 3.0, 3.0, 3.0, 2.0, 3.0, 4.0, 2.0, 2.0, 5.0, 1.0, NONE],
            [1.0, 2.0, 3.0, 3.0, 2.0, 4.0, 4.0, 1.0, 2.0, 5.0, 1.0, NONE],
        ];
        let given = |unit: usize| observers.iter().map(move |ratings| ratings[unit]).filter(|rating| !rating.is_nan());
        (0..12).map(|unit| given(unit).collect::<Vec<_>>()).collect()
    }

    #[test]
    fn alphas_are_those_of_krippendorff() {
        let ratings = krippendorffs();
        assert_eq!((ratings.units(), ratings.ratings()), (11, 40));
        let alphas = LEVELS.map(|level| (ratings.alpha(level).unwrap() * 1000.0).round() / 1000.0);
        assert_eq!(alphas, [0.743, 0.815, 0.849, 0.797]);
    }

    #[test]
    fn alphas_are_those_of_the_package_krippendorff() {
        // krippendorff.alpha(ratings, level_of_measurement=...), 0.9.0
        let units = [
            "342", "555", "211", "354", "13", "333", "4335", "1222", "5515", "123", "555", "242", "5333", "533", "111",
            "2115", "111", "1111", "131", "51", "11", "54", "444", "222", "422", "3", "232", "555", "11", "415",
        ];
        let given = |unit: &str| unit.bytes().map(|digit| f64::from(digit - b'0')).collect::<Vec<_>>();
        let ratings: Ratings = units.into_iter().map(given).collect();
        let expected =
            [0.387_054_161_162_483_5, 0.523_084_890_319_359_2, 0.520_819_563_780_568_6, 0.519_580_314_326_145_2];
        for (level, alpha) in LEVELS.into_iter().zip(expected) {
            assert!((ratings.alpha(level).unwrap() - alpha).abs() < 1e-12, "{level:?}");
        }
    }

    #[test]
    fn what_cannot_be_agreed_on_is_undefined() {
        for level in LEVELS {
            let of = |units: &[&[f64]]| units.iter().collect::<Ratings>().alpha(level);
            assert_eq!(of(&[&[1.0], &[]]), Err(Undefined::TooFew { needed: 1, found: 0 }));
            assert_eq!(of(&[&[2.0, 2.0], &[2.0, 2.0, 2.0]]), Err(Undefined::NoVariance));
            assert_eq!(of(&[&[1.0, f64::NAN]]), Err(Undefined::NotFinite));
        }
        let negative: Ratings = [[-1.0, 2.0]].iter().collect();
        assert!(matches!(negative.alpha(Level::Ratio), Err(Undefined::OutOfRange { .. })));
        let many: Ratings = (0..1500_u32).map(|i| [f64::from(i), f64::from(i) + 0.5]).collect();
        assert_eq!(many.alpha(Level::Ratio), Err(Undefined::TooMany { limit: MOST_RATIO_VALUES, found: 3000 }));
    }

    #[test]
    fn an_interval_holds_alpha() {
        for level in LEVELS {
            let ratings = krippendorffs();
            let found = ratings.alpha_interval(level, &Bootstrap::default()).unwrap();
            assert_eq!(Ok(found.estimate), ratings.alpha(level));
            assert!(found.interval.contains(found.estimate) && found.interval.high <= 1.0, "{found:?}");
            assert!(found.interval.width() > 0.1, "{found:?}");
        }
    }

    #[test]
    fn many_ratings_take_bounded_work() {
        let ratings: Ratings =
            (0..100_000_u32).map(|i| [f64::from(i % 7), f64::from((i + u32::from(i % 5 == 0)) % 7)]).collect();
        let found = ratings.alpha_interval(Level::Nominal, &Bootstrap::default()).unwrap();
        assert_eq!(found.resamples, 200);
        assert!((found.estimate - (1.0 - 0.2 * 7.0 / 6.0)).abs() < 0.005, "{found:?}");
        assert!(found.interval.width() < 0.01, "{found:?}");
    }

    proptest! {
        #[test]
        fn full_agreement_is_1(units in proptest::collection::vec((0_u8..5, 2_usize..5), 2..50)) {
            prop_assume!(units.iter().any(|unit| unit.0 != units[0].0));
            let ratings: Ratings = units.iter().map(|(value, raters)| vec![f64::from(*value); *raters]).collect();
            for level in LEVELS {
                prop_assert!((ratings.alpha(level).unwrap() - 1.0).abs() < 1e-12);
            }
        }

        #[test]
        fn scales_can_be_moved_and_stretched(
            units in proptest::collection::vec(proptest::collection::vec(0.0..10.0, 2..5), 2..30),
            scale in 0.1..1e3,
            shift in -1e3..1e3,
        ) {
            let of = |change: &dyn Fn(f64) -> f64, level| {
                let changed = units.iter().map(|unit| unit.iter().map(|rating| change(*rating)).collect::<Vec<_>>());
                changed.collect::<Ratings>().alpha(level).unwrap()
            };
            let same = |change: &dyn Fn(f64) -> f64, level| (of(change, level) - of(&|it| it, level)).abs() < 1e-7;
            prop_assert!(same(&|it| it * scale + shift, Level::Interval));
            prop_assert!(same(&|it| it * scale + shift, Level::Ordinal));
            prop_assert!(same(&|it| it.exp(), Level::Ordinal));
            prop_assert!(same(&|it| it * scale, Level::Ratio));
            prop_assert!(of(&|it| it, Level::Nominal) <= 1.0);
        }
    }
}
