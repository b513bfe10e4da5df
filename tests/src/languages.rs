use std::env;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use scorebox_languages::{Project, Toolbox, build};

/// Builds a plugin project in any language; `None`, with a message, where the machine lacks what its
/// language needs. In continuous integration nothing may be lacking.
#[must_use]
pub fn component_of_folder(folder: &Path) -> Option<Vec<u8>> {
    let project = folder.display();
    let built = Project::open(folder).and_then(|project| build(&project, &toolbox()));
    match built {
        Ok(built) => Some(built.component),
        Err(error) if error.is_about_tools() && env::var_os("CI").is_none() => {
            // Not with eprintln!, which the test harness swallows.
            let _ = writeln!(std::io::stderr(), "SKIPPED {project}: {error}");
            None
        }
        Err(error) => panic!("{project} cannot be built: {error}"),
    }
}

/// The tools of all languages, shared by all projects of the repository; `cargo xtask test` sets them up beforehand.
fn toolbox() -> Toolbox {
    let target = env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
    let folder = Toolbox::shared_folder().unwrap_or_else(|| repository().join(target).join("tools"));
    Toolbox::new(folder, |message| eprintln!("{message}"))
}

/// The repository's folder.
#[must_use]
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}
