import assert from "node:assert/strict";
import test from "node:test";

import { InvalidConfig, predictor, scorer } from "scorebox";

import { plugin } from "../src/plugin.js";

const score = () => true;

test("a scorer is described as the contract wants it", () => {
  const second = scorer({
    summary: "Second.",
    requires: ["trace"],
    uses: ["tags"],
    returns: "json",
    aggregations: ["p90"],
    score,
  });
  const { scorers } = plugin({ aSecond: second, skipped: 7 });
  assert.deepEqual(scorers.describe(), [
    {
      name: "a_second",
      summary: "Second.",
      configSchema: '{"type":"object","properties":{},"additionalProperties":false}',
      scope: "example",
      requires: { trace: true },
      uses: { tags: true },
      returns: "json",
      aggregations: ["p90"],
    },
  ]);
});

test("functions are listed in the order of their definition", () => {
  const zeta = scorer({ summary: "z", score });
  const alpha = scorer({ summary: "a", scoreSession: score });
  const { scorers, predictors } = plugin({ alpha, zeta });
  assert.deepEqual(
    scorers.describe().map(({ name, scope }) => [name, scope]),
    [
      ["zeta", "example"],
      ["alpha", "session"],
    ],
  );
  assert.deepEqual(predictors.describe(), []);
});

test("without fields, a scorer needs the outputs and can use inputs and expectations", () => {
  const [info] = plugin({ s: scorer({ summary: "s", score }) }).scorers.describe();
  assert.deepEqual([info.requires, info.uses], [{ outputs: true }, { inputs: true, expectations: true }]);
});

test("exported names become snake_case", () => {
  const named = (name) => plugin({ [name]: scorer({ summary: "s", score }) }).scorers.describe()[0].name;
  assert.equal(named("exactMatch"), "exact_match");
  assert.equal(named("isHTTPUrl"), "is_http_url");
  assert.equal(named("top3Hits"), "top3_hits");
  assert.throws(() => named("_private"), /cannot be called `_private`.*give it a `name`/);
});

test("two functions of one name are refused, a scorer and a predict function may share one", () => {
  const one = scorer({ name: "same", summary: "s", score });
  const other = scorer({ name: "same", summary: "s", score });
  assert.throws(() => plugin({ one, other }), /two scorers are called `same`/);
  assert.doesNotThrow(() => plugin({ one, two: predictor({ name: "same", summary: "p", predict: score }) }));
});

test("a wrong definition is refused where it is made", () => {
  assert.throws(() => scorer({ score }), /give it a `summary`/);
  assert.throws(() => scorer({ summary: "s" }), /either `score`.*or `scoreSession`/);
  assert.throws(
    () => scorer({ summary: "s", score, requires: ["output"] }),
    /`requires` knows inputs, outputs.*not output/,
  );
  assert.throws(() => scorer({ summary: "s", score, returns: "bool" }), /`returns` knows boolean/);
  assert.throws(() => predictor({ summary: "p" }), /give it `predict`/);
});

test("a name that nobody has is an invalid config", () => {
  const { scorers } = plugin({ s: scorer({ summary: "s", score }) });
  assert.throws(() => scorers.score("t", "{}", {}), { tag: "invalid-config", val: "no scorer is called `t`" });
  assert.deepEqual(new InvalidConfig("x").name, "InvalidConfig");
});

test("a batch has a result for each example, also where one fails", async () => {
  const picky = scorer({
    summary: "s",
    requires: ["outputs"],
    score({ outputs }) {
      if (outputs === 1) throw new InvalidConfig("one");
      return outputs === 2 ? Promise.resolve(true) : false;
    },
  });
  const { scorers } = plugin({ picky });
  const results = await scorers.scoreBatch(
    "picky",
    "{}",
    [0, 1, 2, 3].map((n) => ({ id: "x", outputs: `${n}`, tags: [] })),
  );
  assert.deepEqual(
    results.map(({ tag, val }) => [tag, val[0]?.value?.val ?? val]),
    [
      ["ok", false],
      ["err", { tag: "invalid-config", val: "one" }],
      ["ok", true],
      ["ok", false],
    ],
  );
});
