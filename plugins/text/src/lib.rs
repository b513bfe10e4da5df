//! Scorers that compare texts, and that look at one.
//!
//! [`metrics`] holds the metrics and [`detectors`] the finders of personal data, both as pure functions; [`scorers`]
//! makes scorers of them.

pub mod detectors;
pub mod metrics;
pub mod scorers;

use scorers::{edit, length, matching, numeric, overlap, pattern, pii, rouge, translation};

scorebox_sdk::plugin! {
    scorers: [
        matching::exact_match,
        matching::contains,
        pattern::regex,
        pattern::regex_match,
        matching::starts_with,
        matching::ends_with,
        length::length,
        length::response_length,
        pii::pii_detection,
        edit::levenshtein,
        edit::damerau_levenshtein,
        edit::jaro_winkler,
        edit::fuzzy_ratio,
        edit::token_set_ratio,
        translation::bleu,
        translation::chrf,
        translation::ter,
        translation::gleu,
        rouge::rouge,
        overlap::token_f1,
        numeric::numeric_difference,
    ]
}
