"""Reads a JUnit document as CI systems do and checks it against the structure that Jenkins and Maven Surefire share.

The elements, their children and their attributes are those of Jenkins' junit-10.xsd and of surefire-test-report.xsd;
`skipped` on the root is what many writers add. Prints the number of cases.
"""

import sys
import xml.etree.ElementTree as ElementTree

CHILDREN = {
    "testsuites": {"testsuite"},
    "testsuite": {"properties", "testcase"},
    "properties": {"property"},
    "property": set(),
    "testcase": {"skipped", "error", "failure", "system-out"},
    "skipped": set(),
    "error": set(),
    "failure": set(),
    "system-out": set(),
}
REQUIRED = {
    "testsuite": {"name", "tests", "failures", "errors", "skipped"},
    "property": {"name", "value"},
    "testcase": {"name", "classname", "time"},
    "error": {"message", "type"},
    "failure": {"message", "type"},
    "skipped": {"message"},
}
OPTIONAL = {
    "testsuites": {"name", "time", "tests", "failures", "errors", "skipped"},
    "testsuite": {"time", "timestamp"},
}


def check(element):
    tag = element.tag
    attributes = set(element.attrib)
    required = REQUIRED.get(tag, set())
    if tag == "testcase" and element.attrib["classname"].endswith(".gate"):
        required = required - {"time"}
    assert required <= attributes, f"{tag} lacks {required - attributes}"
    unknown = attributes - required - OPTIONAL.get(tag, set())
    assert not unknown, f"{tag} has {unknown}"
    for child in element:
        assert child.tag in CHILDREN[tag], f"{child.tag} in {tag}"
        check(child)
    if tag == "testcase":
        assert sum(child.tag in {"skipped", "error", "failure"} for child in element) <= 1
    for name in ("time",):
        if name in element.attrib:
            float(element.attrib[name])


root = ElementTree.parse(sys.argv[1]).getroot()
assert root.tag == "testsuites"
check(root)
for counted in ("tests", "failures", "errors"):
    total = sum(int(suite.attrib[counted]) for suite in root)
    assert int(root.attrib[counted]) == total, counted
print(len(root.findall("./testsuite/testcase")))
