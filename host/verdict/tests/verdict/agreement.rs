use std::collections::BTreeMap;

use scorebox_core::Value;
use scorebox_verdict::{
    Agreement, AgreementOptions, AgreementReport, Excerpt, JudgeAgreement, Judges, Labels, Statistic,
};

use crate::support::{Run, Said, number};

fn agree_with(run: &Run, labels: &str, options: AgreementOptions) -> AgreementReport {
    let labels = Labels::read(labels.as_bytes(), "labels.csv", &Judges::of(&run.summary())).unwrap();
    let mut agreement = Agreement::new(labels, options);
    run.rows.iter().for_each(|row| agreement.add(row));
    agreement.finish()
}

fn agree(run: &Run, labels: &str) -> AgreementReport {
    agree_with(run, labels, AgreementOptions::default())
}

/// A file in which one person says something about each row in turn.
fn csv(column: &str, said: &[impl ToString]) -> String {
    let lines = said.iter().enumerate().map(|(index, said)| format!("q-{index},{}\n", said.to_string()));
    format!("id,{column}\n{}", lines.collect::<String>())
}

fn value(statistic: Option<Statistic>) -> f64 {
    statistic.unwrap().value
}

fn close(actual: f64, expected: f64) {
    assert!((actual - expected).abs() < 1e-9, "{actual} is not {expected}");
}

/// Cohen's example of 1960 with two verdicts: 20 both yes, 5 only people, 10 only the judge, 15 both no.
fn two_verdicts() -> JudgeAgreement {
    let judge = (0..50).map(|row| row < 20 || (25..35).contains(&row));
    let people: Vec<bool> = (0..50).map(|row| row < 25).collect();
    let run = Run::new(50).scorer("correct", judge);
    agree(&run, &csv("correct", &people)).judges.remove(0)
}

#[test]
fn booleans_have_accuracy_kappa_alpha_and_the_scores_of_both_classes() {
    let it = two_verdicts();
    assert_eq!((it.n, it.disagreements), (50, 15));
    let accuracy = it.accuracy.unwrap();
    assert_eq!((accuracy.part, accuracy.whole), (35, 50));
    // observed 0.7, expected 0.5
    close(value(it.kappa.plain), 0.4);
    assert_eq!((it.kappa.linear, it.kappa.quadratic), (None, None));
    assert!(it.kappa.plain.unwrap().interval.unwrap().contains(0.4));
    // 1 - 30 * 99 / (2 * 55 * 45): 15 of 50 pairs differ; 55 verdicts are yes, 45 no.
    close(value(it.alpha), 1.0 - (30.0 / 100.0) / (2.0 * 55.0 * 45.0 / (100.0 * 99.0)));
    let matrix = it.confusion.unwrap();
    assert_eq!((matrix.labels, matrix.counts), (vec!["false".into(), "true".into()], vec![vec![15, 10], vec![5, 20]]));
    let booleans = it.booleans.unwrap();
    close(booleans.of_true.precision.unwrap().value, 20.0 / 30.0);
    close(booleans.of_true.recall.unwrap().value, 0.8);
    close(booleans.of_true.f1.unwrap(), 40.0 / 55.0);
    close(booleans.of_false.precision.unwrap().value, 0.75);
    close(booleans.of_false.recall.unwrap().value, 0.6);
    // (20 * 15 - 5 * 10) / sqrt(25 * 25 * 30 * 20)
    close(booleans.mcc.unwrap(), 250.0 / 375_000.0_f64.sqrt());
}

#[test]
fn disagreements_are_listed_with_both_verdicts_and_the_judges_reason() {
    let it = two_verdicts();
    assert_eq!(it.kept.len(), 15);
    let first = &it.kept[0];
    assert_eq!((first.id.as_str(), first.index), ("q-20", 20));
    assert_eq!((&first.people, &first.judge), (&Value::Boolean(true), &Value::Boolean(false)));
    assert_eq!(first.rationale, Some(Excerpt { text: "because false".into(), truncated: false }));
}

#[test]
fn disagreements_are_bounded_and_counted() {
    let run = Run::new(100).scorer("score", (0..100).map(f64::from));
    let options = AgreementOptions { max_disagreements: 3, ..AgreementOptions::default() };
    let it = agree_with(&run, &csv("score", &[50; 100]), options).judges.remove(0);
    assert_eq!(it.disagreements, 99);
    let ids: Vec<_> = it.kept.iter().map(|it| it.id.as_str()).collect();
    assert_eq!(ids, ["q-0", "q-1", "q-99"]);
}

