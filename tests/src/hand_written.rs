//! Components of a few instructions, for what no compiler would produce.

use std::fmt::Write as _;
use std::path::Path;

use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

/// A component that exports `scorers`, its core module written by hand. What is not given is harmless: one scorer
/// `well_behaved` that has nothing to say.
#[derive(Clone, Debug)]
pub struct HandWritten {
    /// The minor version of the contract.
    pub contract: (u64, u64),
    /// Imports in WIT, for instance `import wasi:cli/stdin@0.2.12;`, and further items of the package.
    pub imports: &'static str,
    /// WIT beside the world.
    pub interfaces: &'static str,
    /// The same imports as core WebAssembly text; a component only imports what its module does.
    pub core_imports: &'static str,
    /// Tables, globals, further memories, a start function.
    pub definitions: String,
    /// Memory beyond what the descriptions need, in pages of 64 KiB.
    pub extra_pages: usize,
    /// What `describe` tells.
    pub scorers: Vec<ScorerText>,
    /// The body of `describe`, where it does not just answer.
    pub describe: &'static str,
    /// The body of `score`; it leaves the address of the result, and at address 0 there is an empty one.
    pub score: &'static str,
}

/// What `describe` tells about one scorer.
#[derive(Clone, Debug)]
pub struct ScorerText {
    /// Its name.
    pub name: String,
    /// Its summary.
    pub summary: String,
    /// The schema of its config.
    pub schema: String,
}

impl ScorerText {
    /// A scorer with nothing but a name.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self { name: name.to_owned(), summary: String::new(), schema: "{}".to_owned() }
    }
}

impl Default for HandWritten {
    fn default() -> Self {
        Self {
            contract: (1, 0),
            imports: "",
            interfaces: "",
            core_imports: "",
            definitions: String::new(),
            extra_pages: 1,
            scorers: vec![ScorerText::named("well_behaved")],
            describe: "i32.const 16",
            score: "i32.const 0",
        }
    }
}

/// Bytes of one `scorer-info`: three texts, four small fields, one list.
const INFO_BYTES: usize = 36;
const FIRST_INFO: usize = 1024;
const PAGE_BYTES: usize = 64 * 1024;

impl HandWritten {
    /// The component's bytes.
    #[must_use]
    pub fn component(&self) -> Vec<u8> {
        let (major, minor) = self.contract;
        let wit = format!(
            "package test:guest; {} world guest {{ {} export scorebox:plugin/scorers@{major}.{minor}.0; }}",
            self.interfaces, self.imports
        );
        encode(&wit, &self.module(), self.contract)
    }

    fn module(&self) -> String {
        let (data, end) = self.descriptions();
        let pages = end.div_ceil(PAGE_BYTES) + self.extra_pages;
        let heap = end.next_multiple_of(16);
        let interface = format!("scorebox:plugin/scorers@{}.{}.0", self.contract.0, self.contract.1);
        let Self { core_imports, definitions, describe, score, .. } = self;
        format!(
            r#"(module
                {core_imports}
                (memory (export "memory") {pages})
                (global $heap (mut i32) (i32.const {heap}))
                {data}
                {definitions}
                (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
                    (local $block i32)
                    (local.set $block (i32.and (i32.add (global.get $heap) (i32.const 7)) (i32.const -8)))
                    (global.set $heap (i32.add (local.get $block) (local.get 3)))
                    (local.get $block))
                (func (export "{interface}#describe") (result i32) {describe})
                (func (export "{interface}#score") (param i32) (result i32) {score})
                (func (export "{interface}#score-batch") (param i32 i32 i32 i32 i32 i32) (result i32) unreachable)
                (func (export "{interface}#score-session") (param i32 i32 i32 i32 i32 i32) (result i32) unreachable))"#
        )
    }

    /// The data segments behind `describe`, and where they end.
    fn descriptions(&self) -> (String, usize) {
        let mut end = FIRST_INFO + INFO_BYTES * self.scorers.len();
        let (mut infos, mut texts) = (Vec::new(), Vec::new());
        for scorer in &self.scorers {
            for text in [&scorer.name, &scorer.summary, &scorer.schema] {
                infos.extend([end, text.len()]);
                texts.extend_from_slice(text.as_bytes());
                end += text.len();
            }
            infos.extend([0, 0, 0]);
        }
        let infos: Vec<u8> = infos.into_iter().flat_map(word).collect();
        let list: Vec<u8> = [FIRST_INFO, self.scorers.len()].into_iter().flat_map(word).collect();
        let mut data = String::new();
        for (address, bytes) in [(16, &list), (FIRST_INFO, &infos), (FIRST_INFO + infos.len(), &texts)] {
            write!(data, "(data (i32.const {address}) \"").expect("a String takes everything");
            for byte in bytes {
                write!(data, "\\{byte:02x}").expect("a String takes everything");
            }
            data.push_str("\")\n");
        }
        (data, end)
    }
}

fn word(number: usize) -> [u8; 4] {
    u32::try_from(number).expect("addresses of a guest have 32 bits").to_le_bytes()
}

/// A component out of a WIT package with the world `guest` and of a core module as text.
#[must_use]
pub fn component_from_text(wit: &str, module: &str) -> Vec<u8> {
    encode(wit, module, (1, 0))
}

fn encode(wit: &str, module: &str, contract: (u64, u64)) -> Vec<u8> {
    let mut resolve = Resolve::default();
    if !wit.contains("package scorebox:plugin") {
        push_contract(&mut resolve, contract);
    }
    let package = resolve.push_str("guest.wit", wit).expect("the test's WIT is valid");
    let world = resolve.select_world(&[package], Some("guest")).expect("the test's WIT has a world `guest`");
    let mut module = wat::parse_str(module).expect("the test's module is valid");
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).expect("the world can be embedded");
    let encoder = ComponentEncoder::default().validate(true).module(&module).expect("the module fits the world");
    encoder.validate(true).encode().expect("the module becomes a component")
}

/// The contract of this repository, under a version that need not be its own.
fn push_contract(resolve: &mut Resolve, (major, minor): (u64, u64)) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../wit");
    let (package, _) = resolve.push_dir(folder).expect("the contract is valid");
    let name = &mut resolve.packages[package].name;
    let version = name.version.as_mut().expect("the contract has a version");
    (version.major, version.minor) = (major, minor);
    let name = name.clone();
    resolve.package_names.insert(name, package);
}
