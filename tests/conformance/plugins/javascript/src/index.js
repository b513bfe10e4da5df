// The reference plugin of JavaScript: the same functions as the reference plugins of the other languages.

import {
  Failed,
  Feedback,
  InvalidConfig,
  MissingField,
  Unsupported,
  json,
  log,
  number,
  predictor,
  rawJson,
  scorer,
  startSpan,
  withSpan,
} from "scorebox";
import { fetch } from "scorebox/http";
import { LlmError, complete, completeAll, embed } from "scorebox/llm";

const NOTHING = { requires: [], uses: [] };

export const exactMatch = scorer({
  summary: "Whether the output is exactly the expected response.",
  config: {
    type: "object",
    properties: {
      trim: { type: "boolean", default: false, description: "Whether white space around the texts is ignored." },
    },
    additionalProperties: false,
  },
  requires: ["outputs", "expectations"],
  returns: "boolean",
  score({ example, config }) {
    const answer = example.outputsText();
    const expected = example.expectationText("expected_response");
    const isEqual = config.trim ? trimAscii(answer) === trimAscii(expected) : answer === expected;
    return isEqual || new Feedback(false, { rationale: `expected \`${expected}\`` });
  },
});

function trimAscii(text) {
  return text.replace(/^[\t\n\f\r ]+/, "").replace(/[\t\n\f\r ]+$/, "");
}

export const echo = scorer({
  summary: "What the scorer was sent.",
  config: { type: "object" },
  uses: ["inputs", "outputs", "expectations", "trace", "tags"],
  returns: "json",
  score({ example, config }) {
    const fields = ["inputs", "outputs", "expectations", "trace"].filter((field) => example.has(field));
    const sent = Object.fromEntries(fields.map((field) => [field, example[field]]));
    return { id: example.id, ...sent, tags: example.tags, config };
  },
});

export const kinds = scorer({
  summary: "A value of each kind.",
  config: { type: "object", properties: { value: {} }, required: ["value"], additionalProperties: false },
  ...NOTHING,
  returns: "varies",
  score: ({ config }) => new Feedback(config.value),
});

export const several = scorer({
  summary: "Several feedbacks at once.",
  config: {
    type: "object",
    properties: { count: { type: "integer", minimum: 0 } },
    required: ["count"],
    additionalProperties: false,
  },
  ...NOTHING,
  returns: "integer",
  aggregations: ["mean", "max"],
  score({ config: { count } }) {
    return Array.from(
      { length: count },
      (_, i) =>
        new Feedback(i, {
          name: `part_${i}`,
          rationale: `${i} of ${count}`,
          metadata: { i, count },
          spanId: i % 2 === 0 ? `span-${i}` : undefined,
        }),
    );
  },
});

const FAILS_CONFIG = {
  type: "object",
  properties: { how: { type: "string" }, message: { type: "string" } },
  required: ["how"],
  additionalProperties: false,
};

function throwAsTold({ how, message }) {
  switch (how) {
    case "invalid_config":
      throw new InvalidConfig(message);
    case "missing_field":
      throw new MissingField(message);
    case "unsupported":
      throw new Unsupported(message);
    case "failed":
      throw new Failed(message);
  }
}

function unknownWay(how) {
  return new InvalidConfig(`how: \`${how}\` is none of the ways to fail`);
}

export const fails = scorer({
  summary: "Fails as told.",
  config: FAILS_CONFIG,
  ...NOTHING,
  returns: "boolean",
  score({ config }) {
    throwAsTold(config);
    switch (config.how) {
      case "nan":
        return number(NaN);
      case "infinity":
        return number(Infinity);
      case "bad_json":
        return rawJson('{"a":');
      case "surrogate_json":
        return rawJson('"\\ud800"');
      case "deep_json":
        return rawJson("[".repeat(5000) + "]".repeat(5000));
      case "bad_name":
        return new Feedback(true, { name: "not a name!" });
      case "metadata_list":
        return new Feedback(true, { metadata: rawJson("[1]") });
      default:
        throw unknownWay(config.how);
    }
  },
});

export const texts = scorer({
  summary: "Reads texts of the example.",
  config: {
    type: "object",
    properties: { input: { type: "string" }, expectation: { type: "string" } },
    additionalProperties: false,
  },
  uses: ["inputs", "outputs", "expectations"],
  returns: "json",
  score({ example, config }) {
    const found = { outputs: example.outputsText() };
    if (config.input !== undefined) found.input = example.inputText(config.input);
    if (config.expectation !== undefined) found.expectation = example.expectationText(config.expectation);
    return found;
  },
});

