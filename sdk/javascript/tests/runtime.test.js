import assert from "node:assert/strict";
import test from "node:test";

import { forget, runUntil, setTimeout as later, clearTimeout as never, enqueue } from "../src/runtime/jobs.js";
import { Promise as OwnPromise, outcomeOf } from "../src/runtime/promise.js";
import { locator } from "../src/runtime/source-map.js";
import { TextDecoder as OwnDecoder, TextEncoder as OwnEncoder } from "../src/text.js";

/** What becomes of a promise once all jobs are done. */
function settled(promise) {
  runUntil(() => false);
  return outcomeOf(promise);
}

test("handlers run in the order of promises, and after the code that made them", () => {
  const order = [];
  const first = OwnPromise.resolve(1);
  first.then(() => order.push("a")).then(() => order.push("c"));
  first.then(() => order.push("b"));
  order.push("now");
  settled(first);
  assert.deepEqual(order, ["now", "a", "b", "c"]);
});

test("a promise takes over what it is resolved with", () => {
  assert.deepEqual(settled(OwnPromise.resolve({ then: (resolve) => resolve(OwnPromise.resolve(3)) })), { value: 3 });
  assert.deepEqual(settled(new OwnPromise((resolve, reject) => (resolve(1), reject(2)))), { value: 1 });
  const bad = settled(new OwnPromise((_, reject) => reject("no")).then(() => 1));
  assert.deepEqual(bad, { error: "no" });
  const { promise, resolve } = OwnPromise.withResolvers();
  resolve(promise);
  assert.ok(settled(promise).error instanceof TypeError);
});

test("catch and finally see errors and pass on what came before", () => {
  const order = [];
  const caught = OwnPromise.reject(1)
    .finally(() => order.push("finally"))
    .catch((error) => error + 1);
  assert.deepEqual(settled(caught), { value: 2 });
  assert.deepEqual(order, ["finally"]);
  assert.deepEqual(settled(OwnPromise.resolve(1).finally(() => OwnPromise.reject(2))), { error: 2 });
});

test("several promises are awaited together", () => {
  const items = () => [OwnPromise.resolve(1), 2, OwnPromise.resolve(3)];
  assert.deepEqual(settled(OwnPromise.all(items())), { value: [1, 2, 3] });
  assert.deepEqual(settled(OwnPromise.all([])), { value: [] });
  assert.deepEqual(settled(OwnPromise.all([1, OwnPromise.reject("x")])), { error: "x" });
  assert.deepEqual(settled(OwnPromise.race(items())), { value: 1 });
  assert.deepEqual(settled(OwnPromise.any([OwnPromise.reject(1), 2])), { value: 2 });
  assert.deepEqual(settled(OwnPromise.any([OwnPromise.reject(1)])).error.errors, [1]);
  assert.deepEqual(settled(OwnPromise.allSettled([1, OwnPromise.reject(2)])), {
    value: [
      { status: "fulfilled", value: 1 },
      { status: "rejected", reason: 2 },
    ],
  });
});

test("timers run by their delay, when nothing else is left", () => {
  const order = [];
  later(() => order.push("long"), 100);
  later((value) => order.push(value), 1, "short");
  never(later(() => order.push("never"), 0));
  enqueue(() => order.push("job"));
  runUntil(() => false);
  assert.deepEqual(order, ["job", "short", "long"]);
});

test("what is forgotten does not run", () => {
  enqueue(() => assert.fail("ran"));
  later(() => assert.fail("ran"));
  forget();
  runUntil(() => false);
});

test("a promise that waits for nothing stays pending", () => {
  assert.equal(settled(new OwnPromise(() => {})), undefined);
});

test("places are found in the sources", () => {
  // Line 2 of the bundle: column 0 is line 1 of a.ts, column 4 is line 3, column 2; line 3 begins in b.ts.
  const locate = locator({ sources: ["a.ts", "b.ts"], mappings: ";AAAA,IAEE;ACDF" });
  assert.equal(locate(1, 1), undefined);
  assert.deepEqual(locate(2, 1), { file: "a.ts", line: 1, column: 1 });
  assert.deepEqual(locate(2, 9), { file: "a.ts", line: 3, column: 3 });
  assert.deepEqual(locate(3, 1), { file: "b.ts", line: 2, column: 1 });
});

test("UTF-8 is written and read as the platform does", () => {
  const texts = ["", "aé€😀\0", "\ufeffx", "\ud800a"];
  for (const text of texts) assert.deepEqual(new OwnEncoder().encode(text), new TextEncoder().encode(text));
  const bytes = [
    [0x61, 0xff, 0x62],
    [0xe2, 0x82],
    [0xc0, 0x80],
    [0xed, 0xa0, 0x80],
    [0xf0, 0x9f, 0x98],
    [0xf5, 0x80],
    [0xef, 0xbb, 0xbf, 0x61],
  ];
  for (const some of bytes) {
    const data = Uint8Array.from(some);
    assert.equal(new OwnDecoder().decode(data), new TextDecoder().decode(data), String(some));
  }
  assert.throws(() => new OwnDecoder("utf-8", { fatal: true }).decode(Uint8Array.from([0xff])), TypeError);
});
