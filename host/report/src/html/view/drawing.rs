//! The small drawings of the summary, in pixels.

use serde::Serialize;

use super::measure;
use crate::html::histogram::{Bar, Histogram};
use crate::shown::{counted, number};

const WIDTH: f64 = 160.0;
const BARS_HEIGHT: f64 = 26.0;
const MAX_BAR_WIDTH: f64 = 24.0;
/// Labels that have a colour of their own; the others share one.
const MAX_SEGMENTS: usize = 6;

/// The range of values that a drawing spans.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Scale {
    low: f64,
    high: f64,
}

/// A mean on its scale, with its interval.
#[derive(Serialize)]
pub(super) struct IntervalBar {
    from: f64,
    length: f64,
    at: f64,
    low: String,
    high: String,
}

/// A bar that is divided among labels.
#[derive(Serialize)]
pub(super) struct Stack {
    segments: Vec<Segment>,
}

#[derive(Serialize)]
struct Segment {
    look: String,
    from: f64,
    length: f64,
    label: String,
    count: String,
    share: String,
    filter: Option<String>,
}

/// A label before it has its place in a bar.
pub(super) struct Share {
    pub(super) label: String,
    pub(super) count: u64,
    /// The class of its colour; none for one out of a row of colours.
    pub(super) look: Option<&'static str>,
    pub(super) filter: Option<String>,
}

/// How numbers are distributed.
#[derive(Serialize)]
pub(super) struct Bars {
    bars: Vec<BarView>,
    low: String,
    high: String,
}

#[derive(Serialize)]
struct BarView {
    x: f64,
    y: f64,
    width: f64,
    height: f64,
    title: String,
}

impl Scale {
    /// From 0 to 1 where all values lie between, else from the smallest to the greatest.
    pub(super) fn around(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let all = values.into_iter().map(|value| Self { low: value, high: value });
        let range = all.reduce(|a, b| Self { low: a.low.min(b.low), high: a.high.max(b.high) })?;
        if range.low >= 0.0 && range.high <= 1.0 {
            return Some(Self { low: 0.0, high: 1.0 });
        }
        Some(if range.low < range.high { range } else { Self { low: range.low - 1.0, high: range.high + 1.0 } })
    }

    fn place(self, value: f64) -> f64 {
        // Halves, as the difference of two large numbers may be infinite.
        let share = (value / 2.0 - self.low / 2.0) / (self.high / 2.0 - self.low / 2.0);
        measure(share.clamp(0.0, 1.0) * WIDTH)
    }
}

impl IntervalBar {
    pub(super) fn of(mean: f64, interval: Option<(f64, f64)>, scale: Scale) -> Self {
        let (low, high) = interval.unwrap_or((mean, mean));
        let from = scale.place(low);
        Self {
            from,
            length: measure(scale.place(high) - from),
            at: scale.place(mean),
            low: number_without_zeros(scale.low),
            high: number_without_zeros(scale.high),
        }
    }
}

impl Stack {
    /// The greatest shares in their order, then all others together; none where there is nothing.
    pub(super) fn of(shares: Vec<Share>) -> Option<Self> {
        let all: u64 = shares.iter().map(|share| share.count).sum();
        if all == 0 {
            return None;
        }
        let has_others = shares.len() > MAX_SEGMENTS;
        let others: u64 = shares.iter().skip(MAX_SEGMENTS).map(|share| share.count).sum();
        let rest =
            has_others.then(|| Share { label: "others".to_owned(), count: others, look: Some("rest"), filter: None });
        let mut before = 0;
        let segment = |(place, share): (usize, Share)| {
            let from = measure(share_of(before, all) * WIDTH);
            before += share.count;
            Segment {
                look: share.look.map_or_else(|| format!("label-{place}"), str::to_owned),
                from,
                length: measure(share_of(before, all) * WIDTH - from),
                label: share.label,
                count: crate::shown::thousands(share.count),
                share: format!("{:.1} %", 100.0 * share_of(share.count, all)),
                filter: share.filter,
            }
        };
        let shown = shares.into_iter().take(MAX_SEGMENTS).chain(rest).filter(|share| share.count > 0);
        Some(Self { segments: shown.enumerate().map(segment).collect() })
    }
}

