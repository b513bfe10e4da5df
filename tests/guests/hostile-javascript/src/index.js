// A pure component whose scorers misbehave, one way each, as JavaScript can.

import { json, log, scorer, startSpan } from "scorebox";

import { parseTable } from "./table.js";

/** A scorer of its own for each way. */
const hostile = (score) => scorer({ summary: "Misbehaves.", uses: ["inputs"], score });

export const wellBehaved = hostile(() => true);

export const loopForever = hostile(() => {
  for (let count = 0; ; count += 1);
});

/** Work without end that never holds on to anything: each promise is settled at once. */
export const promiseForever = hostile(async () => {
  for (;;) await undefined;
});

export const regexForever = hostile(() => /^(a+)+$/.test(`${"a".repeat(40)}!`));

export const neverSettled = hostile(() => new Promise(() => {}));

export const memoryBomb = hostile(() => {
  const kept = [];
  for (;;) kept.push(new Uint8Array(1024 * 1024).fill(1));
});

/** Many small things instead of few large ones. */
export const objectBomb = hostile(() => {
  const kept = [];
  for (let count = 0; ; count += 1) kept.push({ count, text: `number ${count}` });
});

export const deepRecursion = hostile(function descend() {
  return descend() + 1;
});

export const uncaught = hostile(({ inputs }) => parseTable(inputs.rows));

export const uncaughtLater = hostile(async ({ inputs }) => {
  await undefined;
  return parseTable(inputs.rows);
});

export const throwsNoError = hostile(() => {
  throw { toString: () => "gotcha" };
});

/** An error whose every part is hostile itself. */
export const throwsTrap = hostile(() => {
  throw new Proxy(new Error("trap"), {
    get() {
      throw new Error("again");
    },
  });
});

export const giantError = hostile(() => {
  throw new Error("e".repeat(1_000_000));
});

export const giantText = hostile(() => "x".repeat(4_000_000));

export const loneSurrogate = hostile(() => ["fine", "\ud800"]);

export const circle = hostile(() => {
  const circle = {};
  circle.self = circle;
  return circle;
});

export const consoleFlood = hostile(() => {
  for (let count = 0; count < 10_000; count += 1) console.error("x".repeat(1000));
  return true;
});

export const logFlood = hostile(() => {
  for (;;) log.trace("");
});

export const spanFlood = hostile(() => {
  for (;;) startSpan("span").end();
});

/** What a script looks for that wants to know where it is; answers what there is. */
export const surroundings = hostile(() => {
  const names = ["process", "require", "Deno", "Bun", "fetch", "XMLHttpRequest", "WebSocket", "os", "std", "Worker"];
  return json(names.filter((name) => typeof globalThis[name] !== "undefined"));
});

export const readsFiles = hostile(async () => {
  const name = ["node", "fs"].join(":");
  const { readFileSync } = await import(name);
  return readFileSync("/etc/passwd", "utf8");
});

export const clocks = hostile(() => [
  Date.now(),
  new Date().toISOString(),
  new Date().getTimezoneOffset(),
  performance.now(),
]);

export const random = hostile(() => [Math.random(), Math.random()]);

/** Changes what the next call of the instance finds, if anything stays. */
export const pollutes = hostile(({ config }) => {
  const before = [globalThis.polluted ?? 0, Math.random(), performance.now()];
  globalThis.polluted = before[0] + 1;
  setTimeout(() => log.error("left over"), 1);
  Promise.resolve().then(() => log.error("left over"));
  try {
    config.polluted = true;
  } catch {
    // Frozen, as it should be.
  }
  return [...before, config.polluted ?? false];
});

/** Replaces what the SDK is built on, and then answers. */
export const sabotage = hostile(() => {
  JSON.stringify = () => "not JSON";
  Array.isArray = () => false;
  Object.keys = () => [];
  globalThis.Promise = undefined;
  return { sabotaged: [1] };
});

/** How deep functions may nest before the stack is used up; must be enough for honest work. */
export const honestRecursion = hostile(() => {
  const descend = (depth) => (depth === 0 ? 0 : 1 + descend(depth - 1));
  return descend(200);
});
