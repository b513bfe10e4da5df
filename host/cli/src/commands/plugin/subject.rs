use std::fs;
use std::path::{Path, PathBuf};

use anyhow::anyhow;
use scorebox_engine::{Engine, LoadError, Plugin};
use scorebox_languages::{Project, default_output};

use super::build::{build, stop};
use super::{interrupt, relative, shown};
use crate::arguments::SubjectArguments;
use crate::engine::{self, Needs};
use crate::exit::Stop;

/// The plugin that a command is about.
pub(super) struct Subject {
    /// What it is called in the report.
    pub(super) name: String,
    /// Where the component lies.
    pub(super) path: PathBuf,
    pub(super) component: Vec<u8>,
    /// The project that it was built from, where that is known.
    pub(super) project: Option<Project>,
    /// Where its cases are: a file or a folder, which may not be there.
    pub(super) cases: PathBuf,
}

impl Subject {
    /// Reads the component, or builds the project that it is made from.
    pub(super) async fn open(arguments: &SubjectArguments, quiet: bool) -> Result<Self, Stop> {
        let cases = |folder: &Path| arguments.cases.clone().unwrap_or_else(|| relative(folder).join("tests"));
        if arguments.path.is_file() {
            let component = fs::read(&arguments.path).map_err(|error| unreadable(&arguments.path, &error))?;
            let folder = project_folder(&arguments.path);
            return Ok(Self {
                name: arguments.path.display().to_string(),
                path: arguments.path.clone(),
                component,
                project: Project::open(&folder).ok(),
                cases: cases(&folder),
            });
        }
        let project = Project::open(&arguments.path).map_err(stop)?;
        let path = default_output(&project);
        let component = if arguments.no_build {
            built_before(&project)?
        } else {
            build(&project, &arguments.tools, path.clone(), quiet).await?.component
        };
        let cases = cases(project.folder());
        Ok(Self { name: project.manifest().name.clone(), path, component, project: Some(project), cases })
    }

    /// Loads the component. What is wrong with it is the caller's to report.
    pub(super) async fn load(&self, engine: &Engine) -> Result<Result<Plugin, LoadError>, Stop> {
        interrupt::or_interrupted(engine.load_named(&self.name, &self.component)).await
    }

    /// Loads a component that has to be a plugin.
    pub(super) async fn plugin(&self, quiet: bool) -> Result<(Engine, Plugin), Stop> {
        let engine = engine::start(Needs::default().quiet(quiet)).map_err(Stop::unfinished)?;
        let plugin = self.load(&engine).await?;
        let plugin = plugin.map_err(|error| Stop::Input(anyhow::Error::new(error).context(shown(&self.path))))?;
        Ok((engine, plugin))
    }
}

/// The component of a project as it was last built.
pub(super) fn built_before(project: &Project) -> Result<Vec<u8>, Stop> {
    let path = default_output(project);
    match fs::read(&path) {
        Ok(component) => Ok(component),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(Stop::Input(anyhow!(
            "{} is not there: the project was not built yet\nhelp: build it with `scorebox plugin build {}`",
            shown(&path),
            shown(project.folder()),
        ))),
        Err(error) => Err(unreadable(&path, &error)),
    }
}

/// The folder of the project that a component belongs to: above `dist`, where it lies in one, or its own.
fn project_folder(component: &Path) -> PathBuf {
    let absolute = component.canonicalize().unwrap_or_else(|_| component.to_owned());
    let folder = absolute.parent().unwrap_or(Path::new("."));
    match folder.parent() {
        Some(above) if folder.ends_with("dist") => above.to_owned(),
        _ => folder.to_owned(),
    }
}

fn unreadable(path: &Path, error: &std::io::Error) -> Stop {
    Stop::Input(anyhow!("{}: cannot be read: {error}", path.display()))
}
