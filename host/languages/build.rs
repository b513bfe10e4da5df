//! Embeds the contract, the SDKs and their templates, so that a plugin project can be made and built offline and away
//! from Scorebox's repository.

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use scorebox_core::{Digest, DigestWriter};
use toml::{Table, Value};

/// The folders that are embedded.
const FOLDERS: [&str; 6] = ["sdk/c", "sdk/go", "sdk/javascript", "sdk/python", "sdk/rust", "wit"];

/// What tools and tests leave in an SDK's folder, and the SDKs' own tests: nothing that a plugin needs.
const LEFT_OUT: [&str; 10] = [
    ".mypy_cache",
    ".pytest_cache",
    ".scorebox",
    "__pycache__",
    "build",
    "dist",
    "node_modules",
    "package-lock.json",
    "target",
    "tests",
];

fn main() -> Result<()> {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize()?;
    let out_dir = PathBuf::from(env::var_os("OUT_DIR").context("cargo sets OUT_DIR")?);
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={}", repository.join("Cargo.toml").display());
    let mut files = Vec::new();
    for folder in FOLDERS {
        println!("cargo::rerun-if-changed={}", repository.join(folder).display());
        collect(&repository.join(folder), folder, &mut files)?;
    }
    files.sort();
    println!("cargo::rustc-env=SCOREBOX_BUILD_DIGEST={}", digest_of_all(&repository, &files)?);
    let workspace: Table = fs::read_to_string(repository.join("Cargo.toml"))?.parse()?;
    let mut table = String::from("&[\n");
    for (name, mut path) in files {
        if name == "sdk/rust/Cargo.toml" || name == "sdk/rust/macros/Cargo.toml" {
            let manifest = stand_alone(&fs::read_to_string(&path)?, &workspace).with_context(|| name.clone())?;
            path = out_dir.join(name.replace('/', "-"));
            fs::write(&path, manifest)?;
        }
        writeln!(table, "    ({name:?}, include_bytes!({path:?}) as &[u8]),")?;
    }
    table.push_str("]\n");
    fs::write(out_dir.join("files.rs"), table)?;
    Ok(())
}

/// Names what a component depends on beside its own sources: the embedded files, and the code that builds.
fn digest_of_all(repository: &Path, embedded: &[(String, PathBuf)]) -> Result<Digest> {
    let mut files = embedded.to_vec();
    for folder in ["host/build/src", "host/languages/src"] {
        println!("cargo::rerun-if-changed={}", repository.join(folder).display());
        collect(&repository.join(folder), folder, &mut files)?;
    }
    files.sort();
    let mut digest = DigestWriter::default();
    for (name, path) in files {
        let contents = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        for part in [name.as_bytes(), &contents] {
            digest.update(&(part.len() as u64).to_le_bytes());
            digest.update(part);
        }
    }
    Ok(digest.finish())
}

/// The files of a folder, by their names in the repository.
fn collect(folder: &Path, name: &str, files: &mut Vec<(String, PathBuf)>) -> Result<()> {
    for entry in folder.read_dir().with_context(|| format!("cannot read {}", folder.display()))? {
        let entry = entry?;
        let file_name = entry.file_name().into_string().map_err(|name| anyhow::anyhow!("{}", name.display()))?;
        let is_template = name.contains("/template");
        // The tests and the lock file of a template belong to it.
        let stays = is_template && (file_name == "tests" || file_name == "package-lock.json");
        if LEFT_OUT.contains(&file_name.as_str()) && !stays {
            continue;
        }
        let inner = format!("{name}/{file_name}");
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), &inner, files)?;
        } else {
            files.push((inner, entry.path()));
        }
    }
    Ok(())
}

/// A crate's manifest without its workspace: what it inherits is written out, as `cargo package` does.
fn stand_alone(manifest: &str, workspace: &Table) -> Result<String> {
    let workspace = workspace["workspace"].as_table().context("a workspace")?;
    let mut manifest: Table = manifest.parse()?;
    manifest.remove("lints");
    manifest.remove("dev-dependencies");
    let package = manifest.get_mut("package").and_then(Value::as_table_mut).context("a package")?;
    for (key, value) in package {
        if inherits(value) {
            *value = workspace["package"].get(key).with_context(|| format!("{key} in the workspace"))?.clone();
        }
    }
    resolve_dependencies(&mut manifest, workspace)?;
    if let Some(targets) = manifest.get_mut("target").and_then(Value::as_table_mut) {
        for target in targets.iter_mut().filter_map(|(_, target)| target.as_table_mut()) {
            resolve_dependencies(target, workspace)?;
        }
    }
    Ok(toml::to_string(&manifest)?)
}

fn resolve_dependencies(owner: &mut Table, workspace: &Table) -> Result<()> {
    let Some(dependencies) = owner.get_mut("dependencies").and_then(Value::as_table_mut) else { return Ok(()) };
    for (name, own) in dependencies {
        if !inherits(own) {
            continue;
        }
        let shared = workspace["dependencies"].get(name).with_context(|| format!("{name} in the workspace"))?;
        let mut whole = match shared {
            Value::Table(table) => table.clone(),
            version => Table::from_iter([("version".to_owned(), version.clone())]),
        };
        if let Some(path) = whole.get("path").and_then(Value::as_str) {
            let inner = path.strip_prefix("sdk/rust/").with_context(|| format!("{name} is not in sdk/rust"))?;
            let inner = inner.to_owned();
            whole.insert("path".to_owned(), inner.into());
        }
        if let Some(further) = own.get("features").and_then(Value::as_array) {
            let features = whole.entry("features").or_insert_with(|| Value::Array(Vec::new()));
            features.as_array_mut().context("a list of features")?.extend(further.iter().cloned());
        }
        *own = Value::Table(whole);
    }
    Ok(())
}

fn inherits(value: &Value) -> bool {
    value.get("workspace").and_then(Value::as_bool) == Some(true)
}
