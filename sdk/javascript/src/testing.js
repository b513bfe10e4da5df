// For native tests: runs scorers and predict functions as the host does, and plays what lies outside the sandbox.

import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";

import { Failed, InvalidConfig, MissingField, Unsupported } from "./errors.js";
import { FIELDS } from "./example.js";
import { HttpError, Request, Response } from "./http.js";
import { host } from "./host.js";
import { parseJson, toJson } from "./json.js";
import { LlmError } from "./llm.js";
import { plugin } from "./plugin.js";

const ERRORS = {
  "invalid-config": InvalidConfig,
  "missing-field": MissingField,
  unsupported: Unsupported,
  failed: Failed,
};

/** Scores an example with a scorer; answers its feedbacks, or throws the error that the row would fail with. */
export async function score(scorer, example, config = {}) {
  const { scorers } = plugin({ scorer });
  const [{ name }] = scorers.describe();
  const sent = toRecord(example, scorer.sent);
  return (await answer(() => scorers.score(name, toJson(config, "the config"), sent))).map(toFeedback);
}

/** Scores a conversation, given its turns in order. */
export async function scoreSession(scorer, turns, config = {}) {
  const { scorers } = plugin({ scorer });
  const [{ name }] = scorers.describe();
  const sent = turns.map((turn) => toRecord(turn, scorer.sent));
  return (await answer(() => scorers.scoreSession(name, toJson(config, "the config"), sent))).map(toFeedback);
}

/** Answers inputs with a predict function. */
export async function predict(predictor, inputs, config = {}) {
  const { predictors } = plugin({ predictor });
  const [{ name }] = predictors.describe();
  const outputs = await answer(() =>
    predictors.predict(name, toJson(config, "the config"), toJson(inputs, "the inputs")),
  );
  return parseJson(outputs);
}

/** Answers the requests to models: with a text, with a reply, or with an error that it throws. */
export function answerWith(respond) {
  const ask = (request) => {
    const reply = respond(request);
    return typeof reply === "string" ? toReply({ text: reply }) : toReply(reply);
  };
  host.llm = {
    complete: (request) => {
      try {
        return ask(request);
      } catch (error) {
        throw refused(error);
      }
    },
    completeAll: (requests) =>
      requests.map((request) => {
        try {
          return { tag: "ok", val: ask(request) };
        } catch (error) {
          return { tag: "err", val: refused(error).payload };
        }
      }),
    embed: (model, texts) => {
      const vectors = texts.map((text) => respond({ model, text }));
      return { vectors, usage: { inputTokens: 0, outputTokens: 0 }, model };
    },
  };
}

function toReply({ text = "", toolCalls = [], usage = {}, model = "test", finishReason = "stop" }) {
  const { inputTokens = 0, outputTokens = 0 } = usage;
  const calls = toolCalls.map((call) => ({ ...call, arguments: toJson(call.arguments, "the arguments") }));
  return { text, toolCalls: calls, usage: { inputTokens, outputTokens }, model, finishReason };
}

function refused(error) {
  if (!(error instanceof LlmError)) return error;
  return Object.assign(new Error(error.message), { payload: { tag: error.kind, val: error.text } });
}

/** Answers the requests of the SDK's `fetch`: with a `Response`, or with an `HttpError` that it throws. */
export function answerFetchWith(respond) {
  host.send = ({ method, url, headers, body, timeout, maxBodyBytes }) => {
    const init =
      body.length > 0 ? { method, headers, body, timeout, maxBodyBytes } : { method, headers, timeout, maxBodyBytes };
    const response = respond(new Request(String(url), init));
    if (!(response instanceof Response))
      throw new TypeError("answerFetchWith needs a function that answers a Response");
    if (response._body.length > maxBodyBytes) throw new HttpError("body-too-large", `more than ${maxBodyBytes} bytes`);
    return { status: response.status, headers: response.headers._pairs, body: response._body };
  };
}

/**
 * Runs the cases of a `.jsonl` file, as `scorebox plugin test` does in the sandbox, on a module's exports; throws an
 * error that lists the cases with another result than they expect.
 */
