use std::path::Path;
use std::process::Command;

#[test]
fn the_examples_for_ci_say_what_their_readers_rely_on() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let script = root.join("tests/reports/ci_examples.py");
    let Ok(output) = Command::new("python3").arg(script).arg(root.join("../docs/ci")).output() else {
        eprintln!("skipped: there is no python3");
        return;
    };
    if output.status.code() == Some(3) {
        eprintln!("skipped: Python has no PyYAML");
        return;
    }
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
