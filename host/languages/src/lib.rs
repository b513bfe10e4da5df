//! A plugin project in any language becomes a component: finds out what it is written in, sets up that language's tools
//! beside it, and builds.
//!
//! Each language is one module with one function. This crate must never run the component that it builds: it compiles,
//! bundles and wraps; what the languages' own tools run of a project while they do is theirs. Tools come from PyPI and the
//! npm registry, pinned by hash, into a folder of the project or of the user's choice; packages that a project lists itself
//! come from there too, as its own manifest says. It knows no wasmtime.

mod build;
mod built;
mod c;
mod command;
mod error;
mod go;
mod javascript;
mod language;
mod manifest;
mod project;
mod python;
mod rust;
mod sdk;
mod template;
mod toolbox;
mod workspace;

pub use build::{build, default_output};
pub use error::LanguageError;
pub use language::Language;
pub use manifest::{Exports, Imports, JavaScriptEngine, Manifest};
pub use project::Project;
pub use scorebox_build::{BuiltPlugin, Report};
pub use template::{NewProject, create};
pub use toolbox::{TOOLS_VARIABLE, Toolbox};