export const judge = scorer({
  summary: "Asks a model once.",
  config: {
    type: "object",
    properties: { model: { type: "string" } },
    required: ["model"],
    additionalProperties: false,
  },
  requires: ["outputs"],
  returns: "text",
  score({ example, config }) {
    const reply = complete({
      model: config.model,
      system: "Answer with one word.",
      user: example.outputsText(),
      temperature: 0,
      maxTokens: 64,
      seed: 7,
      responseSchema: { type: "object", properties: { word: { type: "string" } }, required: ["word"] },
    });
    const { inputTokens, outputTokens } = reply.usage;
    return new Feedback(reply.text, {
      rationale: reply.finishReason,
      metadata: { model: reply.model, input_tokens: inputTokens, output_tokens: outputTokens },
    });
  },
});

export const judges = scorer({
  summary: "Asks a model several times at once.",
  config: {
    type: "object",
    properties: { model: { type: "string" }, questions: { type: "array", items: { type: "string" } } },
    required: ["model", "questions"],
    additionalProperties: false,
  },
  ...NOTHING,
  returns: "json",
  score({ config: { model, questions } }) {
    const replies = completeAll(questions.map((user) => ({ model, user })));
    return json(replies.map((reply) => (reply instanceof LlmError ? { error: reply.message } : reply.text)));
  },
});

export const embeds = scorer({
  summary: "Embeds texts.",
  config: {
    type: "object",
    properties: { model: { type: "string" }, texts: { type: "array", items: { type: "string" } } },
    required: ["model", "texts"],
    additionalProperties: false,
  },
  ...NOTHING,
  returns: "json",
  score({ config }) {
    const { vectors, model, usage } = embed(config.model, config.texts);
    return { vectors, model, input_tokens: usage.inputTokens };
  },
});

export const fetches = scorer({
  summary: "Sends an HTTP request.",
  config: {
    type: "object",
    properties: { url: { type: "string" }, method: { type: "string", default: "GET" }, body: { type: "string" } },
    required: ["url"],
    additionalProperties: false,
  },
  ...NOTHING,
  returns: "json",
  async score({ config: { url, method, body } }) {
    const headers = { "x-conformance": "yes" };
    const response = await fetch(url, { method, headers, body, redirect: "manual" });
    const contentType = response.headers.get("content-type");
    return { status: response.status, body: await response.text(), content_type: contentType };
  },
});

function recordSpans() {
  withSpan("outer", { kind: "chain", inputs: { q: 1 } }, () => {
    const inner = startSpan("inner", { kind: "llm" });
    inner.setAttributes({ "gen_ai.request.model": "m", "gen_ai.usage.input_tokens": 3 });
    inner.end({ a: "b" });
    startSpan("broken", { kind: "tool" }).fail("it broke");
  });
  return true;
}

export const spans = scorer({
  summary: "Records spans.",
  config: { type: "object" },
  ...NOTHING,
  returns: "boolean",
  score: recordSpans,
});

export const logs = scorer({
  summary: "Writes log messages.",
  config: { type: "object" },
  ...NOTHING,
  returns: "boolean",
  score() {
    for (const level of ["trace", "debug", "info", "warn", "error"]) log[level](`${level} ünïcödé \0 end`);
    return true;
  },
});

export const turns = scorer({
  summary: "Counts the turns of a conversation.",
  config: { type: "object" },
  requires: ["inputs"],
  uses: ["outputs"],
  returns: "integer",
  scoreSession: ({ turns }) => new Feedback(turns.length, { metadata: { ids: turns.map((turn) => turn.id) } }),
});

export const echoInputs = predictor({
  name: "echo",
  summary: "The inputs as they came.",
  config: { type: "object" },
  predict: ({ config, inputs }) => ({ config, inputs }),
});

export const failsToPredict = predictor({
  name: "fails",
  summary: "Fails as told.",
  config: FAILS_CONFIG,
  predict({ config }) {
    throwAsTold(config);
    throw unknownWay(config.how);
  },
});

export const recordsSpans = predictor({
  name: "spans",
  summary: "Records spans.",
  config: { type: "object" },
  predict: recordSpans,
});
