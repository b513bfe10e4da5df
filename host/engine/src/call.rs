//! One guest, and one call into it, within its limits.

use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use scorebox_core::{Failure, FailureKind, Trace, Usage};
use tokio::sync::OwnedSemaphorePermit;
use wasmtime::component::Instance;
use wasmtime::{Store, UpdateDeadline};

use crate::budget::Reservation;
use crate::capture::{Capture, LogLevel, LogLine};
use crate::cpu::{Charged, CpuClock};
use crate::error::LoadError;
use crate::exports::Exports;
use crate::failure::{self, Stage, Stop};
use crate::plugin::Linked;
use crate::signature::{Export, Signature};
use crate::state::{CallSettings, HostState, RowName, caller};

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
        component: &Linked,
        settings: &Arc<CallSettings>,
        function: &str,
        row: RowName<'_>,
        peak: &PeakMemory,
    ) -> Result<Self, Failure> {
        let expected_bytes = peak.expected(settings.limits.memory_bytes);
        let (permit, reservation) = place(component, expected_bytes).await?;
        let clock = CpuClock::new(Instant::now());
        let state = HostState::new(settings.clone(), caller(component.digest, function, row), clock, reservation);
        let mut store = Store::new(&component.engine.wasmtime, state);
        store.limiter(|state| &mut state.limiter);
        store.set_hostcall_fuel(settings.limits.host_call_bytes);
        store.epoch_deadline_callback(|context| at_tick(context.data()));
        let mut guest = Self { store, instance: None, _permit: permit };
        if component.inspection.uses_system || component.inspection.reaches_out {
            guest.add_system(settings)?;
        }
        Ok(guest)
    }

    /// A guest that is asked what its component holds.
    pub(crate) async fn for_description(component: &Linked) -> Result<Self, Failure> {
        let (settings, row) = (Arc::default(), RowName { example_id: "", repeat: 0 });
        Self::create(component, &settings, "describe", row, &PeakMemory::default()).await
    }

    /// The linear memory that the guest has grown to.
    pub(crate) fn memory_bytes(&self) -> usize {
        self.store.data().limiter.memory_bytes()
    }

    /// Whether the guest was refused memory in the current call.
    pub(crate) fn was_refused_memory(&self) -> bool {
        self.store.data().limiter.refused.is_some()
    }

    /// Gives the guest the system that belongs to its current example.
    fn add_system(&mut self, settings: &CallSettings) -> Result<(), Failure> {
        let state = self.store.data_mut();
        // Streams that the guest has open stay connected to the capture that they were opened with.
        let output = state.stderr.take();
        let output = output.unwrap_or_else(|| Arc::new(Mutex::new(Capture::new(settings.limits.stderr_bytes))));
        let system = crate::wasi::build(&settings.grants, settings.seed, &state.caller, &output)
            .map_err(|error| Failure::new(FailureKind::Instantiation, format!("a granted directory: {error:#}")))?;
        state.wasi = Some(system);
        state.stderr = Some(output);
        Ok(())
    }

    /// Prepares a guest that has been called before for a further example.
    pub(crate) fn begin_call(&mut self, row: RowName<'_>) -> Result<(), Failure> {
        let state = self.store.data_mut();
        state.begin_call(row, CpuClock::new(Instant::now()));
        if state.wasi.is_none() {
            return Ok(());
        }
        let settings = state.settings.clone();
        self.add_system(&settings)
    }

    /// Says how many examples the next call is about: limits on amounts and time count per example.
    pub(crate) fn set_examples(&mut self, examples: usize) {
        self.store.data_mut().examples = examples.max(1) as u64;
        let limit = self.store.data().settings.limits.host_call_bytes;
        self.store.set_hostcall_fuel(limit.saturating_mul(examples.max(1)));
    }

    /// Instantiates if need be, and calls one function of the contract.
    pub(crate) async fn call<S: Signature>(
        &mut self,
        component: &Linked,
        export: &Export<S>,
        params: S::Params<'_>,
    ) -> Result<S::Return, Failure> {
        let instance = match self.instance {
            Some(instance) => instance,
            None => self.instantiate(component).await?,
        };
        self.prepare_limits(component);
        let time = self.time_limits(component);
        let store = &mut self.store;
        let call = async move { export.of(instance, &mut *store)?.call_async(&mut *store, params).await };
        let outcome = time.bound(call).await;
        outcome.map_err(|error| failure::describe(&error, Stage::Call, self.store.data_mut()))
    }

    /// Makes the instance, which runs the guest's start functions.
    async fn instantiate(&mut self, component: &Linked) -> Result<Instance, Failure> {
        self.prepare_limits(component);
        let outcome = self.time_limits(component).bound(component.pre.instantiate_async(&mut self.store)).await;
        let instance =
            outcome.map_err(|error| failure::describe(&error, Stage::Instantiation, self.store.data_mut()))?;
        self.instance = Some(instance);
        Ok(instance)
    }

    /// Makes the instance, and finds the functions of the contract in it.
    pub(crate) async fn exports(&mut self, component: &Linked) -> Result<Result<Exports, LoadError>, Failure> {
        let instance = self.instantiate(component).await?;
        Ok(Exports::find(component, instance, &mut self.store))
    }

    fn time_limits(&self, component: &Linked) -> TimeLimits {
        let state = self.store.data();
        TimeLimits { clock: state.clock.clone(), deadline: deadline(state), never_waits: component.inspection.is_pure }
    }

    fn prepare_limits(&mut self, component: &Linked) {
        self.store.set_epoch_deadline(1);
        if component.engine.config.counts_fuel {
            let state = self.store.data();
            let fuel = state.settings.limits.fuel.map_or(u64::MAX, |fuel| fuel.saturating_mul(state.examples));
            // Only fails where fuel is not counted.
            let _ = self.store.set_fuel(fuel);
        }
    }

    /// What the call left behind beside its result.
    pub(crate) fn take_traces(&mut self) -> Remains {
        let state = self.store.data_mut();
        // `wasi:http` tells the guest no more than a code.
        for (kind, refusal) in state.http_hooks.take_refusals() {
            state.log.push(LogLevel::Warn, &format!("http: {refusal}"));
            state.outgoing_failure = Some((kind, refusal));
        }
        // A language runtime survives a refusal, and makes an exception of it.
        let refused_memory = state.limiter.refused.map(failure::refused_memory);
        Remains {
            log: state.log.take(),
            usage: state.usage,
            unfulfilled: state.outgoing_failure.take().or(refused_memory),
            trace: state.spans.take(&state.caller),
            duration: state.clock.elapsed(),
        }
    }
}

