use std::fmt::Write as _;

use scorebox_gateway::{MeterReading, ModelReading};

use crate::terminal::{FAINT, NAME, WARN, count, thousands};

/// What happened between the run and its models, a line for each.
pub(crate) fn models(reading: &MeterReading) -> String {
    let mut text = String::new();
    for (model, reading) in &reading.models {
        // Writing to a String cannot fail.
        let _ = write!(text, "\n  {} {}", FAINT.paint("model"), NAME.paint(model));
        for part in parts(reading) {
            let _ = write!(text, " · {part}");
        }
        if reading.no_price {
            let _ = write!(text, " · {}", WARN.paint("no price known, so its cost is not counted: add it to [prices]"));
        }
    }
    if reading.http_exchanges > 0 {
        let _ = write!(text, "\n  {}  {}", FAINT.paint("http"), count(reading.http_exchanges, "exchange"));
    }
    if text.is_empty() { text } else { text + "\n" }
}

fn parts(reading: &ModelReading) -> Vec<String> {
    let mut parts = Vec::new();
    if reading.from_cassette > 0 {
        parts.push(format!("{} replayed", thousands(reading.from_cassette)));
    }
    if reading.from_cache > 0 {
        parts.push(format!("{} from the cache", thousands(reading.from_cache)));
    }
    if reading.sent > 0 {
        parts.push(format!("{} sent", thousands(reading.sent)));
        if reading.retries > 0 {
            parts.push(format!("{} of them again after a failure", thousands(reading.retries)));
        }
        if reading.rate_limited > 0 {
            parts.push(format!("{} rate-limited", thousands(reading.rate_limited)));
        }
        parts.push(format!("{} in, {} out", count(reading.input_tokens, "token"), thousands(reading.output_tokens)));
        parts.push(reading.cost.to_string());
    }
    parts
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn only_what_happened_is_said() {
        let reading =
            ModelReading { sent: 1_200, retries: 3, input_tokens: 5_000, output_tokens: 7, ..Default::default() };
        let replayed = ModelReading { from_cassette: 12, ..Default::default() };
        let models_read =
            BTreeMap::from([("openai:/a".parse().unwrap(), reading), ("openai:/b".parse().unwrap(), replayed)]);
        let text =
            anstream::adapter::strip_str(&models(&MeterReading { models: models_read, http_exchanges: 1 })).to_string();
        assert_eq!(
            text,
            "\n  model openai:/a · 1,200 sent · 3 of them again after a failure · 5,000 tokens in, 7 out · $0.00\
             \n  model openai:/b · 12 replayed\n  http  1 exchange\n"
        );
        assert_eq!(models(&MeterReading::default()), "");
    }
}
