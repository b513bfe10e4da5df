use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use scorebox_core::{Digest, FailureKind, Usage};
use wasmtime::component::ResourceTable;
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};

use crate::budget::Reservation;
use crate::capture::{Capture, LogCapture};
use crate::config::CallLimits;
use crate::cpu::CpuClock;
use crate::failure::Stop;
use crate::grants::Grants;
use crate::imports::http::HttpHooks;
use crate::imports::tracing::SpanRecorder;
use crate::limiter::Limiter;
use crate::outgoing::{Caller, Outgoing};

/// What holds for all calls of one scorer or predict function.
#[derive(Clone, Debug)]
pub struct CallSettings {
    /// What one call may use.
    pub limits: CallLimits,
    /// What the operator lets the plugin do.
    pub grants: Grants,
    /// Where outgoing calls leave.
    pub outgoing: Arc<dyn Outgoing>,
    /// Feeds the guest's randomness, together with the plugin, the function and the example.
    pub seed: u64,
}

impl Default for CallSettings {
    fn default() -> Self {
        Self {
            limits: CallLimits::default(),
            grants: Grants::default(),
            outgoing: Arc::new(crate::outgoing::NothingGranted),
            seed: 0,
        }
    }
}

/// The state of one guest, behind its store.
pub(crate) struct HostState {
    /// Host resources that the guest holds handles to.
    pub(crate) table: ResourceTable,
    /// The virtual system, for guests that import any of WASI.
    pub(crate) wasi: Option<WasiCtx>,
    /// Bounds of `wasi:http`.
    pub(crate) http: WasiHttpCtx,
    /// Where `wasi:http` requests leave.
    pub(crate) http_hooks: HttpHooks,
    /// Memory and tables.
    pub(crate) limiter: Limiter,
    /// What the guest logged.
    pub(crate) log: LogCapture,
    /// What the guest wrote to standard output and standard error, for guests that import any of WASI.
    pub(crate) stderr: Option<Arc<Mutex<Capture>>>,
    /// The spans that the guest recorded.
    pub(crate) spans: SpanRecorder,
    /// Host calls made so far.
    pub(crate) host_calls: u64,
    /// Requests that left the sandbox so far.
    pub(crate) outgoing_requests: u64,
    /// The last request that the host did not fulfil, and why.
    pub(crate) outgoing_failure: Option<(FailureKind, String)>,
    /// What models took so far.
    pub(crate) usage: Usage,
    /// How often the current call has asked a model the same.
    pub(crate) asked: HashMap<Digest, u32>,
    /// Limits, grants and the way out.
    pub(crate) settings: Arc<CallSettings>,
    /// How many examples the current call is about; limits on amounts count per example.
    pub(crate) examples: u64,
    /// On whose behalf the guest runs.
    pub(crate) caller: Caller,
    /// The time the current call has used.
    pub(crate) clock: Arc<CpuClock>,
}

impl HostState {
    pub(crate) fn new(
        settings: Arc<CallSettings>,
        caller: Caller,
        clock: Arc<CpuClock>,
        reservation: Reservation,
    ) -> Self {
        let limits = &settings.limits;
        let mut table = ResourceTable::new();
        table.set_max_capacity(limits.resources);
        Self {
            table,
            wasi: None,
            http: WasiHttpCtx::new(),
            http_hooks: HttpHooks::default(),
            limiter: Limiter::new(limits, reservation),
            log: LogCapture::new(limits.log_bytes),
            stderr: None,
            spans: SpanRecorder::new(limits.spans, limits.output_bytes),
            host_calls: 0,
            outgoing_requests: 0,
            outgoing_failure: None,
            usage: Usage::default(),
            asked: HashMap::new(),
            examples: 1,
            caller,
            clock,
            settings,
        }
    }

    /// Prepares for a further call into the same guest: what counts per call starts anew.
    pub(crate) fn begin_call(&mut self, row: RowName<'_>, clock: Arc<CpuClock>) {
        let limits = &self.settings.limits;
        row.example_id.clone_into(&mut self.caller.example_id);
        self.caller.repeat = row.repeat;
        self.limiter.refused = None;
        self.log = LogCapture::new(limits.log_bytes);
        self.spans = SpanRecorder::new(limits.spans, limits.output_bytes);
        if let Some(stderr) = &self.stderr {
            *lock(stderr) = Capture::new(limits.stderr_bytes);
        }
        self.host_calls = 0;
        self.outgoing_requests = 0;
        self.outgoing_failure = None;
        self.usage = Usage::default();
        self.asked.clear();
        self.http_hooks = HttpHooks::default();
        self.clock = clock;
    }

    /// Counts one call of an import.
    pub(crate) fn count_host_call(&mut self) -> Result<(), Stop> {
        self.host_calls += 1;
        let limit = self.settings.limits.host_calls.saturating_mul(self.examples);
        if self.host_calls > limit { Err(Stop::HostCalls { limit }) } else { Ok(()) }
    }

    /// Counts requests that are about to leave the sandbox.
    pub(crate) fn count_outgoing(&mut self, requests: u64) -> Result<(), Stop> {
        self.outgoing_requests = self.outgoing_requests.saturating_add(requests);
        let limit = self.settings.limits.outgoing_requests.saturating_mul(self.examples);
        if self.outgoing_requests > limit { Err(Stop::OutgoingRequests { limit }) } else { Ok(()) }
    }

    /// Whether what was used so far, and what is on its way, leave room for another model call; otherwise the limit that
    /// does not.
    pub(crate) fn check_call_budget(&self, tokens_on_the_way: u64) -> Result<(), String> {
        let limits = &self.settings.limits;
        let used = self.usage.tokens().saturating_add(tokens_on_the_way);
        if used >= limits.tokens.saturating_mul(self.examples) {
            return Err(format!("this call has used {used} tokens; the limit tokens is {}", limits.tokens));
        }
        match limits.cost {
            Some(limit) if self.usage.cost >= limit.times(self.examples) => {
                Err(format!("this call has cost {}; the limit cost is {limit}", self.usage.cost))
            }
            _ => Ok(()),
        }
    }
}

/// Locks a mutex whose holders cannot leave it half-changed.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

impl WasiView for HostState {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        // Guests that import WASI got their context when the store was made; this one offers nothing at all.
        let ctx = self.wasi.get_or_insert_with(crate::wasi::empty);
        WasiCtxView { ctx, table: &mut self.table }
    }
}

impl WasiHttpView for HostState {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        self.http_hooks.prepare(&self.settings, &self.caller, self.examples);
        WasiHttpCtxView { hooks: &mut self.http_hooks, table: &mut self.table, ctx: &mut self.http }
    }
}

/// What a call is about.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RowName<'a> {
    pub(crate) example_id: &'a str,
    /// Which repetition of the example it is.
    pub(crate) repeat: u32,
}

/// Who calls, before the first example.
pub(crate) fn caller(plugin: Digest, function: &str, row: RowName<'_>) -> Caller {
    Caller { plugin, function: function.to_owned(), example_id: row.example_id.to_owned(), repeat: row.repeat }
}
