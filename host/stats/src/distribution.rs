//! Tails and quantiles of the normal, t and χ² distributions.
//!
//! `statrs` does the work where it is precise. Measured against `SciPy` 1.17: its normal quantile, incomplete beta and
//! incomplete gamma functions are good to 1e-13 or better for the arguments used here, but its `erfc` only to 1e-10,
//! and its t quantile loses all but one digit at ten million degrees of freedom. So the normal tail comes from the
//! incomplete gamma function, and the t quantile is solved for here.

use std::f64::consts::FRAC_1_SQRT_2;

use statrs::distribution::{Continuous, ContinuousCDF, Normal, StudentsT};
use statrs::function::{beta, gamma};

/// Degrees of freedom from which the expansion of the t quantile is precise to 1e-13.
const MANY_DEGREES: f64 = 1000.0;
/// Newton's method takes about 60 steps in the worst case: one degree of freedom and a tail of 1e-16.
const MAX_STEPS: u32 = 200;

/// The probability that a standard normal variable is beyond `x`.
pub(crate) fn normal_tail(x: f64) -> f64 {
    let scaled = (x * FRAC_1_SQRT_2).powi(2);
    if scaled == 0.0 {
        return 0.5;
    }
    let both = if scaled.is_infinite() { 0.0 } else { gamma::gamma_ur(0.5, scaled) };
    if x > 0.0 { both / 2.0 } else { 1.0 - both / 2.0 }
}

/// The value that a standard normal variable exceeds with the probability `tail`, between 0 and 1.
pub(crate) fn normal_quantile(tail: f64) -> f64 {
    -Normal::standard().inverse_cdf(tail)
}

/// The probability that a t variable is at least as far from 0 as `t`.
pub(crate) fn t_two_sided(t: f64, degrees: f64) -> f64 {
    let squared = t * t;
    if squared.is_infinite() {
        return 0.0;
    }
    // Of the two forms, the one whose argument is not next to 1, where digits are lost.
    let p = if squared < 1.0 {
        1.0 - beta::beta_reg(0.5, degrees / 2.0, squared / (degrees + squared))
    } else {
        beta::beta_reg(degrees / 2.0, 0.5, degrees / (degrees + squared))
    };
    p.clamp(0.0, 1.0)
}

/// The value that a t variable exceeds with the probability `tail`, at most one half.
pub(crate) fn t_quantile(tail: f64, degrees: f64) -> f64 {
    let z = normal_quantile(tail);
    if degrees >= MANY_DEGREES { t_by_expansion(z, degrees) } else { t_by_newton(z, tail, degrees) }
}

/// Abramowitz and Stegun (1964), 26.7.5.
fn t_by_expansion(z: f64, degrees: f64) -> f64 {
    let square = z * z;
    let terms = [
        (square + 1.0) / 4.0,
        ((5.0 * square + 16.0) * square + 3.0) / 96.0,
        (((3.0 * square + 19.0) * square + 17.0) * square - 15.0) / 384.0,
        ((((79.0 * square + 776.0) * square + 1482.0) * square - 1920.0) * square - 945.0) / 92160.0,
    ];
    let correction = terms.iter().rev().fold(0.0, |sum, term| (sum + term) / degrees);
    z + z * correction
}

/// The tail of a t variable falls and is convex above 0, and its quantile is above the normal one, so that Newton's
/// method comes up to it from there without ever passing it.
fn t_by_newton(z: f64, tail: f64, degrees: f64) -> f64 {
    let Ok(distribution) = StudentsT::new(0.0, 1.0, degrees) else { return f64::NAN };
    let mut t = z.max(0.0);
    for _ in 0..MAX_STEPS {
        let step = (t_two_sided(t, degrees) / 2.0 - tail) / distribution.pdf(t);
        t += step;
        if step <= t * f64::EPSILON {
            break;
        }
    }
    t
}

/// The probability that a χ² variable with one degree of freedom is at least `x`.
pub(crate) fn chi_squared_tail(x: f64) -> f64 {
    if x > 0.0 { 2.0 * normal_tail(x.sqrt()) } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(actual: f64, expected: f64, relative: f64) {
        assert!((actual - expected).abs() <= expected.abs() * relative, "{actual:e} is not {expected:e}");
    }

    #[test]
    fn normal_tails_are_those_of_scipy() {
        // scipy.stats.norm.sf
        for (x, tail) in [
            (0.0, 0.5),
            (1e-300, 0.5),
            (0.9, 0.184_060_125_346_759_47),
            (1.0, 0.158_655_253_931_457_07),
            (6.0, 9.865_876_450_376_946e-10),
            (30.0, 4.906_713_927_147_908e-198),
            (-1.0, 0.841_344_746_068_542_9),
            (1e200, 0.0),
        ] {
            close(normal_tail(x), tail, 1e-13);
        }
    }

    #[test]
    fn t_quantiles_are_those_of_scipy() {
        // scipy.stats.t.isf
        for (tail, degrees, quantile) in [
            (0.025, 1.0, 12.706_204_736_174_705),
            (0.025, 2.0, 4.302_652_729_749_464),
            (0.000_1, 1.0, 3_183.098_757_118_151_3),
            (0.025, 49.0, 2.009_575_237_129_239_7),
            (0.1, 999.0, 1.282_399_570_037_397_1),
            (0.1, 9_999.0, 1.281_636_238_198_314),
            (0.025, 9_999.0, 1.960_201_263_621_357_7),
            (0.1, 1e7, 1.281_551_650_203_083),
            (0.025, 1e7, 1.959_964_221_767_205_5),
        ] {
            close(t_quantile(tail, degrees), quantile, 1e-12);
        }
    }

    #[test]
    fn t_quantiles_come_to_an_end_at_the_last_tail() {
        // scipy.stats.t.isf(1e-16, 1)
        close(t_quantile(1e-16, 1.0), 3_183_098_861_837_907.0, 1e-9);
    }

    #[test]
    fn both_ways_to_a_t_quantile_meet() {
        for tail in [0.4, 0.1, 0.025, 0.000_5] {
            let z = normal_quantile(tail);
            close(t_by_expansion(z, MANY_DEGREES), t_by_newton(z, tail, MANY_DEGREES), 1e-11);
        }
    }

    #[test]
    fn two_sided_t_tails_are_those_of_scipy() {
        // 2 * scipy.stats.t.sf
        for (t, degrees, p) in [
            (0.0, 5.0, 1.0),
            (2.0, 2.0, 0.183_503_419_072_273_97),
            (-2.0, 2.0, 0.183_503_419_072_273_97),
            (5.0, 49.0, 7.736_116_446_289_065e-6),
            (2.0, 999_999.0, 0.045_500_533_851_589_184),
            (f64::MAX, 3.0, 0.0),
        ] {
            close(t_two_sided(t, degrees), p, 1e-8);
        }
    }

    #[test]
    fn chi_squared_tails_are_those_of_scipy() {
        // scipy.stats.chi2.sf(x, 1)
        close(chi_squared_tail(0.025), 0.874_367_061_162_891_8, 1e-13);
        close(chi_squared_tail(30.0), 4.320_463_057_827_495_5e-8, 1e-13);
        close(chi_squared_tail(0.0), 1.0, 0.0);
    }
}
