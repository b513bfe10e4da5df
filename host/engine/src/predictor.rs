use std::sync::Arc;
use std::time::Duration;

use scorebox_core::{Failure, FailureKind, Json, PredictorInfo, Trace, Usage};

use crate::call::{Guest, PeakMemory};
use crate::capture::LogLine;
use crate::failure;
use crate::output;
use crate::plugin::PluginInner;
use crate::state::{CallSettings, RowName};

/// A predict function with its config, ready to be called from many tasks at once. Every call gets a fresh instance.
/// Cheap to clone.
#[derive(Clone, Debug)]
pub struct Predictor {
    inner: Arc<PredictorInner>,
    repeat: u32,
}

struct PredictorInner {
    plugin: Arc<PluginInner>,
    info: PredictorInfo,
    config: Json,
    settings: Arc<CallSettings>,
    peak: PeakMemory,
}

/// What came of one prediction.
#[derive(Clone, Debug)]
pub struct Predicted {
    /// The outputs, or why there are none.
    pub result: Result<Json, Failure>,
    /// The spans that the guest recorded.
    pub trace: Option<Trace>,
    /// What the guest logged; after a failure, it is part of the failure instead.
    pub log: Vec<LogLine>,
    /// What models took.
    pub usage: Usage,
    /// How long it took.
    pub duration: Duration,
}

impl Predictor {
    pub(crate) fn new(plugin: Arc<PluginInner>, info: PredictorInfo, config: Json, settings: CallSettings) -> Self {
        let (settings, peak) = (Arc::new(settings), PeakMemory::default());
        Self { inner: Arc::new(PredictorInner { plugin, info, config, settings, peak }), repeat: 0 }
    }

    /// The same predict function for a further repetition of each example, from 0: with its own randomness, and with its
    /// own samples of what models answer.
    #[must_use]
    pub fn at_repeat(&self, repeat: u32) -> Self {
        Self { repeat, ..self.clone() }
    }

    /// What the predict function says about itself.
    #[must_use]
    pub fn info(&self) -> &PredictorInfo {
        &self.inner.info
    }

    /// The most linear memory that an instance had in a call so far, in bytes; 0 before the first one.
    #[must_use]
    pub fn peak_memory_bytes(&self) -> usize {
        self.inner.peak.bytes()
    }

    /// Answers one example's inputs.
    pub async fn predict(&self, example_id: &str, inputs: &Json) -> Predicted {
        let predictor = &*self.inner;
        let row = RowName { example_id, repeat: self.repeat };
        let PredictorInner { plugin, info, settings, peak, .. } = predictor;
        let guest = Guest::create(&plugin.component, settings, &info.name, row, peak).await;
        let mut guest = match guest {
            Ok(guest) => guest,
            Err(failure) => return Predicted::failed(failure),
        };
        let Some(exports) = &predictor.plugin.exports.predictors else {
            return Predicted::failed(Failure::new(
                FailureKind::Instantiation,
                "the component holds no predict functions",
            ));
        };
        let params = (predictor.info.name.as_str(), predictor.config.as_str(), inputs.as_str());
        let outcome = guest.call(&predictor.plugin.component, &exports.predict, params).await;
        let remains = guest.take_traces();
        peak.learn(&guest);
        Predicted {
            result: outcome
                .and_then(|(answer,)| output::prediction(answer, &predictor.settings.limits))
                .map_err(|failure| failure::blame(failure, remains.unfulfilled)),
            trace: remains.trace,
            log: remains.log,
            usage: remains.usage,
            duration: remains.duration,
        }
    }
}

impl Predicted {
    fn failed(failure: Failure) -> Self {
        Self { result: Err(failure), trace: None, log: Vec::new(), usage: Usage::default(), duration: Duration::ZERO }
    }
}

impl std::fmt::Debug for PredictorInner {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Predictor")
            .field("name", &self.info.name)
            .field("plugin", &self.plugin)
            .finish_non_exhaustive()
    }
}
