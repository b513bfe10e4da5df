use std::env;
use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context as _, Result};
use scorebox_languages::{LanguageError, Project, Toolbox, build};

use crate::repository::{Repository, run};
use crate::terminal::{green, heading, red};

/// Where the repository keeps plugin projects in several languages.
const FOLDERS: [&str; 3] = ["sdk/examples", "tests/conformance/plugins", "tests/guests"];

/// pytest, with what it needs.
const PYTEST: &str = "\
pytest==8.4.2 --hash=sha256:872f880de3fc3a5bdc88a11b39c9710c3497a547cfa9320bc3c5e62fbf272e79
iniconfig==2.3.1 --hash=sha256:9121e2c1fdb355232495be3194c8dfe87ccc2d5dee45947b78e68f499790d7a7
packaging==26.3 --hash=sha256:d7193f7c8e4e93f444fde0262bf90af30e16fa0ad0ad44cb553c87339b23cd1c
pluggy==1.7.0 --hash=sha256:7dd7b0d8832ba3cb632c306926ded123429211b83641b35dc5c41ad2d34f9bec
pygments==2.21.0 --hash=sha256:2363c69b61c4a97c838da3b130dcd6468f4848992b21a82f2a63ec34377137d9
";

/// Builds the tests' plugins in all languages, so that the tests find them built. This sets up the languages' tools, and
/// says so; a language whose tools cannot be had is skipped, except in continuous integration.
pub(crate) fn prepare(repository: &Repository) -> Result<()> {
    heading("Plugins in every language");
    let tools = tools(repository);
    eprintln!(
        "Tools of other languages come from PyPI and the npm registry, pinned by hash, into {}.",
        tools.display()
    );
    let toolbox = Toolbox::new(tools, |message| eprintln!("  {message}"));
    for folder in projects(repository)? {
        let project = Project::open(&folder)?;
        let name = folder.strip_prefix(repository.root()).unwrap_or(&folder).display().to_string();
        let began = Instant::now();
        match build(&project, &toolbox) {
            Ok(built) => {
                let size = built.report.size_bytes.div_ceil(1024);
                eprintln!("{} {name}: {size} KiB, {:.1} s", green("built"), began.elapsed().as_secs_f64());
            }
            Err(error) if error.is_about_tools() && env::var_os("CI").is_none() => {
                eprintln!("{} {name}, and the tests that need it: {error}", red("SKIPPED"));
            }
            Err(error) => return Err(error).with_context(|| name),
        }
    }
    Ok(())
}

/// Runs the SDKs' own tests, natively, with their own languages' tools.
pub(crate) fn test_sdks(repository: &Repository) -> Result<()> {
    heading("The SDKs' own tests, natively");
    let toolbox = Toolbox::new(tools(repository), |message| eprintln!("  {message}"));
    for (language, test) in [("Python", python_tests as SdkTests), ("JavaScript", javascript_tests), ("Go", go_tests)] {
        match test(repository, &toolbox) {
            Ok(commands) => commands.into_iter().try_for_each(|mut command| run(&mut command))?,
            Err(error) if error.is_about_tools() && env::var_os("CI").is_none() => {
                eprintln!("{} the tests of the SDK for {language}: {error}", red("SKIPPED"));
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// Gets what the tests of an SDK need, and answers the commands that run them.
type SdkTests = fn(&Repository, &Toolbox) -> Result<Vec<Command>, LanguageError>;

fn python_tests(repository: &Repository, toolbox: &Toolbox) -> Result<Vec<Command>, LanguageError> {
    let pytest = toolbox.python_packages("pytest", PYTEST)?;
    let mut command = Command::new("python3");
    command.args(["-m", "pytest", "--quiet", "-p", "no:cacheprovider"]);
    command.env("PYTHONPATH", pytest).env("PYTHONDONTWRITEBYTECODE", "1");
    command.current_dir(repository.root().join("sdk/python"));
    Ok(vec![command])
}

fn javascript_tests(repository: &Repository, _: &Toolbox) -> Result<Vec<Command>, LanguageError> {
    let mut command = Command::new("npm");
    let there = Command::new("npm").arg("--version").output();
    there.map_err(|source| LanguageError::NoProgram {
        program: "npm".to_owned(),
        purpose: "testing the SDK for JavaScript".to_owned(),
        source,
        advice: "Install Node.js 20 or newer with npm.".to_owned(),
    })?;
    command.args(["test", "--silent"]).current_dir(repository.root().join("sdk/javascript"));
    Ok(vec![command])
}

fn go_tests(repository: &Repository, toolbox: &Toolbox) -> Result<Vec<Command>, LanguageError> {
    let folder = repository.root().join("sdk/go");
    let commands = [["vet", "./..."], ["test", "./..."]].map(|arguments| {
        toolbox.go(&folder).map(|mut go| {
            go.args(arguments);
            go
        })
    });
    commands.into_iter().collect()
}

/// The folder with the tools of other languages, which tests and benchmarks share.
fn tools(repository: &Repository) -> PathBuf {
    Toolbox::shared_folder().unwrap_or_else(|| repository.target_dir().join("tools"))
}

fn projects(repository: &Repository) -> Result<Vec<PathBuf>> {
    let mut projects = Vec::new();
    for folder in FOLDERS {
        let folder = repository.root().join(folder);
        let entries = folder.read_dir().with_context(|| format!("cannot read {}", folder.display()))?;
        for entry in entries {
            let path = entry?.path();
            if path.join("plugin.toml").is_file() {
                projects.push(path);
            }
        }
    }
    projects.sort();
    Ok(projects)
}