export async function runCases(exports, file) {
  const lines = readFileSync(file, "utf8").split("\n");
  const failures = [];
  let count = 0;
  for (const [index, line] of lines.entries()) {
    if (line.trim() === "") continue;
    count += 1;
    const test = parseJson(line);
    const found = await outcome(exports, test);
    if (!meets(found, test.expect)) {
      const name = test.name ?? test.scorer ?? test.predictor;
      const texts = [test.expect, found].map((value) => toJson(value, "the result"));
      failures.push(`line ${index + 1}, ${name}:\n  expected ${texts[0]}\n  found    ${texts[1]}`);
    }
  }
  if (count === 0) throw new Error(`${file} holds no cases`);
  if (failures.length > 0) throw new Error(`${failures.length} of ${count} cases failed\n${failures.join("\n")}`);
}

async function outcome(exports, test) {
  const config = toJson(test.config ?? {}, "the config");
  const { scorers, predictors } = plugin(exports);
  const run = async (call, convert) => {
    try {
      return convert(await answer(call));
    } catch (error) {
      const kind = kindOfError(error);
      // As the host words it.
      const message = kind === "missing_field" ? `the row lacks \`${error.message}\`` : error.message;
      return { error: { kind, message } };
    }
  };
  const feedback = (feedbacks) => ({ feedback: feedbacks.map(toFeedback).map(plain) });
  if (test.predictor !== undefined) {
    const inputs = toJson(test.inputs, "the inputs");
    return run(
      () => predictors.predict(test.predictor, config, inputs),
      (text) => ({ outputs: parseJson(text) }),
    );
  }
  const sent = new Set(FIELDS.filter((field) => isSent(scorers, test.scorer, field)));
  const record = (example) => toRecord(example, sent);
  if (test.session !== undefined) {
    return run(() => scorers.scoreSession(test.scorer, config, test.session.map(record)), feedback);
  }
  if (test.batch !== undefined) {
    const results = [];
    for (const example of test.batch) {
      results.push(await run(() => scorers.score(test.scorer, config, record(example)), feedback));
    }
    return results;
  }
  return run(() => scorers.score(test.scorer, config, record(test.example)), feedback);
}

function isSent(scorers, name, field) {
  const info = scorers.describe().find((known) => known.name === name);
  return info !== undefined && (info.requires[field] === true || info.uses[field] === true);
}

/** Whether a result is the expected one; what an expected feedback or error does not name can be anything. */
function meets(found, expected) {
  if (Array.isArray(expected)) {
    return expected.length === found.length && expected.every((item, index) => meets(found[index], item));
  }
  if (expected.feedback !== undefined) {
    return (
      found.feedback?.length === expected.feedback.length &&
      expected.feedback.every((item, index) => includes(found.feedback[index], item))
    );
  }
  if (expected.error !== undefined) return found.error !== undefined && includes(found.error, expected.error);
  return isDeepStrictEqual(found, expected);
}

function includes(found, expected) {
  return Object.entries(expected).every(([key, value]) => isDeepStrictEqual(found[key], value));
}

function plain({ name, value, rationale, metadata, spanId }) {
  const named = { name, value, rationale, metadata, span_id: spanId };
  return Object.fromEntries(Object.entries(named).filter(([, item]) => item !== undefined));
}

function kindOfError(error) {
  const found = Object.entries(ERRORS).find(([, type]) => error instanceof type);
  return (found?.[0] ?? "failed").replaceAll("-", "_");
}

/** An example as the host sends it: JSON texts, and only of the fields that were asked for. */
function toRecord(example, sent) {
  const record = {
    id: example.id ?? "example",
    tags: sent.has("tags") ? Object.entries(example.tags ?? {}).sort() : [],
  };
  for (const field of ["inputs", "outputs", "expectations", "trace"]) {
    const isThere = sent.has(field) && example[field] !== undefined;
    record[field] = isThere ? toJson(example[field], field) : undefined;
  }
  return record;
}

function toFeedback({ name, value, rationale, metadata, spanId }) {
  return {
    name,
    kind: value.tag,
    value: value.tag === "json" ? parseJson(value.val) : value.val,
    rationale,
    metadata: metadata === undefined ? undefined : parseJson(metadata),
    spanId,
  };
}

/** What a call of the contract answers; its error as the SDK's own. */
async function answer(call) {
  try {
    return await call();
  } catch (thrown) {
    throw ERRORS[thrown?.tag] === undefined ? thrown : new ERRORS[thrown.tag](thrown.val);
  }
}