#[test]
fn numbers_have_correlations_bias_and_weighted_kappas() {
    let run = Run::new(6).scorer("score", [1, 2, 3, 4, 5, 5].map(Value::Integer));
    let it = agree(&run, &csv("score", &[1, 2, 3, 4, 5, 4])).judges.remove(0);
    let numbers = it.numbers.unwrap();
    close(numbers.bias.value, 1.0 / 6.0);
    close(numbers.mean_distance, 1.0 / 6.0);
    assert!(numbers.bias.interval.unwrap().contains(0.0));
    assert!(numbers.pearson.unwrap() > 0.9 && numbers.spearman.unwrap() > 0.9);
    let (plain, linear, quadratic) = (value(it.kappa.plain), value(it.kappa.linear), value(it.kappa.quadratic));
    assert!(plain < linear && linear < quadratic, "{plain} {linear} {quadratic}");
    close(it.accuracy.unwrap().value, 5.0 / 6.0);
    assert_eq!(it.kept[0].people, number(4.0));
    assert!(it.booleans.is_none());
}

#[test]
fn numbers_of_many_sizes_are_no_grades() {
    let run = Run::new(40).scorer("score", (0..40).map(|row| f64::from(row) / 40.0));
    let said: Vec<f64> = (0..40).map(|row| f64::from(row) / 39.0).collect();
    let it = agree(&run, &csv("score", &said)).judges.remove(0);
    assert_eq!((it.kappa.plain, it.confusion.is_some()), (None, false));
    assert!(value(it.alpha) > 0.99);
    insta::assert_snapshot!(it.sentence(), @"Correlation of ranks 1.000 on 40 rows; the judge is -0.012 from people on average.");
}

#[test]
fn labels_have_plain_kappa_and_with_an_order_weighted_ones() {
    let run = Run::new(6).scorer("tone", ["low", "low", "mid", "mid", "high", "high"]);
    let said = csv("tone", &["low", "mid", "mid", "mid", "high", "low"]);
    let plain = agree(&run, &said).judges.remove(0);
    assert_eq!((plain.kappa.linear, plain.numbers.is_some()), (None, false));
    assert_eq!(plain.confusion.unwrap().labels, ["high", "low", "mid"]);

    let order = ["low", "mid", "high"].map(str::to_owned).to_vec();
    let orders = BTreeMap::from([("tone".parse().unwrap(), order)]);
    let options = AgreementOptions { orders, ..AgreementOptions::default() };
    let ordered = agree_with(&run, &said, options).judges.remove(0);
    assert_eq!(ordered.confusion.unwrap().labels, ["low", "mid", "high"]);
    close(value(ordered.kappa.plain), value(plain.kappa.plain));
    // One of the two disagreements is from one end to the other.
    assert!(value(ordered.kappa.quadratic) < value(ordered.kappa.plain));
    assert_ne!(ordered.alpha, plain.alpha);
}

#[test]
fn a_label_outside_the_order_takes_the_weights_away() {
    let run = Run::new(3).scorer("tone", ["low", "mid", "odd"]);
    let orders = BTreeMap::from([("tone".parse().unwrap(), vec!["low".to_owned(), "mid".to_owned()])]);
    let options = AgreementOptions { orders, ..AgreementOptions::default() };
    let it = agree_with(&run, &csv("tone", &["low", "mid", "mid"]), options).judges.remove(0);
    assert!(it.kappa.plain.is_some() && it.kappa.linear.is_none());
}

#[test]
fn of_several_people_the_majority_counts_and_their_own_agreement_is_the_ceiling() {
    let run = Run::new(4).scorer("correct", [true, false, true, true]);
    let labels = "id,rater,correct\n\
        q-0,ann,yes\nq-0,bob,yes\nq-0,cem,no\n\
        q-1,ann,no\nq-1,bob,no\nq-1,cem,no\n\
        q-2,ann,yes\nq-2,bob,no\n\
        q-3,ann,no\n";
    let report = agree(&run, labels);
    assert_eq!((report.raters.len(), report.labels, report.unknown_rows), (3, 9, 0));
    let it = &report.judges[0];
    assert_eq!((it.n, it.ties, it.disagreements), (3, 1, 1));
    let people = it.people.unwrap();
    assert_eq!((people.rows, people.verdicts), (3, 8));
    // Pairs that differ, by rows: 2 of 3 verdicts' pairs, none, both: (2*2/2 + 0 + 2/1) / 8 observed; 3 yes and 5 no.
    close(value(people.alpha), 1.0 - (4.0 / 8.0) / (2.0 * 3.0 * 5.0 / (8.0 * 7.0)));
}

