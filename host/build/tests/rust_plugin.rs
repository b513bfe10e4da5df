//! Building a Rust project, through the public face. The project has no dependencies: its world is written into the
//! section where the SDK's macros would put it, so that these tests take seconds.

#![expect(clippy::unwrap_used, reason = "a helper that fails is a test that fails")]

use std::fs;
use std::path::{Path, PathBuf};

use scorebox_build::{BuildError, BuildRequest, BuiltPlugin, build_rust_plugin};
use wit_component::StringEncoding;
use wit_parser::Resolve;

const MANIFEST: &str = r#"
    [package]
    name = "fixture"
    edition = "2024"
    [workspace]
"#;

const SOURCE: &str = r#"
    #[unsafe(link_section = "component-type:fixture")]
    #[used]
    static WORLD: [u8; include_bytes!("world.bin").len()] = *include_bytes!("world.bin");

    /// Panics beyond the third, so that the file's name gets into the module.
    #[unsafe(no_mangle)]
    pub extern "C" fn nth(index: u32) -> u32 {
        std::hint::black_box([3, 1, 4])[index as usize]
    }
"#;

struct Project {
    folder: tempfile::TempDir,
}

impl Project {
    fn with_source(source: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("src")).unwrap();
        fs::write(folder.path().join("Cargo.toml"), MANIFEST).unwrap();
        fs::write(folder.path().join("src/world.bin"), world()).unwrap();
        fs::write(folder.path().join("src/lib.rs"), source).unwrap();
        Self { folder }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn build(&self) -> Result<BuiltPlugin, BuildError> {
        build(self.path().to_owned(), self.path().join("target"))
    }
}

fn build(project: PathBuf, target_dir: PathBuf) -> Result<BuiltPlugin, BuildError> {
    build_rust_plugin(&BuildRequest { project, target_dir, locked: false })
}

fn world() -> Vec<u8> {
    let mut resolve = Resolve::default();
    let wit = "
        package test:fixture;
        interface vocabulary { type index = u32; }
        world fixture { use vocabulary.{index}; export nth: func(index: index) -> u32; }
    ";
    let package = resolve.push_str("fixture.wit", wit).unwrap();
    let world = resolve.select_world(&[package], None).unwrap();
    wit_component::metadata::encode(&resolve, world, StringEncoding::UTF8, None).unwrap()
}

#[test]
fn a_project_becomes_a_small_pure_component() {
    let built = Project::with_source(SOURCE).build().unwrap();
    assert_eq!(built.report.exports, ["nth"]);
    assert!(built.report.imports.is_empty(), "{:?}", built.report.imports);
    assert_eq!(built.report.size_bytes, built.component.len());
    assert_eq!(built.report.digest, scorebox_core::Digest::of(&built.component));
    assert!(built.component.len() < 32 * 1024, "{} bytes", built.component.len());
}

#[test]
fn the_folder_does_not_show_in_the_component() {
    let project = Project::with_source(SOURCE);
    let built = project.build().unwrap();
    let elsewhere = Project::with_source(SOURCE).build().unwrap();
    assert_eq!(built.report.digest, elsewhere.report.digest);
    let folder = project.path().to_str().unwrap().as_bytes();
    assert!(!built.component.windows(folder.len()).any(|bytes| bytes == folder));
}

#[test]
fn a_second_build_gives_the_same_bytes() {
    let project = Project::with_source(SOURCE);
    assert_eq!(project.build().unwrap().component, project.build().unwrap().component);
}

#[test]
fn a_project_that_does_not_compile_is_named() {
    let project = Project::with_source("pub fn broken() -> u32 { \"no number\" }");
    let error = project.build().unwrap_err();
    assert!(matches!(error, BuildError::Compile { .. }), "{error}");
    let folder = project.path().canonicalize().unwrap();
    assert!(error.to_string().contains(folder.to_str().unwrap()), "{error}");
}

#[test]
fn a_library_without_a_world_is_no_plugin() {
    let error = Project::with_source("pub fn nothing() {}").build().unwrap_err();
    assert!(matches!(error, BuildError::NotAPlugin { .. }), "{error}");
}

#[test]
fn a_crate_that_wants_javascript_is_told_apart() {
    let source = r#"
        #[link(wasm_import_module = "__wbindgen_placeholder__")]
        unsafe extern "C" {
            fn __wbindgen_describe(code: u32);
        }
        #[unsafe(no_mangle)]
        pub extern "C" fn now() {
            unsafe { __wbindgen_describe(0) }
        }
    "#;
    let error = Project::with_source(source).build().unwrap_err();
    assert!(matches!(error, BuildError::ExpectsJavaScript { .. }), "{error}");
}

#[test]
fn a_folder_without_a_manifest_is_no_project() {
    let folder = tempfile::tempdir().unwrap();
    let error = build(folder.path().to_owned(), folder.path().join("target")).unwrap_err();
    assert!(matches!(error, BuildError::NoProject { .. }), "{error}");
}

#[test]
fn a_lock_file_is_wanted_where_the_caller_says_so() {
    let project = Project::with_source(SOURCE);
    let request =
        BuildRequest { project: project.path().to_owned(), target_dir: project.path().join("target"), locked: true };
    let error = build_rust_plugin(&request).unwrap_err();
    assert!(matches!(error, BuildError::Compile { .. }), "{error}");
}
