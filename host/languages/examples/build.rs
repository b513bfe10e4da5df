//! Builds the plugin project in the folder named first and writes its component to the file named second.

use std::path::Path;

use scorebox_languages::{Project, Toolbox, build, default_output};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().unwrap_or_else(|| ".".to_owned());
    let project = Project::open(Path::new(&folder))?;
    let output = arguments.next().map_or_else(|| default_output(&project), Into::into);
    let toolbox = Toolbox::new(Toolbox::folder_for(&project), |message| eprintln!("{message}"));
    let built = build(&project, &toolbox)?;
    std::fs::create_dir_all(output.parent().unwrap_or(Path::new(".")))?;
    std::fs::write(&output, &built.component)?;
    println!("{} {:?}", output.display(), built.report);
    Ok(())
}
