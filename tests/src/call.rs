use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use scorebox_core::{Example, Failure, Feedback, Json, Value};
use scorebox_engine::{CallLimits, CallSettings, DirAccess, DirGrant, Isolation, Outgoing, Plugin, Scored, Scorer};

/// One scorer of a plugin with its settings, ready to score rows.
#[derive(Clone, Debug)]
pub struct Call {
    plugin: Plugin,
    scorer: String,
    config: Json,
    isolation: Isolation,
    settings: CallSettings,
}

impl Call {
    /// A scorer with an empty config, default limits and no grants.
    #[must_use]
    pub fn new(plugin: &Plugin, scorer: &str) -> Self {
        Self {
            plugin: plugin.clone(),
            scorer: scorer.to_owned(),
            config: json(&serde_json::json!({})),
            isolation: Isolation::Example,
            settings: CallSettings::default(),
        }
    }

    /// Sets the config.
    #[must_use]
    pub fn config(mut self, config: &serde_json::Value) -> Self {
        self.config = json(config);
        self
    }

    /// Changes limits.
    #[must_use]
    pub fn limits(mut self, change: impl FnOnce(&mut CallLimits)) -> Self {
        change(&mut self.settings.limits);
        self
    }

    /// Sets the isolation.
    #[must_use]
    pub fn isolation(mut self, isolation: Isolation) -> Self {
        self.isolation = isolation;
        self
    }

    /// Sets the seed.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.settings.seed = seed;
        self
    }

    /// Grants a directory, which the guest sees as `/data`.
    #[must_use]
    pub fn grant(mut self, host: &Path, access: DirAccess) -> Self {
        let grant = DirGrant { host: host.to_owned(), guest: "/data".to_owned(), access };
        self.settings.grants.dirs.push(grant);
        self
    }

    /// Sets where outgoing calls leave.
    #[must_use]
    pub fn outgoing(mut self, outgoing: impl Outgoing + 'static) -> Self {
        self.settings.outgoing = Arc::new(outgoing);
        self
    }

    /// The scorer itself, for tests that call it several times.
    #[must_use]
    pub fn scorer(&self) -> Scorer {
        let scorer = self.plugin.scorer(&self.scorer, self.config.clone(), self.isolation, self.settings.clone());
        match scorer {
            Ok(scorer) => scorer,
            Err(error) => panic!("the scorer {} is not set up: {error}", self.scorer),
        }
    }

    /// Scores one row.
    pub async fn score(&self, example: &Example) -> Scored {
        self.scorer().score(example).await
    }

    /// Scores one row, which has to succeed.
    pub async fn feedback(&self, example: &Example) -> Vec<Feedback> {
        match self.score(example).await.result {
            Ok(feedback) => feedback,
            Err(failure) => panic!("{} failed with {}: {failure}", self.scorer, failure.kind),
        }
    }

    /// Scores one row, which has to succeed with one feedback.
    pub async fn value(&self, example: &Example) -> Value {
        let mut feedback = self.feedback(example).await;
        assert_eq!(feedback.len(), 1, "{feedback:?}");
        feedback.remove(0).value
    }

    /// Scores one row, which has to succeed with one text.
    pub async fn text(&self, example: &Example) -> String {
        match self.value(example).await {
            Value::Text(text) => text,
            other => panic!("{} gave {other:?} instead of a text", self.scorer),
        }
    }

    /// Scores one row, which has to fail.
    pub async fn failure(&self, example: &Example) -> Failure {
        match self.score(example).await.result {
            Ok(feedback) => panic!("{} did not fail: {feedback:?}", self.scorer),
            Err(failure) => failure,
        }
    }

    /// Scores a row that has to fail, while the plugin's scorer `well_behaved` scores rows before it, beside it and
    /// after it: their results must not change.
    pub async fn failure_among_neighbours(&self) -> Failure {
        let neighbour = Self { scorer: "well_behaved".to_owned(), ..Self::new(&self.plugin, "") };
        let before = neighbour.value(&example("before")).await;
        let (failing, beside) = (example("failing"), example("beside"));
        let (failure, beside) = tokio::join!(self.failure(&failing), neighbour.value(&beside));
        let after = neighbour.value(&example("after")).await;
        assert_eq!((&before, &before), (&beside, &after), "a row beside the failing one gave another result");
        failure
    }
}

/// A row without anything in it.
#[must_use]
pub fn example(id: &str) -> Example {
    example_with(id, &serde_json::json!({}))
}

/// A row with these inputs.
#[must_use]
pub fn example_with(id: &str, inputs: &serde_json::Value) -> Example {
    Example {
        id: id.to_owned(),
        inputs: json(inputs),
        outputs: None,
        expectations: None,
        trace: None,
        tags: BTreeMap::new(),
    }
}

fn json(value: &serde_json::Value) -> Json {
    Json::from_value(value).expect("a JSON value has a JSON text")
}
