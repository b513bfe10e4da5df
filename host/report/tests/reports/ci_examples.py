"""Checks the examples for CI: that they are YAML, and what their readers rely on. Exits with 3 without PyYAML."""

import sys

try:
    import yaml
except ImportError:
    sys.exit(3)


def load(path):
    with open(path, encoding="utf-8") as file:
        return yaml.safe_load(file)


def check_github(workflow):
    # YAML 1.1 reads the key `on` as true.
    assert set(workflow[True]) == {"pull_request", "push"}
    assert workflow["permissions"] == {"contents": "read"}
    evaluate, comment = workflow["jobs"]["evaluate"], workflow["jobs"]["comment"]
    assert "permissions" not in evaluate
    assert comment["permissions"] == {"pull-requests": "write"}
    assert "head.repo.full_name == github.repository" in comment["if"]
    steps = evaluate["steps"] + comment["steps"]
    actions = [step["uses"] for step in steps if "uses" in step]
    assert all("@v" in action for action in actions), actions
    assert not any("checkout" in step.get("uses", "") for step in comment["steps"])
    commands = [step["run"] for step in steps if "run" in step]
    assert any(command.startswith("scorebox ci ") for command in commands)
    # What a pull request can name must not become a part of a script.
    assert not any("${{" in command for command in commands)


def check_gitlab(jobs):
    artifacts = jobs["evaluate"]["artifacts"]
    assert artifacts["when"] == "always"
    assert artifacts["reports"] == {
        "junit": "scorebox-report/junit.xml",
        "codequality": "scorebox-report/gl-code-quality-report.json",
    }
    assert any("scorebox ci " in line for line in jobs["evaluate"]["script"])
    (rule,) = jobs["comment"]["rules"]
    assert "$CI_MERGE_REQUEST_SOURCE_PROJECT_ID == $CI_PROJECT_ID" in rule["if"]


check_github(load(sys.argv[1] + "/github-actions.yml"))
check_gitlab(load(sys.argv[1] + "/gitlab-ci.yml"))
