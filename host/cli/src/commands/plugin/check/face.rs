//! What a component shows before it is called: imports, exports, the names of its functions.

use scorebox_engine::{Inspection, Plugin};
use scorebox_languages::Manifest;

use super::{Check, Verdict};

/// What the component asks for, and what an operator has to grant for that.
pub(super) fn imports(inspection: &Inspection) -> Check {
    const NAME: &str = "imports";
    if inspection.is_pure {
        return Check::ok(NAME, "pure: it can only compute, and its results can be used again");
    }
    let mut lines = Vec::new();
    if imports_interface(inspection, "scorebox:plugin/llm") {
        lines.push("models: an operator grants each by its name, in scorebox.toml: models = [\"judge\"]".to_owned());
    }
    if imports_interface(inspection, "wasi:http/outgoing-handler") {
        lines.push("HTTP: an operator grants each host: http = [\"https://api.example.com\"]".to_owned());
    }
    if imports_interface(inspection, "wasi:filesystem/preopens") {
        lines.push("files: it sees no folder unless an operator grants one with dirs = […]".to_owned());
    }
    if inspection.uses_system {
        lines.push(
            "a virtual system: no environment, a clock that is the same in every run, seeded randomness".to_owned(),
        );
    }
    let verdict = if inspection.reaches_out { Verdict::Note } else { Verdict::Ok };
    Check { name: NAME, verdict, lines }
}

/// Whether plugin.toml and the component say the same.
pub(super) fn manifest(manifest: &Manifest, inspection: &Inspection) -> Check {
    let facts = [
        ("exports", "scorers", manifest.exports.scorers, inspection.has_scorers),
        ("exports", "predictors", manifest.exports.predictors, inspection.has_predictors),
        ("imports", "llm", manifest.imports.llm, imports_interface(inspection, "scorebox:plugin/llm")),
        ("imports", "http", manifest.imports.http, imports_interface(inspection, "wasi:http/outgoing-handler")),
    ];
    let mut found = Vec::new();
    for (key, name, is_asked_for, is_there) in facts {
        let verb = if key == "imports" { "uses" } else { "holds" };
        let problem = match (is_asked_for, is_there) {
            (true, false) => format!("it has {name:?} in `{key}`, but the component {verb} none"),
            (false, true) => format!("it has no {name:?} in `{key}`, but the component {verb} them"),
            _ => continue,
        };
        found.push((Verdict::Note, problem));
    }
    Check::of(Manifest::FILE, found, || "it says what the component has".to_owned())
}

/// The functions. The engine has checked their names and that each is there once.
pub(super) fn functions(plugin: &Plugin) -> Check {
    let scorers = plugin.scorers().iter().map(|info| ("scorer", &info.name, &info.summary));
    let predictors = plugin.predictors().iter().map(|info| ("predict function", &info.name, &info.summary));
    let mut found = Vec::new();
    let mut names = Vec::new();
    for (what, name, summary) in scorers.chain(predictors) {
        names.push(format!("{what} {name}"));
        if summary.trim().is_empty() {
            found.push((Verdict::Note, format!("{name} has no summary: say in a line what it is for")));
        } else if summary.lines().nth(1).is_some() {
            found.push((Verdict::Note, format!("the summary of {name} has several lines; lists show one")));
        }
    }
    Check::of("functions", found, || names.join(", "))
}

fn imports_interface(inspection: &Inspection, interface: &str) -> bool {
    inspection.imports.iter().any(|import| import.split('@').next() == Some(interface))
}

#[cfg(test)]
mod tests {
    use scorebox_engine::ContractVersion;

    use super::*;

    fn inspection(imports: &[&str]) -> Inspection {
        Inspection {
            contract: ContractVersion::OLDEST,
            imports: imports.iter().map(|&import| import.to_owned()).collect(),
            exports: Vec::new(),
            has_scorers: true,
            has_predictors: false,
            is_pure: imports.is_empty(),
            uses_system: false,
            reaches_out: !imports.is_empty(),
        }
    }

    #[test]
    fn a_manifest_that_asks_for_too_much_or_too_little_is_noted() {
        let lines = |manifest: &str, imports: &[&str]| {
            let parsed = Manifest::parse(&format!("name = \"a\"\nversion = \"0.1.0\"\n{manifest}")).unwrap();
            manifest_lines(&parsed, &inspection(imports))
        };
        let llm = ["scorebox:plugin/llm@1.0.0"];
        assert_eq!(lines("imports = [\"llm\"]", &llm), ["it says what the component has"]);
        assert_eq!(lines("", &llm), ["it has no \"llm\" in `imports`, but the component uses them"]);
        let both = "imports = [\"http\"]\nexports = [\"scorers\", \"predictors\"]";
        assert_eq!(lines(both, &[]).len(), 2);
    }

    fn manifest_lines(parsed: &Manifest, inspection: &Inspection) -> Vec<String> {
        manifest(parsed, inspection).lines
    }

    #[test]
    fn what_reaches_out_is_said_with_the_grant_that_it_takes() {
        let check = imports(&inspection(&["wasi:http/outgoing-handler@0.2.12"]));
        assert!(check.verdict == Verdict::Note && check.lines[0].contains("http = ["), "{:?}", check.lines);
        assert!(imports(&inspection(&[])).verdict == Verdict::Ok);
    }
}
