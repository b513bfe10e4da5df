//! The C compiler.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use scorebox_core::Digest;

use super::bindings::Bindings;
use super::sources::{Origin, Source};
use crate::command;
use crate::error::LanguageError;
use crate::project::Project;
use crate::toolbox::Toolbox;
use crate::workspace::Workspace;

/// Names a clang with wasi-libc that is to be used instead of Zig's.
const CLANG_VARIABLE: &str = "SCOREBOX_CLANG";

/// Zig from PyPI, a C compiler for every machine with a libc for WebAssembly, with the hashes of its wheels.
const ZIG: &str = include_str!("ziglang.txt");

const ADVICE: &str = "Unset SCOREBOX_CLANG to use the compiler that Scorebox sets up by itself, or let it name a clang \
                      for wasm32-wasi, with wasi-libc.";

/// Enough for what has no deep recursion, and the less of it there is, the sooner a fresh instance is there.
const STACK_BYTES: u32 = 64 * 1024;

pub(super) struct Compiler {
    program: OsString,
    /// What makes the program a C compiler for WebAssembly.
    arguments: Vec<&'static str>,
    environment: Vec<(&'static str, PathBuf)>,
    project: PathBuf,
    includes: [PathBuf; 4],
    objects: PathBuf,
}

/// A compiled source.
pub(super) struct Object(PathBuf);

impl Compiler {
    pub(super) fn find(
        project: &Project,
        toolbox: &Toolbox,
        workspace: &Workspace,
        bindings: &Bindings,
    ) -> Result<Self, LanguageError> {
        let relative = |path: PathBuf| path.strip_prefix(project.folder()).map_or(path.clone(), Path::to_owned);
        let sdk = workspace.sdk_dir();
        let includes = [
            PathBuf::from("src"),
            relative(sdk.join("include")),
            relative(sdk.join("vendor/yyjson")),
            relative(bindings.folder.clone()),
        ];
        let compiler = |program: OsString| Self {
            program,
            arguments: Vec::new(),
            environment: Vec::new(),
            project: project.folder().to_owned(),
            includes: includes.clone(),
            objects: relative(workspace.build_dir().join("objects")),
        };
        let objects = workspace.build_dir().join("objects");
        std::fs::create_dir_all(&objects).map_err(|source| LanguageError::Write { path: objects, source })?;
        if let Some(clang) = env::var_os(CLANG_VARIABLE).filter(|clang| !clang.is_empty()) {
            return Ok(compiler(clang));
        }
        let packages = toolbox.python_packages("zig", ZIG)?;
        let zig = packages.join("ziglang").join("zig").with_extension(env::consts::EXE_EXTENSION);
        let cache = packages.with_file_name("zig-cache");
        Ok(Self {
            arguments: vec!["cc"],
            // The first holds what is compiled once for all projects, the C library for one.
            environment: vec![
                ("ZIG_GLOBAL_CACHE_DIR", cache),
                ("ZIG_LOCAL_CACHE_DIR", workspace.build_dir().join("zig-cache")),
            ],
            ..compiler(zig.into_os_string())
        })
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.current_dir(&self.project).args(&self.arguments).arg("--target=wasm32-wasi");
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    pub(super) fn compile(&self, source: &Source, definitions: &[&str]) -> Result<Object, LanguageError> {
        let object = Object(self.objects.join(object_name(source)));
        let mut command = self.command();
        command.args(["-std=gnu17", "-DYYJSON_DISABLE_NON_STANDARD=1"]).args(definitions);
        // The JSON library asks for everything to be inlined: three times the code, for a speed that no scorer needs.
        command.arg("-Dyyjson_inline=inline");
        command.args(flags(source.origin));
        for folder in &self.includes {
            command.arg("-I").arg(folder);
        }
        command.arg("-c").arg(&source.path).arg("-o").arg(&object.0);
        command::run(&mut command, &format!("compiling {}", source.path.display()), ADVICE)?;
        Ok(object)
    }

    /// Links a module, and answers where it is.
    pub(super) fn link(&self, objects: &[Object], world: &Path) -> Result<PathBuf, LanguageError> {
        let module = self.objects.join("module.wasm");
        let mut command = self.command();
        command.args(["-mexec-model=reactor", "-O2"]).arg(format!("-Wl,-z,stack-size={STACK_BYTES}"));
        command.args(objects.iter().map(|object| object.0.as_os_str()));
        command.arg(world).arg("-o").arg(&module);
        match command::run(&mut command, "linking the plugin", ADVICE) {
            Ok(_) => Ok(self.project.join(module)),
            Err(LanguageError::Tool { what, status, output }) => {
                let output = explained(output);
                Err(LanguageError::Tool { what, status, output })
            }
            Err(error) => Err(error),
        }
    }
}

/// How a source is compiled. Warnings are for what the author can change.
fn flags(origin: Origin) -> &'static [&'static str] {
    match origin {
        // Zig takes a build that optimises for one without assertions; an assertion that fails is to fail its row.
        Origin::Project => &["-O2", "-UNDEBUG", "-D__assert_fail=sb_assert_fail", "-Wall", "-Wextra"],
        // Texts and lists of the SDK are laid out as those of the bindings, and go as such.
        Origin::Sdk => &["-O2", "-w", "-fno-strict-aliasing"],
        Origin::Json => &["-Os", "-w"],
        // What a call allocates is freed at its end, all at once.
        Origin::Bindings => &["-O2", "-w", "-Dfree=sb_bindings_free"],
    }
}

/// The digest tells `a-b.c` from `a/b.c`.
fn object_name(source: &Source) -> String {
    let path = source.path.to_string_lossy();
    let digest = Digest::of(path.as_bytes()).short();
    format!("{}-{digest}.o", path.replace(['/', '\\', ':'], "-"))
}

/// A table that is missing shows up as a symbol, which tells nobody what to write.
fn explained(output: String) -> String {
    let missing = [
        ("sb_plugin_scorers", "The plugin has no scorers: write SB_SCORERS(…), or take \"scorers\" out of `exports`"),
        (
            "sb_plugin_predictors",
            "The plugin has no predict functions: write SB_PREDICTORS(…), or take \"predictors\" out of `exports`",
        ),
    ];
    let advice = missing.iter().find(|(symbol, _)| output.contains(&format!("undefined symbol: {symbol}")));
    match advice {
        Some((_, advice)) => format!("{output}\n{advice} in plugin.toml."),
        None => output,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_table_is_explained() {
        let text = explained("wasm-ld: error: x.o: undefined symbol: sb_plugin_scorers".to_owned());
        assert!(text.contains("SB_SCORERS(…)"), "{text}");
        assert_eq!(explained("other".to_owned()), "other");
    }

    #[test]
    fn objects_of_files_with_one_name_differ() {
        let name = |path: &str| object_name(&Source { path: path.into(), origin: Origin::Project });
        assert_ne!(name("src/a/x.c"), name("src/b/x.c"));
        assert_ne!(name("src/a/x.c"), name("src/a-x.c"));
    }

    #[test]
    fn the_compiler_is_pinned_by_hash() {
        assert!(ZIG.contains("ziglang==") && ZIG.matches("--hash=sha256:").count() >= 8);
    }
}
