use std::collections::HashMap;

/// Texts that come up again and again, each with a place. All that come up once there are too many share the last one.
#[derive(Debug)]
pub(super) struct Texts {
    texts: Vec<String>,
    places: HashMap<String, u32>,
    most: u32,
    most_bytes: usize,
}

impl Texts {
    pub(super) fn new(most: u32, most_bytes: usize) -> Self {
        Self { texts: Vec::new(), places: HashMap::new(), most, most_bytes }
    }

    /// The place of a text.
    pub(super) fn place(&mut self, text: &str) -> u32 {
        if let Some(place) = self.places.get(text) {
            return *place;
        }
        let place = u32::try_from(self.texts.len()).unwrap_or(self.most);
        if place >= self.most || text.len() > self.most_bytes {
            return self.most;
        }
        self.texts.push(text.to_owned());
        self.places.insert(text.to_owned(), place);
        place
    }

    /// The text at a place; none for what had no place of its own.
    pub(super) fn at(&self, place: u32) -> Option<&str> {
        self.texts.get(usize::try_from(place).ok()?).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_beyond_the_bounds_share_a_place() {
        let mut texts = Texts::new(2, 3);
        let places = ["a", "b", "a", "c", "long"].map(|text| texts.place(text));
        assert_eq!(places, [0, 1, 0, 2, 2]);
        assert_eq!(texts.at(1), Some("b"));
        assert_eq!(texts.at(2), None);
    }
}
