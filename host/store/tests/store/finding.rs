use scorebox_core::RunId;
use scorebox_eval::{RunRecord, RunStatus};
use scorebox_store::{Begun, Page, RunFilter, Store, StoreError};

use crate::evaluation::{App, IS_EVEN};
use crate::home::on_both_databases;

const ALL: Page = Page { offset: 0, limit: 100 };

async fn begin(store: &Store, change: impl FnOnce(&mut RunRecord)) -> anyhow::Result<RunId> {
    let mut record = App::scoring(3, [IS_EVEN]).record();
    change(&mut record);
    let begun = store.begin(&record, true).await?;
    assert!(matches!(begun, Begun::Open(_)));
    Ok(record.run_id)
}

async fn ids(store: &Store, filter: RunFilter, page: Page) -> anyhow::Result<Vec<RunId>> {
    Ok(store.runs(&filter, page).await?.into_iter().map(|run| run.run_id).collect())
}

on_both_databases! {
    async fn a_run_is_found_by_its_id_the_end_of_it_or_its_age(home) {
        let store = home.open().await?;
        let (first, second) = (begin(&store, |_| {}).await?, begin(&store, |_| {}).await?);
        let found = async |reference: &str| anyhow::Ok(store.find(reference).await?.run_id);
        assert_eq!(found(first.as_str()).await?, first);
        assert_eq!(found(&first.as_str()[first.as_str().len() - 8..]).await?, first);
        assert_eq!(found("last").await?, second);
        assert_eq!(found("last~1").await?, first);
        assert_eq!(store.run(&second).await?.run_id, second);
    }

    async fn a_name_that_fits_no_run_or_several_is_said(home) {
        let store = home.open().await?;
        let said = async |reference: &str| {
            let error = store.find(reference).await.unwrap_err().to_string();
            error.replace(&home.location.to_string(), "STORE")
        };
        assert_eq!(said("last").await, "STORE: there is no run `last`; `scorebox runs` lists them");
        let id = |text: &str| text.parse::<RunId>().unwrap();
        let (one, other) = ("run_01900000-0000-7000-8000-00000000abcd", "run_01900000-0000-7000-8000-00000001abcd");
        begin(&store, |record| record.run_id = id(one)).await?;
        begin(&store, |record| record.run_id = id(other)).await?;
        assert_eq!(
            said("abcd").await,
            format!("several runs end with `abcd`: {other}, {one}; write more of the id")
        );
        assert_eq!(store.find("1abcd").await?.run_id, id(other));
        assert_eq!(said("ffff").await, "STORE: there is no run `ffff`; `scorebox runs` lists them");
        assert_eq!(
            said("newest").await,
            "`newest` names no run: write its id, at least the last four characters of it, `last`, or `last~2` for the \
             second before the last"
        );
        assert!(matches!(store.find("last~2").await, Err(StoreError::NoRun { .. })));
    }

    async fn runs_are_listed_newest_first_and_page_by_page(home) {
        let store = home.open().await?;
        let mut begun = Vec::new();
        for _ in 0..5 {
            begun.push(begin(&store, |_| {}).await?);
        }
        begun.reverse();
        assert_eq!(ids(&store, RunFilter::default(), ALL).await?, begun);
        assert_eq!(ids(&store, RunFilter::default(), Page { offset: 1, limit: 2 }).await?, begun[1..3]);
        assert_eq!(ids(&store, RunFilter::default(), Page { offset: 9, limit: 2 }).await?, []);
    }

    async fn runs_are_filtered_by_experiment_branch_and_status(home) {
        let store = home.open().await?;
        let main = begin(&store, |_| {}).await?;
        let branch = begin(&store, |record| record.git_branch = Some("fix\0".into())).await?;
        let other = begin(&store, |record| record.experiment = Some("other".into())).await?;
        let none = begin(&store, |record| (record.experiment, record.git_branch) = (None, None)).await?;
        let finished = App::scoring(3, [IS_EVEN]).run(&store).await?.run_id;
        let filtered = async |filter| ids(&store, filter, ALL).await;
        let by_experiment = RunFilter { experiment: Some("other".into()), ..RunFilter::default() };
        assert_eq!(filtered(by_experiment).await?, std::slice::from_ref(&other));
        let by_branch = RunFilter { branch: Some("fix\0".into()), ..RunFilter::default() };
        assert_eq!(filtered(by_branch).await?, std::slice::from_ref(&branch));
        let by_status = RunFilter { status: Some(RunStatus::Finished), ..RunFilter::default() };
        assert_eq!(filtered(by_status).await?, std::slice::from_ref(&finished));
        let running_on_main = RunFilter {
            experiment: Some("tests".into()),
            branch: Some("main".into()),
            status: Some(RunStatus::Running),
        };
        assert_eq!(filtered(running_on_main.clone()).await?, std::slice::from_ref(&main));
        assert_eq!(filtered(RunFilter::default()).await?, [finished.clone(), none, other.clone(), branch, main.clone()]);

        let last = async |filter: &RunFilter, before: Option<&RunId>| {
            anyhow::Ok(store.last_run(filter, before).await?.map(|run| run.run_id))
        };
        assert_eq!(last(&RunFilter::default(), None).await?, Some(finished.clone()));
        let on_main = RunFilter { branch: Some("main".into()), ..RunFilter::default() };
        assert_eq!(last(&on_main, Some(&finished)).await?, Some(other));
        assert_eq!(last(&running_on_main, Some(&main)).await?, None);
    }
}
