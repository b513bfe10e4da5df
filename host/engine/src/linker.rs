//! Everything that a guest can be linked to, interface by interface. What is not in [`OFFERED`] does not exist for
//! a guest; `wasi:sockets` is left out on purpose.

use wasmtime::component::{HasData, HasSelf, Linker, ResourceTable};
use wasmtime_wasi::WasiView as _;
use wasmtime_wasi::cli::{WasiCli, WasiCliView as _};
use wasmtime_wasi::clocks::{WasiClocks, WasiClocksView as _};
use wasmtime_wasi::filesystem::{WasiFilesystem, WasiFilesystemView as _};
use wasmtime_wasi::p2::bindings::{cli, clocks, filesystem, io, random};
use wasmtime_wasi::random::WasiRandom;
use wasmtime_wasi_http::p2::bindings::{LinkOptions, http};
use wasmtime_wasi_http::{WasiHttp, WasiHttpView as _};

use crate::bindings::{llm, log, tracing, types};
use crate::state::HostState;

type Link = fn(&mut Linker<HostState>) -> wasmtime::Result<()>;

/// How much of the outside an interface opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Nothing: a guest that imports only such interfaces is a pure function of its arguments.
    None,
    /// The virtual system, which is the same on every run.
    VirtualSystem,
    /// Other machines, through the host.
    Outside,
}

/// One interface that guests may import.
pub(crate) struct Offer {
    /// Package and interface, without the version.
    pub(crate) interface: &'static str,
    /// How much of the outside it opens.
    pub(crate) reach: Reach,
    link: Link,
}

/// All that guests may import.
pub(crate) const OFFERED: &[Offer] = &[
    offer("scorebox:plugin/types", Reach::None, |l| types::add_to_linker::<_, HasSelf<_>>(l, |s| s)),
    offer("scorebox:plugin/log", Reach::None, |l| log::add_to_linker::<_, HasSelf<_>>(l, |s| s)),
    offer("scorebox:plugin/tracing", Reach::None, |l| tracing::add_to_linker::<_, HasSelf<_>>(l, |s| s)),
    offer("scorebox:plugin/llm", Reach::Outside, |l| llm::add_to_linker::<_, HasSelf<_>>(l, |s| s)),
    offer("wasi:http/types", Reach::Outside, |l| {
        let options = LinkOptions::default();
        http::types::add_to_linker::<_, WasiHttp>(l, &(&options).into(), HostState::http)
    }),
    offer("wasi:http/outgoing-handler", Reach::Outside, |l| {
        http::outgoing_handler::add_to_linker::<_, WasiHttp>(l, HostState::http)
    }),
    offer("wasi:io/error", Reach::VirtualSystem, |l| io::error::add_to_linker::<_, Io>(l, table)),
    offer("wasi:io/poll", Reach::VirtualSystem, |l| io::poll::add_to_linker::<_, Io>(l, table)),
    offer("wasi:io/streams", Reach::VirtualSystem, |l| io::streams::add_to_linker::<_, Io>(l, table)),
    offer("wasi:clocks/wall-clock", Reach::VirtualSystem, |l| {
        clocks::wall_clock::add_to_linker::<_, WasiClocks>(l, HostState::clocks)
    }),
    offer("wasi:clocks/monotonic-clock", Reach::VirtualSystem, |l| {
        clocks::monotonic_clock::add_to_linker::<_, WasiClocks>(l, HostState::clocks)
    }),
    offer("wasi:random/random", Reach::VirtualSystem, |l| {
        random::random::add_to_linker::<_, WasiRandom>(l, |s| s.ctx().ctx.random())
    }),
    offer("wasi:random/insecure", Reach::VirtualSystem, |l| {
        random::insecure::add_to_linker::<_, WasiRandom>(l, |s| s.ctx().ctx.random())
    }),
    offer("wasi:random/insecure-seed", Reach::VirtualSystem, |l| {
        random::insecure_seed::add_to_linker::<_, WasiRandom>(l, |s| s.ctx().ctx.random())
    }),
    offer("wasi:cli/environment", Reach::VirtualSystem, |l| {
        cli::environment::add_to_linker::<_, WasiCli>(l, HostState::cli)
    }),
    offer("wasi:cli/exit", Reach::VirtualSystem, |l| cli::exit::add_to_linker::<_, WasiCli>(l, HostState::cli)),
    offer("wasi:cli/stdin", Reach::VirtualSystem, |l| cli::stdin::add_to_linker::<_, WasiCli>(l, HostState::cli)),
    offer("wasi:cli/stdout", Reach::VirtualSystem, |l| cli::stdout::add_to_linker::<_, WasiCli>(l, HostState::cli)),
    offer("wasi:cli/stderr", Reach::VirtualSystem, |l| cli::stderr::add_to_linker::<_, WasiCli>(l, HostState::cli)),
    offer("wasi:cli/terminal-input", Reach::VirtualSystem, |l| {
        cli::terminal_input::add_to_linker::<_, WasiCli>(l, HostState::cli)
    }),
    offer("wasi:cli/terminal-output", Reach::VirtualSystem, |l| {
        cli::terminal_output::add_to_linker::<_, WasiCli>(l, HostState::cli)
    }),
    offer("wasi:cli/terminal-stdin", Reach::VirtualSystem, |l| {
        cli::terminal_stdin::add_to_linker::<_, WasiCli>(l, HostState::cli)
    }),
    offer("wasi:cli/terminal-stdout", Reach::VirtualSystem, |l| {
        cli::terminal_stdout::add_to_linker::<_, WasiCli>(l, HostState::cli)
    }),
    offer("wasi:cli/terminal-stderr", Reach::VirtualSystem, |l| {
        cli::terminal_stderr::add_to_linker::<_, WasiCli>(l, HostState::cli)
    }),
    offer("wasi:filesystem/types", Reach::VirtualSystem, |l| {
        filesystem::types::add_to_linker::<_, WasiFilesystem>(l, HostState::filesystem)
    }),
    offer("wasi:filesystem/preopens", Reach::VirtualSystem, |l| {
        filesystem::preopens::add_to_linker::<_, WasiFilesystem>(l, HostState::filesystem)
    }),
];

const fn offer(interface: &'static str, reach: Reach, link: Link) -> Offer {
    Offer { interface, reach, link }
}

/// A linker with everything on offer. Whether a guest *may* use an interface is decided at the call, not here.
pub(crate) fn build(engine: &wasmtime::Engine) -> wasmtime::Result<Linker<HostState>> {
    let mut linker = Linker::new(engine);
    for offer in OFFERED {
        (offer.link)(&mut linker)?;
    }
    Ok(linker)
}

struct Io;

impl HasData for Io {
    type Data<'a> = &'a mut ResourceTable;
}

fn table(state: &mut HostState) -> &mut ResourceTable {
    state.ctx().table
}
