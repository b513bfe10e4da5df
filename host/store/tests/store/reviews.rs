use scorebox_core::SpanId;
use scorebox_store::{NewReview, ReviewRole, StoreError};

use crate::evaluation::{App, IS_EVEN, json};
use crate::home::on_both_databases;

fn review(position: u64, value: &str) -> NewReview {
    NewReview {
        position,
        role: ReviewRole::Feedback,
        name: "is_even".into(),
        value: json(value),
        rationale: None,
        metadata: None,
        span_id: None,
        reviewer: "anna@example.org".into(),
        corrects: None,
    }
}

on_both_databases! {
    async fn what_people_say_is_kept_in_the_order_of_the_rows(home) {
        let store = home.open().await?;
        let run = App::scoring(5, [IS_EVEN]).run(&store).await?.run_id;
        let whole = NewReview {
            role: ReviewRole::Expectation,
            rationale: Some("because\0".into()),
            metadata: Some(json(r#"{"a": 1.10}"#)),
            span_id: Some(SpanId::try_from("s-1".to_owned())?),
            ..review(1, r#"{"expected_response": "4"}"#)
        };
        let first = store.add_review(&run, &review(3, "true")).await?;
        let second = store.add_review(&run, &whole).await?;
        let reviews = store.reviews(&run).await?;
        assert_eq!(reviews.iter().map(|review| review.key).collect::<Vec<_>>(), [second, first]);
        assert_eq!((&reviews[0].said, &reviews[1].said), (&whole, &review(3, "true")));
        assert!(reviews[0].created_at >= reviews[1].created_at);
    }

    async fn a_correction_takes_the_place_of_what_it_corrects(home) {
        let store = home.open().await?;
        let run = App::scoring(5, [IS_EVEN]).run(&store).await?.run_id;
        let wrong = store.add_review(&run, &review(3, "true")).await?;
        let correction = NewReview { corrects: Some(wrong), ..review(3, "false") };
        let right = store.add_review(&run, &correction).await?;
        let reviews = store.reviews(&run).await?;
        assert_eq!((reviews.len(), reviews[0].key, &reviews[0].said), (1, right, &correction));
        assert_eq!(home.number("SELECT COUNT(*) FROM reviews").await?, 2);
        assert_eq!(home.number("SELECT COUNT(*) FROM assessments WHERE source_type = 'human'").await?, 1);
        assert_eq!(home.number("SELECT COUNT(*) FROM assessments").await?, 6);

        let again = store.add_review(&run, &correction).await.unwrap_err().to_string();
        assert_eq!(again, format!("review {wrong} cannot be corrected: it was corrected already"));
        store.delete_run(&run).await?;
        assert_eq!(home.number("SELECT COUNT(*) FROM reviews").await?, 0);
    }

    async fn a_review_of_nothing_is_refused(home) {
        let store = home.open().await?;
        let app = App::scoring(5, [IS_EVEN]);
        let (run, other) = (app.run(&store).await?.run_id, app.run(&store).await?.run_id);
        let refused = store.add_review(&run, &review(5, "true")).await.unwrap_err();
        assert!(matches!(refused, StoreError::NoRow { position: 5, positions: 5, .. }), "{refused}");
        let of_other = store.add_review(&other, &review(3, "true")).await?;
        let refused = store.add_review(&run, &NewReview { corrects: Some(of_other), ..review(3, "true") }).await;
        assert!(matches!(refused, Err(StoreError::NoReview { .. })));
    }
}