#[test]
fn of_numbers_of_several_people_the_mean_counts() {
    let run = Run::new(2).scorer("score", [4.0, 1.0]);
    let labels = "id,rater,score\nq-0,ann,5\nq-0,bob,4\nq-1,ann,1\n";
    let it = agree(&run, labels).judges.remove(0);
    close(it.numbers.unwrap().bias.value, -0.25);
    // The lower of the two is what one of them said, and the judge says the same.
    close(it.accuracy.unwrap().value, 1.0);
}

#[test]
fn what_either_side_lacks_is_counted() {
    let run = Run::new(5).scorer("correct", [true.into(), Said::Error, Said::NotCalled, "odd".into(), true.into()]);
    // The judge is boolean in the summary's eyes only without the text.
    let judges = Judges::of(&Run::new(1).scorer("correct", [true]).summary());
    let labels = "id,correct\nq-0,yes\nq-1,yes\nq-2,no\nq-3,no\nnobody,no\n";
    let labels = Labels::read(labels.as_bytes(), "labels.csv", &judges).unwrap();
    let mut agreement = Agreement::new(labels, AgreementOptions::default());
    run.rows.iter().for_each(|row| agreement.add(row));
    let report = agreement.finish();
    let it = &report.judges[0];
    assert_eq!((it.n, it.without_verdict, it.without_label), (1, 3, 1));
    assert_eq!((report.rows, report.unknown_rows, report.unknown_ids), (5, 1, vec!["nobody".to_owned()]));
}

#[test]
fn labels_are_about_the_first_repeat_unless_they_say_another() {
    let run = Run::repeated(1, 2).scorer("correct", [true, false]);
    let first = agree(&run, "id,correct\nq-0,yes\n").judges.remove(0);
    assert_eq!((first.n, first.disagreements, first.without_label), (1, 0, 1));
    let both = agree(&run, "id,repeat,correct\nq-0,0,yes\nq-0,1,yes\n").judges.remove(0);
    assert_eq!((both.n, both.disagreements, both.kept[0].repeat), (2, 1, 1));
}

#[test]
fn without_labels_nothing_is_measured_and_nothing_breaks() {
    let it = agree(&Run::new(2).scorer("correct", [true, false]), "id,correct\n").judges.remove(0);
    assert_eq!((it.n, it.accuracy, it.alpha, it.booleans), (0, None, None, None));
    assert!(it.confusion.is_none());
    insta::assert_snapshot!(it.sentence(), @"No row has a verdict of both the judge and people.");
}

#[test]
fn agreement_is_put_into_words() {
    insta::assert_snapshot!(two_verdicts().sentence(), @"Kappa 0.400 [0.151, 0.649] on 50 rows: fair agreement, in the words of Landis and Koch (1977), which are a convention.");
    let same = Run::new(3).scorer("correct", [true; 3]);
    insta::assert_snapshot!(agree(&same, &csv("correct", &[true; 3])).judges[0].sentence(), @"No kappa on 3 rows: nothing but a single verdict is there to agree on.");
    let run = Run::new(20).scorer("correct", (0..20).map(|row| row % 3 == 0));
    let lines = (0..20).map(|row| format!("q-{row},ann,{}\nq-{row},bob,{}\n", row % 3 == 0, row % 4 == 0));
    let labels = format!("id,rater,correct\n{}", lines.collect::<String>());
    insta::assert_snapshot!(agree(&run, &labels).judges[0].sentence(), @"Kappa 1.000 on 12 rows: almost perfect agreement, in the words of Landis and Koch (1977), which are a convention. People agree with each other at alpha 0.071 [-0.300, 0.633] (20 rows): as far as a judge can be held to.");
}

#[test]
fn a_report_survives_json() {
    let run = Run::new(4).scorer("correct", [true, false, true, true]).scorer("score", [1.0, 2.0, 3.5, 4.0]);
    let report = agree(&run, "id,correct,score\nq-0,yes,1\nq-1,no,2\nq-2,no,3\nq-3,yes,5\n");
    let json = serde_json::to_string(&report).unwrap();
    assert_eq!(serde_json::from_str::<AgreementReport>(&json).unwrap(), report);
}
