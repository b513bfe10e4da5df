//! The tokenizer "13a" of sacreBLEU, which stands in for WMT's mteval-v13a.

use super::whitespace::words;

/// The text with its tokens parted by white space.
pub(super) fn tokenize(text: &str) -> String {
    let text = text.replace("<skipped>", "").replace("-\n", "").replace('\n', " ");
    let text = text.replace("&quot;", "\"").replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">");
    // The end counts as "not a digit" for the rules that look at a neighbour, hence the spaces around.
    let text: Vec<char> = format!(" {text} ").chars().collect();
    let text = part_symbols(&text);
    let text = part_pairs(&text, |a, b| !a.is_ascii_digit() && is_stop(b), |out, a, b| out.extend([a, ' ', b, ' ']));
    let text = part_pairs(&text, |a, b| is_stop(a) && !b.is_ascii_digit(), |out, a, b| out.extend([' ', a, ' ', b]));
    let text = part_pairs(&text, |a, b| a.is_ascii_digit() && b == '-', |out, a, b| out.extend([a, ' ', b, ' ']));
    words(&String::from_iter(text)).join(" ")
}

fn is_stop(character: char) -> bool {
    matches!(character, '.' | ',')
}

/// ASCII punctuation but for `' , - .`, which have rules of their own.
fn is_symbol(character: char) -> bool {
    character.is_ascii_punctuation() && !matches!(character, '\'' | ',' | '-' | '.')
}

fn part_symbols(text: &[char]) -> Vec<char> {
    let mut parted = Vec::with_capacity(text.len() * 2);
    for &character in text {
        if is_symbol(character) {
            parted.extend([' ', character, ' ']);
        } else {
            parted.push(character);
        }
    }
    parted
}

/// Rewrites neighbours for which `matches` holds, from the left; a character belongs to one pair at most.
fn part_pairs(
    text: &[char],
    matches: impl Fn(char, char) -> bool,
    rewrite: impl Fn(&mut Vec<char>, char, char),
) -> Vec<char> {
    let mut parted = Vec::with_capacity(text.len() * 2);
    let mut rest = text;
    while let [a, tail @ ..] = rest {
        rest = match tail {
            [b, after @ ..] if matches(*a, *b) => {
                rewrite(&mut parted, *a, *b);
                after
            }
            _ => {
                parted.push(*a);
                tail
            }
        };
    }
    parted
}

#[cfg(test)]
mod tests {
    use super::tokenize;

    #[test]
    fn numbers_keep_their_points_and_words_lose_theirs() {
        assert_eq!(tokenize("It cost 3.50, then 1,000."), "It cost 3.50 , then 1,000 .");
    }

    #[test]
    fn a_dash_parts_a_digit_but_not_a_word() {
        assert_eq!(tokenize("a 5-year well-being"), "a 5 - year well-being");
    }

    #[test]
    fn entities_and_line_breaks_are_resolved_first() {
        assert_eq!(tokenize("a &lt;b&gt; hy-\nphen\nend&amp;"), "a < b > hyphen end &");
    }
}
