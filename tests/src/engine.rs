use std::num::NonZeroUsize;
use std::sync::LazyLock;

use scorebox_engine::{Engine, EngineConfig, Plugin};
use tokio::sync::OnceCell;

use crate::guests::{curious_component, hostile_component};

/// The engine that most tests share, as the parts of a host would.
#[must_use]
pub fn engine() -> &'static Engine {
    static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
        let max_instances = NonZeroUsize::new(32).expect("32 is not zero");
        Engine::new(EngineConfig { max_instances, ..EngineConfig::default() }).expect("the engine starts")
    });
    &ENGINE
}

/// Loads a component into the shared engine.
pub async fn load(component: &[u8]) -> Plugin {
    match engine().load(component).await {
        Ok(plugin) => plugin,
        Err(error) => panic!("the component is not loaded: {error}"),
    }
}

/// `tests/guests/hostile` in the shared engine.
pub async fn hostile() -> &'static Plugin {
    static PLUGIN: OnceCell<Plugin> = OnceCell::const_new();
    PLUGIN.get_or_init(|| load(hostile_component())).await
}

/// `tests/guests/curious` in the shared engine.
pub async fn curious() -> &'static Plugin {
    static PLUGIN: OnceCell<Plugin> = OnceCell::const_new();
    PLUGIN.get_or_init(|| load(curious_component())).await
}
