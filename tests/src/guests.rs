use std::sync::LazyLock;

use scorebox_build::{BuildRequest, build_rust_plugin};

use crate::languages::{component_of_folder, repository};

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

/// The component of `tests/guests/hostile-python`; none where the machine lacks what Python needs.
#[must_use]
pub fn hostile_python_component() -> Option<&'static [u8]> {
    static COMPONENT: LazyLock<Option<Vec<u8>>> =
        LazyLock::new(|| component_of_folder(&repository().join("tests/guests/hostile-python")));
    COMPONENT.as_deref()
}

/// The component of `tests/guests/hostile-javascript`; none where the machine lacks what JavaScript needs.
#[must_use]
pub fn hostile_javascript_component() -> Option<&'static [u8]> {
    static COMPONENT: LazyLock<Option<Vec<u8>>> =
        LazyLock::new(|| component_of_folder(&repository().join("tests/guests/hostile-javascript")));
    COMPONENT.as_deref()
}

/// The component of `plugins/text`.
#[must_use]
pub fn text_component() -> &'static [u8] {
    static COMPONENT: LazyLock<Vec<u8>> = LazyLock::new(|| build("plugins/text", "target/plugins"));
    &COMPONENT
}

/// Builds a component; a target folder of its own keeps cargo from waiting for the build that runs the tests.
fn build(project: &str, target_dir: &str) -> Vec<u8> {
    let (project_dir, target_dir) = (repository().join(project), repository().join(target_dir));
    let request = BuildRequest { project: project_dir, target_dir, locked: true };
    match build_rust_plugin(&request) {
        Ok(built) => built.component,
        Err(error) => panic!("{project} cannot be built: {error}"),
    }
}
