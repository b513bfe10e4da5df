//! The Porter stemmer (Porter, 1980) with the changes that NLTK makes to it by default, which rouge-score relies on.
//!
//! It knows lower-case ASCII only; other tokens do not reach it.

/// A suffix, what takes its place, and what the stem before it must satisfy.
type Rule = (&'static str, &'static str, fn(&str) -> bool);

const STEP_1A: &[Rule] = &[("sses", "ss", any), ("ies", "i", any), ("ss", "ss", any), ("s", "", any)];

const STEP_2: &[Rule] = &[
    ("ational", "ate", has_measure),
    ("tional", "tion", has_measure),
    ("enci", "ence", has_measure),
    ("anci", "ance", has_measure),
    ("izer", "ize", has_measure),
    ("bli", "ble", has_measure),
    ("alli", "al", has_measure),
    ("entli", "ent", has_measure),
    ("eli", "e", has_measure),
    ("ousli", "ous", has_measure),
    ("ization", "ize", has_measure),
    ("ation", "ate", has_measure),
    ("ator", "ate", has_measure),
    ("alism", "al", has_measure),
    ("iveness", "ive", has_measure),
    ("fulness", "ful", has_measure),
    ("ousness", "ous", has_measure),
    ("aliti", "al", has_measure),
    ("iviti", "ive", has_measure),
    ("biliti", "ble", has_measure),
    ("fulli", "ful", has_measure),
    ("logi", "log", has_measure_before_l),
];

const STEP_3: &[Rule] = &[
    ("icate", "ic", has_measure),
    ("ative", "", has_measure),
    ("alize", "al", has_measure),
    ("iciti", "ic", has_measure),
    ("ical", "ic", has_measure),
    ("ful", "", has_measure),
    ("ness", "", has_measure),
];

const STEP_4: &[Rule] = &[
    ("al", "", is_long),
    ("ance", "", is_long),
    ("ence", "", is_long),
    ("er", "", is_long),
    ("ic", "", is_long),
    ("able", "", is_long),
    ("ible", "", is_long),
    ("ant", "", is_long),
    ("ement", "", is_long),
    ("ment", "", is_long),
    ("ent", "", is_long),
    ("ion", "", is_long_and_ends_in_s_or_t),
    ("ou", "", is_long),
    ("ism", "", is_long),
    ("ate", "", is_long),
    ("iti", "", is_long),
    ("ous", "", is_long),
    ("ive", "", is_long),
    ("ize", "", is_long),
];

/// The stem of a token in lower case.
pub(super) fn stem(token: &str) -> String {
    if let Some(stem) = irregular(token) {
        return stem.to_owned();
    }
    if token.len() <= 2 {
        return token.to_owned();
    }
    let word = step_1a(token);
    let word = step_1b(word);
    let word = step_1c(word);
    let word = step_2(word);
    let word = apply(word, STEP_3);
    let word = apply(word, STEP_4);
    step_5(word)
}

fn irregular(token: &str) -> Option<&'static str> {
    Some(match token {
        "sky" | "skies" => "sky",
        "dying" => "die",
        "lying" => "lie",
        "tying" => "tie",
        "news" => "news",
        "innings" | "inning" => "inning",
        "outings" | "outing" => "outing",
        "cannings" | "canning" => "canning",
        "howe" => "howe",
        "proceed" => "proceed",
        "exceed" => "exceed",
        "succeed" => "succeed",
        _ => return None,
    })
}

/// Plurals.
fn step_1a(word: &str) -> String {
    match word.strip_suffix("ies") {
        Some(stem) if stem.len() == 1 => format!("{stem}ie"),
        _ => apply(word.to_owned(), STEP_1A),
    }
}

/// Past tense and gerund.
fn step_1b(word: String) -> String {
    if let Some(stem) = word.strip_suffix("ied") {
        return if stem.len() == 1 { format!("{stem}ie") } else { format!("{stem}i") };
    }
    if let Some(stem) = word.strip_suffix("eed") {
        return if has_measure(stem) { format!("{stem}ee") } else { word };
    }
    match word.strip_suffix("ed").or_else(|| word.strip_suffix("ing")) {
        Some(stem) if has_vowel(stem) => mend(stem),
        _ => word,
    }
}

/// Mends a stem that lost `-ed` or `-ing`: gives an `e` back, or takes one of two equal consonants.
fn mend(stem: &str) -> String {
    if ["at", "bl", "iz"].iter().any(|ending| stem.ends_with(ending)) {
        return format!("{stem}e");
    }
    if ends_in_double_consonant(stem) {
        return if stem.ends_with(['l', 's', 'z']) { stem.to_owned() } else { stem[..stem.len() - 1].to_owned() };
    }
    if measure(stem) == 1 && ends_in_short_syllable(stem) { format!("{stem}e") } else { stem.to_owned() }
}

