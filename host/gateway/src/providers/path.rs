//! Names in paths of URLs.

use std::fmt::Write as _;

use super::NotSupported;

/// A name as one segment of a path, or as a value in a query: what RFC 3986 does not call unreserved is escaped.
pub(super) fn escaped(name: &str) -> String {
    let mut segment = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            segment.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(segment, "%{byte:02X}");
        }
    }
    segment
}

/// A model's name as one segment of a path. Dots alone would be another path, however they are escaped.
pub(super) fn segment(model: &str) -> Result<String, NotSupported> {
    if matches!(model, "" | "." | "..") {
        return Err(NotSupported(format!("`{model}` is no model's name; give the name that the provider has for it")));
    }
    Ok(escaped(model))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_leave_its_segment() {
        assert_eq!(segment("gpt-4.1_mini~x").unwrap(), "gpt-4.1_mini~x");
        assert_eq!(segment("../x").unwrap(), "..%2Fx");
        assert_eq!(escaped("a/b?c#d%e é"), "a%2Fb%3Fc%23d%25e%20%C3%A9");
        for name in ["", ".", ".."] {
            assert!(segment(name).unwrap_err().0.contains("no model's name"), "{name}");
        }
    }
}
