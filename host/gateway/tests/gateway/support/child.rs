use std::process::Command;

/// Runs one test of this binary in a process of its own whose environment has these variables and lacks others: the
/// environment of a process with threads cannot be changed safely. The test itself is ignored unless it runs here.
pub(crate) fn run_as_child(test: &str, variables: &[(&str, &str)], without: &[&str]) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", test, "--ignored", "--nocapture"]).envs(variables.iter().copied());
    for variable in without {
        command.env_remove(variable);
    }
    let output = command.output().unwrap();
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && stdout.contains("1 passed"), "{test} failed:\n{stdout}\n{stderr}");
}