impl Bars {
    /// None where there are no numbers.
    pub(super) fn of(histogram: &Histogram) -> Option<Self> {
        let bars = histogram.bars();
        let (low, high) = histogram.ends()?;
        let most = bars.iter().map(|bar| bar.count).max()?;
        let step = WIDTH / count_of(&bars);
        let width = (step - 1.0).min(MAX_BAR_WIDTH);
        let mut middle = -step / 2.0;
        let view = |bar: &Bar| {
            middle += step;
            let height = if bar.count == 0 { 0.0 } else { (share_of(bar.count, most) * BARS_HEIGHT).max(1.0) };
            BarView {
                x: measure(middle - width / 2.0),
                y: measure(BARS_HEIGHT - height),
                width: measure(width),
                height: measure(height),
                title: title(bar),
            }
        };
        Some(Self {
            bars: bars.iter().map(view).collect(),
            low: number_without_zeros(low),
            high: number_without_zeros(high),
        })
    }
}

#[expect(clippy::cast_precision_loss, reason = "there are few bars")]
fn count_of(bars: &[Bar]) -> f64 {
    bars.len() as f64
}

fn title(bar: &Bar) -> String {
    let count = counted(bar.count, "row");
    if bar.from.total_cmp(&bar.to).is_eq() {
        return format!("{}: {count}", number_without_zeros(bar.from));
    }
    format!("{} to {}: {count}", number_without_zeros(bar.from), number_without_zeros(bar.to))
}

/// A number as it stands at the end of an axis.
pub(super) fn number_without_zeros(value: f64) -> String {
    let shown = number(value);
    if !shown.contains('.') || shown.contains('e') {
        return shown;
    }
    shown.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[expect(clippy::cast_precision_loss, reason = "counts stay below 2^53")]
fn share_of(part: u64, whole: u64) -> f64 {
    part as f64 / whole as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(label: &str, count: u64) -> Share {
        Share { label: label.to_owned(), count, look: None, filter: None }
    }

    #[test]
    fn rates_are_drawn_between_0_and_1_and_other_numbers_in_their_range() {
        assert_eq!(Scale::around([0.2, 0.4]), Some(Scale { low: 0.0, high: 1.0 }));
        assert_eq!(Scale::around([3.0, 1.0, 5.0]), Some(Scale { low: 1.0, high: 5.0 }));
        assert_eq!(Scale::around([7.0]), Some(Scale { low: 6.0, high: 8.0 }));
        assert_eq!(Scale::around([]), None);
        assert_eq!(Scale { low: -f64::MAX, high: f64::MAX }.place(0.0), WIDTH / 2.0);
    }

    #[test]
    fn an_interval_beyond_the_scale_ends_with_it() {
        let bar = IntervalBar::of(0.9, Some((0.7, 1.2)), Scale { low: 0.0, high: 1.0 });
        assert_eq!((bar.from, bar.length, bar.at), (112.0, 48.0, 144.0));
        assert_eq!((&*bar.low, &*bar.high), ("0", "1"));
    }

    #[test]
    fn labels_without_room_are_joined() {
        let shares = (0..9).map(|place| share(&place.to_string(), 10)).collect();
        let stack = Stack::of(shares).unwrap();
        assert_eq!(stack.segments.len(), MAX_SEGMENTS + 1);
        let rest = stack.segments.last().unwrap();
        assert_eq!((&*rest.label, &*rest.count, &*rest.share), ("others", "30", "33.3 %"));
        assert_eq!(measure(rest.from + rest.length), WIDTH);
        assert!(Stack::of(vec![share("a", 0)]).is_none());
    }

    #[test]
    fn the_highest_bar_fills_the_height_and_none_with_a_count_is_invisible() {
        let mut histogram = Histogram::default();
        (0..1000).for_each(|_| histogram.add(1.0));
        histogram.add(2.5);
        let bars = Bars::of(&histogram).unwrap();
        assert_eq!(bars.bars.iter().map(|bar| bar.height).collect::<Vec<_>>(), [BARS_HEIGHT, 1.0]);
        assert_eq!((&*bars.low, &*bars.high, &*bars.bars[0].title), ("1", "2.5", "1: 1,000 rows"));
    }
}
