use scorebox_core::Json;

/// A value on one line, cut off where it is long.
pub(super) fn shorten(json: &Json, width: usize) -> String {
    let line = json.as_str().split_whitespace().collect::<Vec<_>>().join(" ");
    let mut characters = line.chars();
    let beginning: String = characters.by_ref().take(width).collect();
    if characters.next().is_none() { beginning } else { format!("{}…", beginning.trim_end()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_values_are_cut_and_short_ones_are_not() {
        let shown = |text: &str| shorten(&Json::parse(text).unwrap(), 8);
        assert_eq!(shown(r#""äbcdef""#), r#""äbcdef""#);
        assert_eq!(shown(r#""äbcdefg""#), r#""äbcdefg…"#);
        assert_eq!(shown("[ 1,\n  2 ]"), "[ 1, 2 ]");
    }
}
