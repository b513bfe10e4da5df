// Values as a person reads them in a log.

import { toJson } from "./json.js";
import { describeError } from "./stack.js";

export function inspect(value) {
  if (typeof value === "string") return value;
  if (value instanceof Error) return describeError(value);
  try {
    return toJson(value, "the value");
  } catch {
    return String(value);
  }
}
