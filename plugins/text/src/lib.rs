//! Scorers that compare texts.
//!
//! [`metrics`] holds the metrics as pure functions; [`scorers`] makes scorers of them.

pub mod metrics;
pub mod scorers;

use scorers::{edit, length, matching, numeric, overlap, pattern, rouge, translation};

scorebox_sdk::plugin! {
    scorers: [
        matching::exact_match,
        matching::contains,
        pattern::regex,
        matching::starts_with,
        matching::ends_with,
        length::length,
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
