use scorebox_stats::{
    Bootstrap, Confidence, Confusion, Level, Moments, Ratings, Weights, cohen_kappa, pearson, spearman, wilson,
};

use super::cases::{Case, Cases};
use super::judge::JudgeKind;
use super::options::AgreementOptions;
use super::report::{
    BooleanAgreement, ClassScore, ConfusionMatrix, JudgeAgreement, Kappas, NumberAgreement, PeopleAgreement, Rate,
    Statistic,
};
use crate::number::{count, length, share};

/// Different verdicts up to which a table of them is of use, and up to which numbers count as grades.
const MAX_CATEGORIES: usize = 30;

/// How far one judge agrees with people.
pub(super) fn measure(mut cases: Cases, options: &AgreementOptions) -> JudgeAgreement {
    let kept = cases.take_kept(options.max_disagreements);
    let scale = Scale::of(&cases, options.order(&cases.judge.scorer, &cases.judge.feedback));
    let table: Confusion<usize> =
        cases.cases.iter().map(|case| (scale.place(case.said), scale.place(case.judge))).collect();
    JudgeAgreement {
        n: count(cases.cases.len()),
        without_label: cases.without_label,
        without_verdict: cases.without_verdict,
        ties: cases.ties,
        accuracy: rate(table.agreed(), table.total(), options.confidence),
        kappa: kappas(&table, &scale, options.confidence),
        alpha: alpha(cases.cases.iter().map(|case| vec![case.people, case.judge]), &scale, options),
        people: people(&cases, &scale, options),
        confusion: matrix(&table, &scale),
        booleans: booleans(&cases, &table, options.confidence),
        numbers: numbers(&cases, options.confidence),
        disagreements: cases.disagreements,
        kept,
        scorer: cases.judge.scorer,
        feedback: cases.judge.feedback,
        kind: cases.judge.kind,
    }
}

/// The different verdicts, in their order.
struct Scale {
    kind: JudgeKind,
    /// What they are called.
    names: Vec<String>,
    /// Codes of labels, or numbers, by their place.
    codes: Vec<f64>,
    /// Whether their places say which are close to each other.
    is_ordered: bool,
}

impl Scale {
    fn of(cases: &Cases, order: Option<&[String]>) -> Self {
        let kind = cases.judge.kind;
        match kind {
            JudgeKind::Boolean => {
                let names = ["false", "true"].map(str::to_owned).to_vec();
                Self { kind, names, codes: vec![0.0, 1.0], is_ordered: false }
            }
            JudgeKind::Number => {
                let mut codes: Vec<f64> = cases.cases.iter().flat_map(|case| [case.said, case.judge]).collect();
                codes.sort_unstable_by(f64::total_cmp);
                codes.dedup();
                let names = codes.iter().map(ToString::to_string).collect();
                let is_ordered = codes.len() <= MAX_CATEGORIES;
                Self { kind, names, codes, is_ordered }
            }
            JudgeKind::Label => Self::of_labels(cases.labels(), order),
        }
    }

    /// Labels in the order that was given, or else that of the alphabet.
    fn of_labels(labels: Vec<String>, order: Option<&[String]>) -> Self {
        let rank = |label: &String| order.and_then(|order| order.iter().position(|it| it == label));
        let is_ordered = order.is_some() && labels.iter().all(|label| rank(label).is_some());
        let mut coded: Vec<(usize, String)> = labels.into_iter().enumerate().collect();
        coded.sort_by(|(_, one), (_, other)| {
            let ranks = |label| rank(label).unwrap_or(usize::MAX);
            ranks(one).cmp(&ranks(other)).then_with(|| one.cmp(other))
        });
        let codes = coded.iter().map(|(code, _)| length(*code)).collect();
        Self { kind: JudgeKind::Label, names: coded.into_iter().map(|(_, label)| label).collect(), codes, is_ordered }
    }

    /// The place of a verdict.
    fn place(&self, code: f64) -> usize {
        match self.kind {
            // These ascend.
            JudgeKind::Boolean | JudgeKind::Number => self.codes.partition_point(|other| *other < code),
            JudgeKind::Label => self.codes.iter().position(|other| *other == code).unwrap_or(self.codes.len()),
        }
    }

    fn level(&self) -> Level {
        match self.kind {
            JudgeKind::Number => Level::Interval,
            JudgeKind::Label if self.is_ordered => Level::Ordinal,
            JudgeKind::Boolean | JudgeKind::Label => Level::Nominal,
        }
    }

