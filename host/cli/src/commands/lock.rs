use std::process::ExitCode;

use scorebox_gateway::Gateway;

use super::print;
use crate::arguments::LockArguments;
use crate::config::{Overrides, Project};
use crate::exit::Stop;
use crate::lock::Lock;
use crate::terminal::{FAINT, GOOD, count};

pub(crate) fn run(arguments: &LockArguments) -> Result<ExitCode, Stop> {
    let project = Project::load(&arguments.path).map_err(Stop::input)?;
    let overrides = Overrides::default();
    // The plugins are resolved as for a run; nothing is sent.
    let gateway = Gateway::new(project.gateway(&overrides).map_err(Stop::input)?).map_err(Stop::input)?;
    let request = project.request(&overrides, &gateway, std::path::PathBuf::new()).map_err(Stop::input)?;
    let lock = Lock::of(&request);
    let path = Lock::path(project.folder());
    let is_changed = lock.write(project.folder()).map_err(Stop::unfinished)?;
    let (path, plugins) = (path.display(), count(lock.len() as u64, "plugin"));
    print(&match is_changed {
        true => format!("{} {path} with {plugins}\n", GOOD.paint("wrote")),
        false => format!("{} {path} holds {plugins}\n", FAINT.paint("unchanged")),
    })
}
