import assert from "node:assert/strict";
import test from "node:test";

import { startSpan, withSpan } from "scorebox";
import { HttpError, Response, fetch } from "scorebox/http";
import { LlmError, complete, completeAll, embed } from "scorebox/llm";
import { answerFetchWith, answerWith } from "scorebox/testing";

import { host } from "../src/host.js";

test("without a host, everything outside is denied", async () => {
  assert.throws(() => complete({ model: "judge", user: "?" }), { name: "LlmError", kind: "denied" });
  await assert.rejects(fetch("https://a.example/"), { name: "HttpError", kind: "denied" });
});

test("a request to a model has what it was given, and nothing else", () => {
  let sent;
  answerWith((request) => {
    sent = request;
    return '{"word": "yes"}';
  });
  const schema = { type: "object" };
  const reply = complete({
    model: "judge",
    system: "One word.",
    user: "Fine?",
    temperature: 0,
    maxTokens: 9,
    seed: 7,
    responseSchema: schema,
  });
  assert.deepEqual(
    sent.messages.map(({ role, content }) => [role, content]),
    [
      ["system", "One word."],
      ["user", "Fine?"],
    ],
  );
  assert.deepEqual([sent.temperature, sent.maxTokens, sent.seed, sent.responseSchema], [0, 9, 7, '{"type":"object"}']);
  assert.deepEqual([sent.tools, sent.parameters], [[], undefined]);
  assert.deepEqual([reply.json(), reply.finishReason], [{ word: "yes" }, "stop"]);
});

test("errors of models keep their kind, alone and among replies", () => {
  answerWith(({ messages: [{ content }] }) => {
    if (content === "bad") throw new LlmError("over-budget", "no money");
    return content;
  });
  const bad = { model: "judge", user: "bad" };
  assert.throws(() => complete(bad), { kind: "over-budget", message: "model: over budget: no money" });
  const [first, second] = completeAll([{ model: "judge", user: "good" }, bad]);
  assert.equal(first.text, "good");
  assert.ok(second instanceof LlmError && second.kind === "over-budget");
});

test("a lone surrogate is never sent to a model, wherever it is", () => {
  answerWith(() => assert.fail("sent"));
  const call = { id: "1", name: "look_up", arguments: {} };
  const tool = { name: "look_up", description: "Looks up.", parameters: {} };
  const answer = (toolCall) => ({ messages: [{ role: "assistant", content: "", toolCalls: [toolCall] }] });
  const bad = "\ud800";
  for (const [what, request] of [
    ["a message", { user: bad }],
    ["the id of a tool call", { messages: [{ role: "tool", content: "", toolCallId: bad }] }],
    ["the id of a tool call", answer({ ...call, id: bad })],
    ["the name of a tool call", answer({ ...call, name: bad })],
    ["the arguments of a tool call", answer({ ...call, arguments: { bad } })],
    ["a tool's name", { tools: [{ ...tool, name: bad }] }],
    ["a tool's description", { tools: [{ ...tool, description: bad }] }],
    ["the parameters of a tool", { tools: [{ ...tool, parameters: { bad } }] }],
  ]) {
    assert.throws(() => complete({ model: "judge", ...request }), {
      name: "Failed",
      message: `${what} holds a lone surrogate, which is no Unicode text`,
    });
  }
});

test("texts are embedded in order", () => {
  answerWith(({ text }) => [text.length, 0.5]);
  assert.deepEqual(embed("small", ["a", "bb"]).vectors, [
    [1, 0.5],
    [2, 0.5],
  ]);
});

test("a seed that the engine could not hold is refused", () => {
  answerWith(() => "");
  assert.throws(() => complete({ model: "judge", user: "?", seed: 2 ** 60 }), RangeError);
});

test("a response is read as text, JSON and bytes", async () => {
  answerFetchWith((request) => {
    assert.equal(request.headers.get("X-Kind"), "test");
    return Response.json({ n: 1 }, { status: 201 });
  });
  const response = await fetch("https://a.example/x", { method: "post", body: "ü", headers: { "x-kind": "test" } });
  assert.deepEqual(
    [response.status, response.ok, response.headers.get("Content-Type")],
    [201, true, "application/json"],
  );
  assert.deepEqual(await response.json(), { n: 1 });
  assert.equal((await response.bytes()).length, 7);
  await assert.rejects(new Response(new Uint8Array([0xff])).text(), { kind: "invalid-reply" });
});

test("redirects are followed without what is not for the other place", async () => {
  const seen = [];
  answerFetchWith((request) => {
    seen.push([request.method, request.url, request.headers.has("authorization"), request.headers.has("content-type")]);
    return seen.length === 1
      ? new Response("", { status: 303, headers: { location: "https://b.example/y?z#f" } })
      : new Response("here");
  });
  const headers = { authorization: "Bearer 1", "content-type": "text/plain" };
  const response = await fetch("https://a.example/x", { method: "POST", body: "b", headers });
  assert.deepEqual(seen, [
    ["POST", "https://a.example/x", true, true],
    ["GET", "https://b.example/y?z", false, false],
  ]);
  assert.deepEqual([await response.text(), response.url, response.redirected], ["here", "https://b.example/y?z", true]);
});

test("redirects end", async () => {
  answerFetchWith(() => new Response("", { status: 302, headers: { location: "/x" } }));
  await assert.rejects(fetch("https://a.example/x"), { kind: "too-many-redirects" });
  assert.equal((await fetch("https://a.example/x", { redirect: "manual" })).status, 302);
});

test("an error names the request without its query", async () => {
  answerFetchWith(() => {
    throw new HttpError("timeout", "no response in time");
  });
  await assert.rejects(fetch("https://a.example/x?key=1"), {
    message: "http: timeout: GET https://a.example/x: no response in time",
  });
  await assert.rejects(fetch("a.example/x"), { kind: "invalid-request" });
  await assert.rejects(fetch("https://ada:secret@a.example/"), (error) => !error.message.includes("secret"));
});

test("spans end once, well or with the error of their body", async () => {
  const seen = [];
  host.tracing = {
    startSpan: (name, kind, inputs) => (seen.push(["start", name, kind, inputs]), name),
    setAttributes: (id, attributes) => seen.push(["set", id, attributes]),
    endSpan: (id, status, outputs) => seen.push(["end", id, status, outputs]),
  };
  const inner = startSpan("inner", { kind: "llm", inputs: { q: 1 } });
  inner.setAttributes({ a: 1, skipped: () => 1 }).end({ b: 2 });
  inner.end();
  assert.throws(
    () =>
      withSpan("bad", {}, () => {
        throw new TypeError("no");
      }),
    TypeError,
  );
  assert.equal(await withSpan("later", {}, async () => 7), 7);
  assert.deepEqual(seen, [
    ["start", "inner", "llm", '{"q":1}'],
    ["set", "inner", [["a", "1"]]],
    ["end", "inner", { tag: "ok" }, '{"b":2}'],
    ["start", "bad", "unknown", undefined],
    ["end", "bad", { tag: "error", val: "TypeError: no" }, undefined],
    ["start", "later", "unknown", undefined],
    ["end", "later", { tag: "ok" }, undefined],
  ]);
});