    /// A verdict as alpha takes it: numbers as they are, labels by their places.
    fn rating(&self, code: f64) -> f64 {
        if self.kind == JudgeKind::Number { code } else { length(self.place(code)) }
    }
}

fn kappas(table: &Confusion<usize>, scale: &Scale, confidence: Confidence) -> Kappas {
    if scale.kind == JudgeKind::Number && !scale.is_ordered {
        return Kappas::default();
    }
    let kappa = |weights| {
        let kappa = cohen_kappa(table, weights, confidence).ok()?;
        Some(Statistic { value: kappa.kappa, interval: kappa.interval })
    };
    let weighted = |weights| if scale.is_ordered { kappa(weights) } else { None };
    Kappas { plain: kappa(Weights::Plain), linear: weighted(Weights::Linear), quadratic: weighted(Weights::Quadratic) }
}

fn alpha(rows: impl Iterator<Item = Vec<f64>>, scale: &Scale, options: &AgreementOptions) -> Option<Statistic> {
    let ratings: Ratings = rows.map(|row| row.into_iter().map(|code| scale.rating(code)).collect::<Vec<_>>()).collect();
    let value = ratings.alpha(scale.level()).ok()?;
    let bootstrap = Bootstrap { confidence: options.confidence, seed: options.seed, ..Bootstrap::default() };
    let interval = ratings.alpha_interval(scale.level(), &bootstrap).ok().map(|it| it.interval);
    Some(Statistic { value, interval })
}

fn people(cases: &Cases, scale: &Scale, options: &AgreementOptions) -> Option<PeopleAgreement> {
    let rows = &cases.of_several;
    (!rows.is_empty()).then(|| PeopleAgreement {
        rows: count(rows.len()),
        verdicts: rows.iter().map(|row| count(row.len())).sum(),
        alpha: alpha(rows.iter().cloned(), scale, options),
    })
}

fn matrix(table: &Confusion<usize>, scale: &Scale) -> Option<ConfusionMatrix> {
    let places = if scale.kind == JudgeKind::Boolean { &[0, 1] } else { table.labels() };
    if table.total() == 0 || places.len() > MAX_CATEGORIES {
        return None;
    }
    let at = |row: usize, column: usize| cell(table, row, column);
    let counts = places.iter().map(|row| places.iter().map(|column| at(*row, *column)).collect()).collect();
    Some(ConfusionMatrix { labels: places.iter().map(|place| scale.names[*place].clone()).collect(), counts })
}

/// How often people said what has one place, and the judge what has another.
fn cell(table: &Confusion<usize>, people: usize, judge: usize) -> u64 {
    let find = |place| table.labels().iter().position(|label| *label == place);
    find(people).zip(find(judge)).map_or(0, |(row, column)| table.count(row, column))
}

fn rate(part: u64, whole: u64, confidence: Confidence) -> Option<Rate> {
    Some(Rate { part, whole, value: share(part, whole)?, interval: wilson(part, whole, confidence).ok()? })
}

fn booleans(cases: &Cases, table: &Confusion<usize>, confidence: Confidence) -> Option<BooleanAgreement> {
    if cases.judge.kind != JudgeKind::Boolean || table.total() == 0 {
        return None;
    }
    let class = |this: usize, other: usize| {
        let (both, only_people, only_judge) =
            (cell(table, this, this), cell(table, this, other), cell(table, other, this));
        ClassScore {
            precision: rate(both, both + only_judge, confidence),
            recall: rate(both, both + only_people, confidence),
            f1: share(2 * both, 2 * both + only_people + only_judge),
        }
    };
    Some(BooleanAgreement { of_true: class(1, 0), of_false: class(0, 1), mcc: table.matthews().ok() })
}

fn numbers(cases: &Cases, confidence: Confidence) -> Option<NumberAgreement> {
    if cases.judge.kind != JudgeKind::Number || cases.cases.is_empty() {
        return None;
    }
    let people: Vec<f64> = cases.cases.iter().map(|case| case.people).collect();
    let judge: Vec<f64> = cases.cases.iter().map(|case| case.judge).collect();
    let differences: Moments = cases.cases.iter().map(|case: &Case| case.judge - case.people).collect();
    let distances: Moments = cases.cases.iter().map(|case| (case.judge - case.people).abs()).collect();
    Some(NumberAgreement {
        pearson: pearson(&people, &judge).ok(),
        spearman: spearman(&people, &judge).ok(),
        bias: Statistic {
            value: differences.mean().ok()?,
            interval: differences.estimate(confidence).ok().map(|estimate| estimate.interval),
        },
        mean_distance: distances.mean().ok()?,
    })
}
