use crate::error::LanguageError;
use crate::project::Project;
use crate::toolbox::Toolbox;
use crate::workspace::Workspace;

pub(crate) fn build(_: &Project, _: &Toolbox, _: &Workspace) -> Result<Vec<u8>, LanguageError> {
    Err(LanguageError::Source("being written".to_owned()))
}
