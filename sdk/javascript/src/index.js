// The SDK's public face; models are in `scorebox/llm`, HTTP in `scorebox/http`, what tests need in `scorebox/testing`.

import { NumberValue, RawJson, toJson } from "./json.js";

export { predictor, scorer } from "./definition.js";
export { Failed, InvalidConfig, MissingField, Unsupported } from "./errors.js";
export { Feedback } from "./feedback.js";
export { log } from "./log.js";
export { Span, startSpan, withSpan } from "./tracing.js";

/** A value that is to be a `number`, also where it is whole; without, a whole number is an `integer`. */
export function number(value) {
  return new NumberValue(value);
}

/** A value that is to be `json`, whatever it is. */
export function json(value) {
  return new RawJson(toJson(value, "the value"));
}

/** JSON text that is passed on as it is, for the host to check. */
export function rawJson(text) {
  return new RawJson(text);
}