/// What bounds the time of one entry into the guest.
struct TimeLimits {
    clock: Arc<CpuClock>,
    deadline: Duration,
    never_waits: bool,
}

impl TimeLimits {
    async fn bound<T>(self, work: impl Future<Output = wasmtime::Result<T>>) -> wasmtime::Result<T> {
        let charged = Charged { future: pin!(work), clock: self.clock.clone() };
        // A guest that cannot wait for the host is always running when its time is up, so the ticker stops it.
        if self.never_waits {
            return charged.await;
        }
        match tokio::time::timeout(self.deadline.saturating_sub(self.clock.elapsed()), charged).await {
            Ok(outcome) => outcome,
            Err(_) => Err(Stop::Deadline { limit: self.deadline }.into()),
        }
    }
}

/// Waits until there is room for another guest, and memory for it.
async fn place(component: &Linked, expected_bytes: usize) -> Result<(OwnedSemaphorePermit, Reservation), Failure> {
    let engine = &*component.engine;
    let permit = if let Ok(permit) = engine.instances.clone().try_acquire_owned() {
        permit
    } else {
        let _waiting = engine.idle.make_room();
        let permit = engine.instances.clone().acquire_owned().await;
        permit.map_err(|_| Failure::new(FailureKind::Instantiation, "the engine is shut down"))?
    };
    if let Some(reservation) = engine.memory.try_reserve_at_once(expected_bytes) {
        return Ok((permit, reservation));
    }
    let _waiting = engine.idle.make_room();
    let reservation = engine.memory.reserve(expected_bytes, || engine.idle.drop_oldest()).await;
    Ok((permit, reservation))
}

/// The most linear memory that guests of one scorer or predict function were seen to have.
#[derive(Debug, Default)]
pub(crate) struct PeakMemory(AtomicUsize);

impl PeakMemory {
    pub(crate) fn bytes(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }

    /// Learns from a guest at the end of its call.
    pub(crate) fn learn(&self, guest: &Guest) {
        self.0.fetch_max(guest.memory_bytes(), Ordering::Relaxed);
    }

    /// What the next guest may need: all that it is allowed, until one was seen.
    fn expected(&self, limit_bytes: usize) -> usize {
        match self.bytes() {
            0 => limit_bytes,
            seen => seen.min(limit_bytes),
        }
    }
}

/// What a call leaves behind beside its result.
#[derive(Debug, Default)]
pub(crate) struct Remains {
    pub(crate) log: Vec<LogLine>,
    pub(crate) usage: Usage,
    /// The last request that the host did not fulfil, and why.
    pub(crate) unfulfilled: Option<(FailureKind, String)>,
    pub(crate) trace: Option<Trace>,
    pub(crate) duration: Duration,
}

fn deadline(state: &HostState) -> Duration {
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
