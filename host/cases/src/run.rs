use scorebox_engine::{CallSettings, Isolation, Plugin, SetupError};

use crate::case::{Call, Case};
use crate::observed::Observed;

/// The example's name in a prediction: a case has no row.
const PREDICTED_ID: &str = "case";

/// Runs a case in the sandbox, in an instance of its own: one result for each example of a batch, otherwise one.
pub async fn run_case(plugin: &Plugin, case: &Case, settings: &CallSettings) -> Result<Vec<Observed>, SetupError> {
    let scorer = |name: &str| plugin.scorer(name, case.config.clone(), Isolation::Example, settings.clone());
    Ok(match &case.call {
        Call::Score { scorer: name, example } => vec![Observed::scored(scorer(name)?.score(example).await)],
        Call::Batch { scorer: name, examples } => {
            let scored = scorer(name)?.score_batch(examples).await;
            scored.into_iter().map(Observed::scored).collect()
        }
        Call::Session { scorer: name, turns } => vec![Observed::scored(scorer(name)?.score_session(turns).await)],
        Call::Predict { predictor, inputs } => {
            let predictor = plugin.predictor(predictor, case.config.clone(), settings.clone())?;
            vec![Observed::predicted(predictor.predict(PREDICTED_ID, inputs).await)]
        }
    })
}
