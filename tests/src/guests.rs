use std::path::Path;
use std::sync::LazyLock;

use scorebox_build::{BuildRequest, build_rust_plugin};

/// The component of `tests/guests/hostile`: pure, and wrong in every way it can be.
#[must_use]
pub fn hostile_component() -> &'static [u8] {
    static COMPONENT: LazyLock<Vec<u8>> = LazyLock::new(|| build("tests/guests/hostile", "target/test-guests"));
    &COMPONENT
}

/// The component of `tests/guests/curious`, which tries to learn about the machine and to reach out of it.
#[must_use]
pub fn curious_component() -> &'static [u8] {
    static COMPONENT: LazyLock<Vec<u8>> = LazyLock::new(|| build("tests/guests/curious", "target/test-guests"));
    &COMPONENT
}

/// The component of `plugins/text`.
#[must_use]
pub fn text_component() -> &'static [u8] {
    static COMPONENT: LazyLock<Vec<u8>> = LazyLock::new(|| build("plugins/text", "target/plugins"));
    &COMPONENT
}

/// Builds a component; a target folder of its own keeps cargo from waiting for the build that runs the tests.
fn build(project: &str, target_dir: &str) -> Vec<u8> {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let request =
        BuildRequest { project: repository.join(project), target_dir: repository.join(target_dir), locked: true };
    match build_rust_plugin(&request) {
        Ok(built) => built.component,
        Err(error) => panic!("{project} cannot be built: {error}"),
    }
}
