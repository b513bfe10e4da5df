//! One guest, and one call into it, within its limits.

use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use scorebox_core::{Failure, FailureKind, Trace};
use tokio::sync::OwnedSemaphorePermit;
use wasmtime::component::{ComponentExportIndex, ComponentNamedList, Instance, Lift, Lower};
use wasmtime::{Store, UpdateDeadline};

use crate::capture::{Capture, LogLine};
use crate::cpu::{Charged, CpuClock};
use crate::failure::{self, Stage, Stop};
use crate::outgoing::Usage;
use crate::plugin::PluginInner;
use crate::state::{CallSettings, HostState, caller};

/// A store with at most one instance in it. After a failure it must be dropped: an instance that trapped is never
/// entered again.
pub(crate) struct Guest {
    store: Store<HostState>,
    instance: Option<Instance>,
    _permit: OwnedSemaphorePermit,
}

impl Guest {
    /// Makes a store, once there is room for another guest. The instance comes with the first call.
    pub(crate) async fn create(
        plugin: &PluginInner,
        settings: &Arc<CallSettings>,
        function: &str,
        example_id: &str,
    ) -> Result<Self, Failure> {
        let permit = plugin.engine.instances.clone().acquire_owned().await;
        let permit = permit.map_err(|_| Failure::new(FailureKind::Instantiation, "the engine is shut down"))?;
        let clock = CpuClock::new(Instant::now());
        let state = HostState::new(settings.clone(), caller(plugin.digest, function, example_id), clock);
        let mut store = Store::new(&plugin.engine.wasmtime, state);
        store.limiter(|state| &mut state.limiter);
        store.set_hostcall_fuel(settings.limits.host_call_bytes);
        store.epoch_deadline_callback(|context| at_tick(context.data()));
        let mut guest = Self { store, instance: None, _permit: permit };
        if plugin.inspection.uses_system || plugin.inspection.reaches_out {
            guest.add_system(settings)?;
        }
        Ok(guest)
    }

    fn add_system(&mut self, settings: &CallSettings) -> Result<(), Failure> {
        let output = Arc::new(Mutex::new(Capture::new(settings.limits.stderr_bytes)));
        let state = self.store.data_mut();
        let system = crate::wasi::build(&settings.grants, settings.seed, &state.caller, &output)
            .map_err(|error| Failure::new(FailureKind::Instantiation, format!("a granted directory: {error:#}")))?;
        state.wasi = Some(system);
        state.stderr = Some(output);
        Ok(())
    }

    /// Prepares a guest that has been called before for a further example.
    pub(crate) fn begin_call(&mut self, example_id: &str) {
        self.store.data_mut().begin_call(example_id, CpuClock::new(Instant::now()));
    }

    /// Says how many examples the next call is about: limits on amounts and time count per example.
    pub(crate) fn set_examples(&mut self, examples: usize) {
        self.store.data_mut().examples = examples.max(1) as u64;
        let limit = self.store.data().settings.limits.host_call_bytes;
        self.store.set_hostcall_fuel(limit.saturating_mul(examples.max(1)));
    }

    /// Instantiates if need be, and calls one function of the contract.
    pub(crate) async fn call<Params, Return>(
        &mut self,
        plugin: &PluginInner,
        export: &ComponentExportIndex,
        params: Params,
    ) -> Result<Return, Failure>
    where
        Params: ComponentNamedList + Lower + Send + Sync,
        Return: ComponentNamedList + Lift + Send + Sync + 'static,
    {
        let mut stage = Stage::Instantiation;
        let outcome = self.bounded_call(plugin, export, params, &mut stage).await;
        outcome.map_err(|error| failure::describe(&error, stage, self.store.data_mut()))
    }

    async fn bounded_call<Params, Return>(
        &mut self,
        plugin: &PluginInner,
        export: &ComponentExportIndex,
        params: Params,
        stage: &mut Stage,
    ) -> wasmtime::Result<Return>
    where
        Params: ComponentNamedList + Lower + Send + Sync,
        Return: ComponentNamedList + Lift + Send + Sync + 'static,
    {
        self.prepare_limits(plugin)?;
        let clock = self.store.data().clock.clone();
        let deadline = deadline(self.store.data());
        let known = self.instance;
        let store = &mut self.store;
        let instance = &mut self.instance;
        let work = pin!(async move {
            let entered = match known {
                Some(entered) => entered,
                None => *instance.insert(plugin.pre.instantiate_async(&mut *store).await?),
            };
            *stage = Stage::Call;
            let function = entered.get_typed_func::<Params, Return>(&mut *store, export)?;
            function.call_async(&mut *store, params).await
        });
        let charged = Charged { future: work, clock };
        // A guest that cannot wait for the host is always running when its time is up, so the ticker stops it.
        if plugin.inspection.is_pure {
            return charged.await;
        }
        match tokio::time::timeout(deadline, charged).await {
            Ok(outcome) => outcome,
            Err(_) => Err(Stop::Deadline { limit: deadline }.into()),
        }
    }

    fn prepare_limits(&mut self, plugin: &PluginInner) -> wasmtime::Result<()> {
        self.store.set_epoch_deadline(1);
        if plugin.engine.config.counts_fuel {
            let state = self.store.data();
            let fuel = state.settings.limits.fuel.map_or(u64::MAX, |fuel| fuel.saturating_mul(state.examples));
            self.store.set_fuel(fuel)?;
        }
        Ok(())
    }

    /// What the call left behind beside its result.
    pub(crate) fn take_traces(&mut self) -> Remains {
        let state = self.store.data_mut();
        Remains {
            log: state.log.take(),
            usage: state.usage,
            trace: state.spans.take(&state.caller),
            duration: state.clock.elapsed(),
        }
    }
}

/// What a call leaves behind beside its result.
#[derive(Debug, Default)]
pub(crate) struct Remains {
    pub(crate) log: Vec<LogLine>,
    pub(crate) usage: Usage,
    pub(crate) trace: Option<Trace>,
    pub(crate) duration: std::time::Duration,
}

fn deadline(state: &HostState) -> std::time::Duration {
    state.settings.limits.deadline.saturating_mul(u32::try_from(state.examples).unwrap_or(u32::MAX))
}

/// Called while the guest runs, at every tick: stops it when its time is up, and lets others run.
fn at_tick(state: &HostState) -> wasmtime::Result<UpdateDeadline> {
    let limit = deadline(state);
    if state.clock.elapsed() > limit {
        return Err(Stop::Deadline { limit }.into());
    }
    let limit = state.settings.limits.cpu.saturating_mul(u32::try_from(state.examples).unwrap_or(u32::MAX));
    if state.clock.spent() > limit {
        return Err(Stop::Cpu { limit }.into());
    }
    Ok(UpdateDeadline::Yield(1))
}
