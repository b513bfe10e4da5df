import assert from "node:assert/strict";
import test from "node:test";

import {
  Failed,
  Feedback,
  InvalidConfig,
  MissingField,
  Unsupported,
  json,
  number,
  predictor,
  rawJson,
  scorer,
} from "scorebox";
import { predict, score, scoreSession } from "scorebox/testing";

const returning = (value) => scorer({ name: "s", summary: "s", requires: [], score: () => value });

const valueOf = async (value) => {
  const [{ kind, value: received }] = await score(returning(value), {});
  return [kind, received];
};

test("a plain value becomes a value of its kind", async () => {
  assert.deepEqual(await valueOf(true), ["boolean", true]);
  assert.deepEqual(await valueOf(3), ["integer", 3]);
  assert.deepEqual(await valueOf(2 ** 53), ["number", 2 ** 53]);
  assert.deepEqual(await valueOf(-(2n ** 63n)), ["integer", -(2n ** 63n)]);
  assert.deepEqual(await valueOf(2n ** 63n), ["json", 2n ** 63n]);
  assert.deepEqual(await valueOf(0.5), ["number", 0.5]);
  assert.deepEqual(await valueOf(number(3)), ["number", 3]);
  assert.deepEqual(await valueOf("good\0"), ["text", "good\0"]);
  assert.deepEqual(await valueOf([1, { a: null }]), ["json", [1, { a: null }]]);
  assert.deepEqual(await valueOf(null), ["json", null]);
  assert.deepEqual(await valueOf(json("text")), ["json", "text"]);
  assert.deepEqual(await valueOf(rawJson("1.50")), ["json", 1.5]);
});

test("a feedback brings its name, rationale, metadata and span", async () => {
  const feedback = new Feedback(false, { name: "tone", rationale: "rude", metadata: { words: 2 }, spanId: "s1" });
  assert.deepEqual(await score(returning(feedback), {}), [
    { name: "tone", kind: "boolean", value: false, rationale: "rude", metadata: { words: 2 }, spanId: "s1" },
  ]);
  assert.equal((await score(returning([feedback, new Feedback(1)]), {})).length, 2);
  assert.deepEqual(await score(returning([]), {}), []);
});

test("what cannot be a result is said", async () => {
  const fails = (value, message) => assert.rejects(score(returning(value), {}), new Failed(message));
  await fails(undefined, "the scorer returned nothing: return a value, or throw an error that says why there is none");
  await fails([new Feedback(1), 2], "the scorer returned an array of feedbacks and other things");
  await fails("a\ud800", "the value holds a lone surrogate, which is no Unicode text");
  await fails(["\udc00"], "the value holds a lone surrogate, which is no Unicode text");
  await fails(
    new Feedback(1, { rationale: "\ud800" }),
    "the rationale holds a lone surrogate, which is no Unicode text",
  );
  await fails(new Feedback(1, { name: "\ud800" }), "the name holds a lone surrogate, which is no Unicode text");
  await fails(
    new Feedback(1, { metadata: { a: "\ud800" } }),
    "the metadata holds a lone surrogate, which is no Unicode text",
  );
  await fails(new Feedback(1, { rationale: 7 }), "the rationale is a number, not a string");
});

test("typed errors arrive with their text unchanged", async () => {
  for (const type of [InvalidConfig, MissingField, Unsupported, Failed]) {
    const throwing = scorer({
      name: "s",
      summary: "s",
      requires: [],
      score() {
        throw new type("mü");
      },
    });
    await assert.rejects(score(throwing, {}), (error) => error.constructor === type && error.message === "mü");
  }
});

test("any other error is a failure with its type, its message and where it was thrown", async () => {
  const throwing = scorer({
    name: "s",
    summary: "s",
    requires: [],
    score: function broken() {
      return undefined.length;
    },
  });
  await assert.rejects(score(throwing, {}), (error) => {
    assert.ok(error instanceof Failed);
    assert.match(
      error.message,
      /^TypeError: Cannot read properties of undefined.*\n {4}at .*broken.*\(.*scoring\.test\.js:\d+:\d+\)/,
    );
    assert.ok(!error.message.includes("src/plugin.js"), error.message);
    return true;
  });
  const rejecting = scorer({ name: "s", summary: "s", requires: [], score: () => Promise.reject("why") });
  await assert.rejects(score(rejecting, {}), new Failed("thrown: why"));
  const surrogate = scorer({
    name: "s",
    summary: "s",
    requires: [],
    score: () => Promise.reject(new Unsupported("\ud800")),
  });
  await assert.rejects(score(surrogate, {}), new Failed("the error holds a lone surrogate, which is no Unicode text"));
});

test("a cause is told with the error", async () => {
  const throwing = scorer({
    name: "s",
    summary: "s",
    requires: [],
    score() {
      throw new Error("no table", { cause: new RangeError("too long") });
    },
  });
  await assert.rejects(score(throwing, {}), /^Failed: Error: no table\n[^]*\ncaused by RangeError: too long\n/);
});