/// A final `y` after a consonant.
fn step_1c(word: String) -> String {
    match word.strip_suffix('y') {
        Some(stem) if stem.len() > 1 && consonants(stem).last() == Some(true) => format!("{stem}i"),
        _ => word,
    }
}

/// Double suffixes.
fn step_2(word: String) -> String {
    match word.strip_suffix("alli") {
        Some(stem) if has_measure(stem) => step_2(format!("{stem}al")),
        _ => apply(word, STEP_2),
    }
}

/// A final `e`, and one of two final `l`.
fn step_5(mut word: String) -> String {
    if let Some(stem) = word.strip_suffix('e') {
        let measure = measure(stem);
        if measure > 1 || (measure == 1 && !ends_in_short_syllable(stem)) {
            word.pop();
        }
    }
    if word.ends_with("ll") && measure(&word[..word.len() - 1]) > 1 {
        word.pop();
    }
    word
}

/// Applies the first rule whose suffix fits; if its condition fails, no other rule is tried.
fn apply(mut word: String, rules: &[Rule]) -> String {
    let rule = rules.iter().find_map(|(suffix, replacement, holds)| {
        word.strip_suffix(suffix).map(|stem| (stem.len(), replacement, holds(stem)))
    });
    if let Some((stem, replacement, true)) = rule {
        word.truncate(stem);
        word.push_str(replacement);
    }
    word
}

/// For each letter, whether it is a consonant; `y` is one unless it follows a consonant.
fn consonants(word: &str) -> impl Iterator<Item = bool> {
    let mut previous = false;
    word.bytes().map(move |letter| {
        previous = match letter {
            b'a' | b'e' | b'i' | b'o' | b'u' => false,
            b'y' => !previous,
            _ => true,
        };
        previous
    })
}

/// How often a consonant follows a vowel.
fn measure(stem: &str) -> usize {
    let mut after_vowel = false;
    let mut measure = 0;
    for consonant in consonants(stem) {
        measure += usize::from(after_vowel && consonant);
        after_vowel = !consonant;
    }
    measure
}

fn any(_: &str) -> bool {
    true
}

fn has_measure(stem: &str) -> bool {
    measure(stem) > 0
}

fn has_measure_before_l(stem: &str) -> bool {
    measure(&format!("{stem}l")) > 0
}

fn is_long(stem: &str) -> bool {
    measure(stem) > 1
}

fn is_long_and_ends_in_s_or_t(stem: &str) -> bool {
    is_long(stem) && stem.ends_with(['s', 't'])
}

fn has_vowel(stem: &str) -> bool {
    consonants(stem).any(|consonant| !consonant)
}

fn ends_in_double_consonant(stem: &str) -> bool {
    let equal = matches!(stem.as_bytes(), [.., a, b] if a == b);
    equal && consonants(stem).last() == Some(true)
}

/// Consonant, vowel, consonant other than w, x and y; or a word of a vowel and a consonant.
fn ends_in_short_syllable(stem: &str) -> bool {
    let kinds: Vec<bool> = consonants(stem).collect();
    match kinds[..] {
        [.., true, false, true] => !stem.ends_with(['w', 'x', 'y']),
        [false, true] => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::stem;

    #[test]
    fn the_examples_of_the_paper_hold() {
        let examples = [
            ("caresses", "caress"),
            ("ponies", "poni"),
            ("agreed", "agre"),
            ("plastered", "plaster"),
            ("hopping", "hop"),
            ("falling", "fall"),
            ("filing", "file"),
            ("happy", "happi"),
            ("relational", "relat"),
            ("vietnamization", "vietnam"),
            ("triplicate", "triplic"),
            ("adjustment", "adjust"),
            ("controll", "control"),
            ("cease", "ceas"),
        ];
        for (word, expected) in examples {
            assert_eq!(stem(word), expected, "{word}");
        }
    }

    #[test]
    fn the_changes_of_nltk_hold() {
        let examples = [
            ("dies", "die"),
            ("spied", "spi"),
            ("enjoy", "enjoy"),
            ("skies", "sky"),
            ("geologi", "geolog"),
            ("ing", "ing"),
        ];
        for (word, expected) in examples {
            assert_eq!(stem(word), expected, "{word}");
        }
    }
}
