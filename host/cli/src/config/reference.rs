use std::borrow::Cow;
use std::path::Path;

use scorebox_eval::ComponentSource;

use super::problem::nearest;

/// Which function of which component: `BUILTIN/FUNCTION` or `PATH.wasm#FUNCTION`.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum FunctionReference<'a> {
    Builtin { plugin: &'a str, function: &'a str },
    File { path: &'a str, function: &'a str },
}

/// Why there is no such function, and what to do.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unresolved {
    pub(super) message: String,
    pub(super) help: Option<String>,
}

impl<'a> FunctionReference<'a> {
    pub(super) fn parse(text: &'a str) -> Result<Self, Unresolved> {
        if let Some((path, function)) = text.rsplit_once('#') {
            return Ok(Self::File { path, function });
        }
        if text.starts_with(['.', '/']) || text.ends_with(".wasm") {
            return Err(Unresolved {
                message: format!("`{text}` names a file, but no function in it"),
                help: Some(format!(
                    "write {text:?} as \"{text}#FUNCTION\"; `scorebox plugin inspect {text}` lists its functions"
                )),
            });
        }
        if let Some((plugin, function)) = text.split_once('/') {
            return Ok(Self::Builtin { plugin, function });
        }
        Err(Unresolved {
            message: format!("`{text}` is neither BUILTIN/FUNCTION nor PATH.wasm#FUNCTION"),
            help: Some("`scorebox scorers` lists the built-in ones, such as text/exact_match".into()),
        })
    }

    pub(super) fn function(&self) -> &'a str {
        match self {
            Self::Builtin { function, .. } | Self::File { function, .. } => function,
        }
    }

    /// The component itself. Paths are relative to `folder`.
    pub(super) fn component(&self, folder: &Path) -> Result<ComponentSource, Unresolved> {
        match *self {
            Self::Builtin { plugin, .. } => builtin(plugin),
            Self::File { path, .. } => {
                let file = super::project::within(folder, Path::new(path));
                let bytes = std::fs::read(&file).map_err(|error| Unresolved {
                    message: format!("the plugin {} cannot be read: {error}", file.display()),
                    help: Some("the path is relative to this file; `cargo xtask plugins` builds plugins".into()),
                })?;
                Ok(ComponentSource { label: path.to_owned(), bytes: Cow::Owned(bytes) })
            }
        }
    }
}

fn builtin(name: &str) -> Result<ComponentSource, Unresolved> {
    if let Some(builtin) = scorebox_builtins::find(name) {
        return Ok(ComponentSource { label: name.to_owned(), bytes: Cow::Borrowed(builtin.component) });
    }
    let names: Vec<_> = scorebox_builtins::all().iter().map(|builtin| builtin.name).collect();
    let help = nearest(name, names.iter().copied()).map_or_else(
        || format!("there are {}; `scorebox scorers` lists what is in them", names.join(", ")),
        |nearest| format!("did you mean `{nearest}`?"),
    );
    Err(Unresolved { message: format!("there is no built-in plugin `{name}`"), help: Some(help) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn built_in_functions_and_files_are_told_apart() {
        let parse = FunctionReference::parse;
        assert_eq!(
            parse("text/exact_match"),
            Ok(FunctionReference::Builtin { plugin: "text", function: "exact_match" })
        );
        assert_eq!(
            parse("./a#b/tone.wasm#tone"),
            Ok(FunctionReference::File { path: "./a#b/tone.wasm", function: "tone" })
        );
        assert!(parse("./tone.wasm").is_err());
        assert!(parse("exact_match").is_err());
    }

    #[test]
    fn a_misspelled_plugin_is_suggested() {
        assert_eq!(builtin("txet").unwrap_err().help.unwrap(), "did you mean `text`?");
    }
}
