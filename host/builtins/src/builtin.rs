use std::sync::LazyLock;

use scorebox_core::Digest;

/// Name, component and digest of each plugin, by name, as the build script left them.
const TABLE: &[(&str, &[u8], &str)] = &include!(concat!(env!("OUT_DIR"), "/table.rs"));

/// A plugin that comes with the host.
#[derive(Debug)]
pub struct Builtin {
    /// The name of its folder, for instance `text`.
    pub name: &'static str,
    /// The component's bytes.
    pub component: &'static [u8],
    /// The component's digest.
    pub digest: Digest,
}

/// All built-in plugins, by name.
#[must_use]
pub fn all() -> &'static [Builtin] {
    // The digests were computed when the components were built: hashing megabytes at every start would show.
    static BUILTINS: LazyLock<Vec<Builtin>> = LazyLock::new(|| {
        TABLE
            .iter()
            .map(|&(name, component, digest)| {
                let digest = digest.parse().unwrap_or_else(|_| Digest::of(component));
                Builtin { name, component, digest }
            })
            .collect()
    });
    &BUILTINS
}

/// The built-in plugin of a name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Builtin> {
    all().iter().find(|builtin| builtin.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_folder_of_plugins_is_embedded() {
        let plugins = concat!(env!("CARGO_MANIFEST_DIR"), "/../../plugins");
        let mut folders: Vec<_> = std::fs::read_dir(plugins)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|folder| folder.join("Cargo.toml").is_file())
            .map(|folder| folder.file_name().unwrap().to_str().unwrap().to_owned())
            .collect();
        folders.sort();
        let names: Vec<_> = all().iter().map(|builtin| builtin.name).collect();
        assert_eq!(names, folders);
    }

    #[test]
    fn digests_are_those_of_the_components() {
        for builtin in all() {
            assert_eq!(builtin.digest, Digest::of(builtin.component), "{}", builtin.name);
            assert!(builtin.component.starts_with(b"\0asm"), "{}", builtin.name);
        }
    }

    #[test]
    fn a_plugin_is_found_by_its_name_only() {
        assert!(find("text").is_some_and(|text| text.name == "text"));
        assert!(find("Text").is_none());
        assert!(find("").is_none());
    }
}
