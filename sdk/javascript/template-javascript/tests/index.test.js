import assert from "node:assert/strict";
import test from "node:test";

import { MissingField } from "scorebox";
import { runCases, score } from "scorebox/testing";

import * as plugin from "../src/index.js";

const example = (outputs) => ({ outputs, expectations: { expected_facts: ["Paris", "Seine"] } });

test("facts are counted", async () => {
  const [feedback] = await score(plugin.mentionsFacts, example("paris, on the Seine"));
  assert.equal(feedback.value, 1);
});

test("upper and lower case can matter", async () => {
  const [feedback] = await score(plugin.mentionsFacts, example("paris, on the Seine"), { ignore_case: false });
  assert.equal(feedback.value, 0.5);
  assert.deepEqual(feedback.metadata, { missing: ["Paris"] });
});

test("a row without facts cannot be scored", async () => {
  await assert.rejects(score(plugin.mentionsFacts, { outputs: "x", expectations: {} }), MissingField);
});

test("the cases that run in the sandbox hold here, too", async () => {
  await runCases(plugin, "tests/examples.jsonl");
});
