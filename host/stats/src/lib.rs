//! The statistics of an evaluation: intervals, tests of a difference, agreement, power.
//!
//! Pure functions over numbers. A statistic that has no value is an [`Undefined`], never a NaN; what is random is seeded
//! and comes out the same on every machine. This crate must never know rows, runs, scorers or files.
//! What each statistic needs, where it comes from and what it was checked against: `host/stats/docs/statistics.md`.

mod binomial;
mod bootstrap;
mod clustered;
mod confusion;
mod correlation;
mod distribution;
mod fisher;
mod interval;
mod kappa;
mod krippendorff;
mod mcnemar;
mod mean;
mod multiple;
mod number;
mod paired;
mod permutation;
mod power;
mod proportion;
mod quantile;
mod random;
mod ranks;
mod repeats;
mod resampling;
mod undefined;
mod wilcoxon;

pub use bootstrap::{Bootstrap, BootstrapInterval, BootstrapMethod};
pub use clustered::Clusters;
pub use confusion::Confusion;
pub use correlation::{pearson, spearman};
pub use fisher::fisher_exact;
pub use interval::{Confidence, Interval, InvalidConfidence};
pub use kappa::{Kappa, Weights, cohen_kappa};
pub use krippendorff::{Level, Ratings};
pub use mcnemar::{ChiSquared, PairedCounts, sign_test};
pub use mean::{MeanEstimate, Moments, mean};
pub use multiple::holm;
pub use paired::{PairedT, differences, paired_t};
pub use permutation::{PermutationMethod, PermutationTest, SignFlips};
pub use power::{Power, detectable_difference, values_needed};
pub use proportion::{agresti_coull, clopper_pearson, wald, wilson};
pub use quantile::{QuantileRanks, median, quantile, quantile_interval, quantile_of_sorted, quantile_ranks};
pub use repeats::{PassRate, PassRates, pass_at_k, pass_pow_k};
pub use undefined::Undefined;
pub use wilcoxon::{Wilcoxon, WilcoxonMethod, wilcoxon_signed_rank};
