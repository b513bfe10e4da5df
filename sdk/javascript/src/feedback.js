// What a scorer returns, turned into what the contract knows.

import { Failed } from "./errors.js";
import { host } from "./host.js";
import { checkText, kindOf, NumberValue, RawJson, toJson } from "./json.js";

const MIN_INTEGER = -(2n ** 63n);
const MAX_INTEGER = 2n ** 63n - 1n;

/** One thing that a scorer has to say about an example. */
export class Feedback {
  constructor(value, { name, rationale, metadata, spanId } = {}) {
    this.value = value;
    this.name = name;
    this.rationale = rationale;
    this.metadata = metadata;
    this.spanId = spanId;
  }
}

/** The contract's feedbacks for whatever a scorer returned. */
export function toFeedbacks(returned) {
  if (returned instanceof Feedback) return [fromFeedback(returned)];
  if (Array.isArray(returned)) {
    const feedbacks = returned.filter((item) => item instanceof Feedback).length;
    if (feedbacks === returned.length) return returned.map(fromFeedback);
    if (feedbacks > 0) throw new Failed("the scorer returned an array of feedbacks and other things");
  }
  return [record(undefined, toValue(returned), undefined, undefined, undefined)];
}

function fromFeedback(feedback) {
  return record(
    optionalText(feedback.name, "the name"),
    toValue(feedback.value),
    optionalText(feedback.rationale, "the rationale"),
    feedback.metadata == null ? undefined : toJson(feedback.metadata, "the metadata"),
    optionalText(feedback.spanId, "the span id"),
  );
}

function record(name, value, rationale, metadata, spanId) {
  return { name, value, rationale, metadata, spanId };
}

function optionalText(text, what) {
  if (text == null) return undefined;
  if (typeof text !== "string") throw new Failed(`${what} is ${kindOf(text)}, not a string`);
  return checkText(text, what);
}

function toValue(value) {
  switch (typeof value) {
    case "boolean":
      return { tag: "boolean", val: value };
    case "number":
      return Number.isSafeInteger(value) ? { tag: "integer", val: host.integer(value) } : { tag: "number", val: value };
    case "bigint":
      return value >= MIN_INTEGER && value <= MAX_INTEGER
        ? { tag: "integer", val: host.integer(value) }
        : { tag: "json", val: String(value) };
    case "string":
      return { tag: "text", val: checkText(value, "the value") };
    case "undefined":
      throw new Failed("the scorer returned nothing: return a value, or throw an error that says why there is none");
    default:
      if (value instanceof NumberValue) return { tag: "number", val: Number(value.value) };
      if (value instanceof RawJson) return { tag: "json", val: checkText(value.text, "the value") };
      return { tag: "json", val: toJson(value, "the value") };
  }
}
