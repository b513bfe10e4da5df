import assert from "node:assert/strict";
import test from "node:test";

import { Failed } from "scorebox";

import { NumberValue, RawJson, memberText, parseJson, toJson } from "../src/json.js";

test("integers of 64 bits are exact, all other numbers are doubles", () => {
  assert.deepEqual(parseJson("[9007199254740991, 9007199254740993, -9223372036854775808, 18446744073709551615]"), [
    9007199254740991,
    9007199254740993n,
    -9223372036854775808n,
    18446744073709551615n,
  ]);
  assert.deepEqual(
    parseJson("[18446744073709551616, 1e300, 12345678901234567.5, 0.12345678901234567]"),
    [18446744073709551616, 1e300, 12345678901234567.5, 0.12345678901234567],
  );
});

test("digits in strings and keys are left alone", () => {
  const text = String.raw`{"9007199254740993": "9007199254740993", "a\"9007199254740993": ["\\", 9007199254740993]}`;
  assert.deepEqual(parseJson(text), {
    "9007199254740993": "9007199254740993",
    'a"9007199254740993': ["\\", 9007199254740993n],
  });
});

test("a text that looks like the mark of a large integer is still a text", () => {
  assert.deepEqual(parseJson(String.raw`["\u00015", "\u0001\u0001", 9007199254740993]`), [
    "\u00015",
    "\u0001\u0001",
    9007199254740993n,
  ]);
});

test("a broken text is an error, with and without large integers", () => {
  assert.throws(() => parseJson('{"a": 1'), SyntaxError);
  assert.throws(() => parseJson("[9007199254740993"), SyntaxError);
});

test("what was read is written again", () => {
  const text = '{"a":[1,-2.5,"x\\u0000y",null,true],"n":18446744073709551615,"__proto__":{"b":1},"é😀":1e+300}';
  assert.equal(toJson(parseJson(text), "the value"), text);
});

test("undefined members are left out, dates and raw texts write themselves", () => {
  const value = { a: undefined, b: [undefined], c: new Date(0), d: new RawJson('{"x" : 1}'), e: new NumberValue(1) };
  assert.equal(toJson(value, "the value"), '{"b":[null],"c":"1970-01-01T00:00:00.000Z","d":{"x" : 1},"e":1}');
});

test("what has no JSON form is an error that names the value", () => {
  const fails = (value, message) => assert.throws(() => toJson(value, "the metadata"), new Failed(message));
  fails({ a: NaN }, "the metadata holds NaN, which has no JSON form");
  fails([-Infinity], "the metadata holds -Infinity, which has no JSON form");
  fails(undefined, "the metadata has no JSON form: it is undefined");
  fails(["\ud800"], "the metadata holds a lone surrogate, which is no Unicode text");
  fails({ "\udc00": 1 }, "the metadata holds a lone surrogate, which is no Unicode text");
  const circle = {};
  circle.self = circle;
  fails(circle, "the metadata nests deeper than 100 levels, or contains itself");
});

test("a member's text is as it is written, and the last one counts", () => {
  const text = String.raw`{"x": {"n": 1}, "n" : 4.50 , "a\"b": [1, {"n": 2}], "\u006e": 4.500}`;
  assert.equal(memberText(text, "n"), "4.500");
  assert.equal(memberText(text, 'a"b'), '[1, {"n": 2}]');
  assert.equal(memberText(text, "m"), undefined);
  assert.equal(memberText("{}", "n"), undefined);
});
