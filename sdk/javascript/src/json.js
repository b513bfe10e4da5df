// JSON without loss: integers of 64 bits are exact, and what has no JSON form is an error instead of a `null`.

import { Failed } from "./errors.js";

/** The deepest nesting that is written. Far beyond what the host accepts, and short of what overflows the stack. */
const MAX_DEPTH = 100;

const MIN_INTEGER = -(2n ** 63n);
const MAX_INTEGER = 2n ** 64n - 1n;

/** Sixteen digits at the beginning of a number: only then may an integer be too large for a double. */
const MAY_BE_LARGE = /(?:^|[^\d.])\d{16}/;

/** A string's beginning, or a whole number of any form. */
const STRING_OR_NUMBER = /"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** Text that is JSON already, or that the host is to judge. */
export class RawJson {
  constructor(text) {
    this.text = text;
  }
}

/** A number that is to be a `number`, also where it is whole. */
export class NumberValue {
  constructor(value) {
    this.value = value;
  }
}

/** Reads JSON. An integer beyond ±2^53 that fits 64 bits is a `bigint`; every other number is a double. */
export function parseJson(text) {
  return MAY_BE_LARGE.test(text) ? parseWithLargeIntegers(text) : JSON.parse(text);
}

function parseWithLargeIntegers(text) {
  JSON.parse(text); // Refuses what is not JSON, so that the marking below can rely on the grammar.
  let mark = "\u0001";
  while (text.includes(JSON.stringify(mark).slice(1, -1)) || text.includes(mark)) mark += "\u0001";
  const marked = markLargeIntegers(text, JSON.stringify(mark).slice(1, -1));
  const revive = (_, value) =>
    typeof value === "string" && value.startsWith(mark) ? BigInt(value.slice(mark.length)) : value;
  return JSON.parse(marked, revive);
}

/** The text with each large integer as a string that begins with the mark. */
function markLargeIntegers(text, mark) {
  const parts = [];
  let copied = 0;
  STRING_OR_NUMBER.lastIndex = 0;
  for (let found; (found = STRING_OR_NUMBER.exec(text)) !== null;) {
    const [token] = found;
    if (token === '"') {
      STRING_OR_NUMBER.lastIndex = endOfString(text, found.index);
    } else if (isLargeInteger(token)) {
      parts.push(text.slice(copied, found.index), '"', mark, token, '"');
      copied = STRING_OR_NUMBER.lastIndex;
    }
  }
  parts.push(text.slice(copied));
  return parts.join("");
}

function isLargeInteger(token) {
  if (token.length < 16 || /[.eE]/.test(token) || Number.isSafeInteger(Number(token))) return false;
  const value = BigInt(token);
  return value >= MIN_INTEGER && value <= MAX_INTEGER;
}

/** The index after the quote that ends the string which begins at `start`. */
function endOfString(text, start) {
  for (let index = start + 1; ; index += 1) {
    const quote = text.indexOf('"', index);
    const escape = text.indexOf("\\", index);
    if (quote < 0) return text.length;
    if (escape < 0 || quote < escape) return quote + 1;
    index = escape + 1;
  }
}

/** A whole number as a `number`, where that holds it. */
export function toWhole(value) {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** Writes JSON. `what` names the value in errors. */
export function toJson(value, what) {
  const text = write(value, what, 0);
  if (text === undefined) throw new Failed(`${what} has no JSON form: it is ${kindOf(value)}`);
  return text;
}

function write(value, what, depth) {
  switch (typeof value) {
    case "string":
      return JSON.stringify(checkText(value, what));
    case "number":
      return writeNumber(value, what);
    case "boolean":
    case "bigint":
      return String(value);
    case "object":
      return value === null ? "null" : writeObject(value, what, depth);
    default:
      return undefined;
  }
}

function writeNumber(value, what) {
  if (!Number.isFinite(value)) throw new Failed(`${what} holds ${value}, which has no JSON form`);
  return String(value);
}

function writeObject(value, what, depth) {
  if (depth === MAX_DEPTH) {
    throw new Failed(`${what} nests deeper than ${MAX_DEPTH} levels, or contains itself`);
  }
  if (value instanceof RawJson) return checkText(value.text, what);
  if (value instanceof NumberValue) return writeNumber(value.value, what);
  if (typeof value.toJSON === "function") return write(value.toJSON(), what, depth + 1);
  if (Array.isArray(value)) {
    const items = [];
    for (let index = 0; index < value.length; index += 1) {
      items.push(write(value[index], what, depth + 1) ?? "null");
    }
    return `[${items.join(",")}]`;
  }
  const members = [];
  for (const key of Object.keys(value)) {
    const text = write(value[key], what, depth + 1);
    if (text !== undefined) members.push(`${JSON.stringify(checkText(key, what))}:${text}`);
  }
  return `{${members.join(",")}}`;
}

/** The text itself, which has to be one that UTF-8 can hold. */
export function checkText(text, what) {
  if (!text.isWellFormed()) throw new Failed(`${what} holds a lone surrogate, which is no Unicode text`);
  return text;
}

/** What a value is, for messages. */
export function kindOf(value) {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  switch (typeof value) {
    case "undefined":
      return "undefined";
    case "object":
      return "an object";
    default:
      return `a ${typeof value}`;
  }
}

/** The text of a member of a JSON object, as it is written; the last one where the key is there several times. */
export function memberText(text, key) {
  let found;
  let depth = 0;
  let start = -1;
  let isWanted = false;
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index];
    if (character === '"') {
      const end = endOfString(text, index);
      if (depth === 1 && start < 0) {
        isWanted = JSON.parse(text.slice(index, end)) === key;
        start = text.indexOf(":", end) + 1;
        index = start - 1;
      } else {
        index = end - 1;
      }
    } else if (character === "{" || character === "[") {
      depth += 1;
    } else if (character === "}" || character === "]" || character === ",") {
      if (depth === 1 && start >= 0) {
        if (isWanted) found = text.slice(start, index).trim();
        start = -1;
      }
      if (character !== ",") depth -= 1;
    }
  }
  return found;
}