test("a scorer may be asynchronous", async () => {
  const slow = scorer({
    name: "s",
    summary: "s",
    async score({ outputs }) {
      return (await Promise.resolve(outputs)) === "a";
    },
  });
  assert.equal((await score(slow, { outputs: "a" }))[0].value, true);
});

test("only the fields that were asked for are there", async () => {
  const reads = (field, fields) =>
    scorer({ name: "s", summary: "s", ...fields, score: (given) => given[field] ?? "none" });
  const example = { inputs: { a: 1 }, outputs: "o", expectations: { b: 2 }, trace: { spans: [] }, tags: { c: "d" } };
  const read = async (field, fields) => (await score(reads(field, fields), example))[0].value;
  assert.deepEqual(await read("inputs", {}), { a: 1 });
  assert.deepEqual(await read("expectations", {}), { b: 2 });
  assert.deepEqual(await read("tags", { uses: ["tags"] }), { c: "d" });
  const notAsked = (field) => new Failed(`the scorer did not ask for \`${field}\`: add it to \`requires\` or \`uses\``);
  await assert.rejects(read("trace", {}), notAsked("trace"));
  await assert.rejects(read("inputs", { requires: ["outputs"] }), notAsked("inputs"));
  await assert.rejects(read("outputs", { uses: ["tags"] }), notAsked("outputs"));
});

test("a field that the row lacks is undefined, null is a value", async () => {
  const lacks = scorer({
    name: "s",
    summary: "s",
    score: ({ outputs, example }) => [outputs === undefined, example.has("outputs")],
  });
  assert.deepEqual((await score(lacks, {}))[0].value, [true, false]);
  assert.deepEqual((await score(lacks, { outputs: null }))[0].value, [false, true]);
});

test("texts are read as the other SDKs read them", async () => {
  const text = (read) => async (example) =>
    (await score(scorer({ name: "s", summary: "s", score: ({ example: e }) => read(e) }), example))[0].value;
  const outputs = text((example) => example.outputsText());
  const expected = text((example) => example.expectationText("a"));
  const input = text((example) => example.inputText("q"));
  assert.equal(await outputs({ outputs: rawJson(' "x\\u00e9" ') }), "xé");
  assert.equal(await outputs({ outputs: rawJson("4.50") }), "4.50");
  assert.equal(await outputs({ outputs: true }), "true");
  assert.equal(await expected({ expectations: rawJson('{"a": 4.50}') }), "4.50");
  assert.equal(await input({ inputs: { q: "?" } }), "?");
  await assert.rejects(outputs({}), new MissingField("outputs"));
  await assert.rejects(outputs({ outputs: null }), new MissingField("outputs"));
  await assert.rejects(outputs({ outputs: [1] }), new Unsupported("outputs: expected a text, found an array"));
  await assert.rejects(outputs({ outputs: {} }), new Unsupported("outputs: expected a text, found an object"));
  await assert.rejects(expected({}), new MissingField("expectations.a"));
  await assert.rejects(expected({ expectations: { a: null } }), new MissingField("expectations.a"));
  await assert.rejects(expected({ expectations: "x" }), new MissingField("expectations.a"));
  await assert.rejects(
    expected({ expectations: { a: [] } }),
    new Unsupported("expectations.a: expected a text, found an array"),
  );
  await assert.rejects(
    text((example) => example.inputText("toString"))({ inputs: {} }),
    new MissingField("inputs.toString"),
  );
});

test("a config has the defaults of its schema and cannot be changed", async () => {
  const schema = { type: "object", properties: { a: { default: [1] }, b: { type: "string" } } };
  const reads = scorer({ name: "s", summary: "s", config: schema, requires: [], score: ({ config }) => config });
  assert.deepEqual((await score(reads, {}))[0].value, { a: [1] });
  assert.deepEqual((await score(reads, {}, { a: 2, b: "x" }))[0].value, { a: 2, b: "x" });
  const writes = scorer({
    name: "s",
    summary: "s",
    config: schema,
    requires: [],
    score: ({ config }) => config.a.push(2),
  });
  await assert.rejects(score(writes, {}), /TypeError: Cannot add property 1/);
});

test("a conversation is scored as a whole, and only by scorers of conversations", async () => {
  const turns = scorer({
    name: "turns",
    summary: "s",
    scoreSession: ({ turns: all }) => all.map((turn) => turn.outputs),
  });
  assert.deepEqual((await scoreSession(turns, [{ outputs: "a" }, { outputs: "b" }]))[0].value, ["a", "b"]);
  await assert.rejects(score(turns, {}), new Unsupported("`turns` scores conversations, not single examples"));
  await assert.rejects(
    scoreSession(returning(1), [{}]),
    new Unsupported("`s` scores single examples, not conversations"),
  );
});

test("a predict function answers inputs", async () => {
  const echo = predictor({ name: "p", summary: "p", predict: ({ inputs, config }) => ({ inputs, config }) });
  assert.deepEqual(await predict(echo, { n: 2n ** 60n }), { inputs: { n: 2n ** 60n }, config: {} });
  const none = predictor({ name: "p", summary: "p", predict: () => undefined });
  await assert.rejects(predict(none, {}), new Failed("the value has no JSON form: it is undefined"));
});
