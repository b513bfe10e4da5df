// Records what a plugin does as spans of the example's trace.

import { host } from "./host.js";
import { toJson } from "./json.js";
import { isThenable } from "./thenable.js";

/** An open span. It is ended once; what is not ended, the host ends when the call returns. */
export class Span {
  constructor(name, { kind = "unknown", inputs } = {}) {
    this.id = host.tracing.startSpan(name, kind, jsonOrNothing(inputs));
    this._isEnded = false;
  }

  /** Adds attributes. A value without a JSON form is left out. */
  setAttributes(attributes) {
    const known = Object.entries(attributes).map(([name, value]) => [name, jsonOrNothing(value)]);
    host.tracing.setAttributes(
      this.id,
      known.filter(([, value]) => value !== undefined),
    );
    return this;
  }

  /** Ends the span, with what the step gave. */
  end(outputs) {
    this._end({ tag: "ok" }, jsonOrNothing(outputs));
  }

  /** Ends the span with an error. */
  fail(error) {
    this._end({ tag: "error", val: messageOf(error).toWellFormed() }, undefined);
  }

  _end(status, outputs) {
    if (this._isEnded) return;
    this._isEnded = true;
    host.tracing.endSpan(this.id, status, outputs);
  }
}

/** Starts a span inside the innermost one that is still open. */
export function startSpan(name, options) {
  return new Span(name, options);
}

/**
 * Runs `body` inside a span and answers what it answers. The span ends with the body: well, unless the body throws; a
 * body that has ended its span itself has had the last word.
 */
export function withSpan(name, options, body) {
  const span = new Span(name, options);
  const failed = (error) => {
    span.fail(error);
    throw error;
  };
  const done = (answer) => {
    span.end();
    return answer;
  };
  let answer;
  try {
    answer = body(span);
  } catch (error) {
    return failed(error);
  }
  return isThenable(answer) ? answer.then(done, failed) : done(answer);
}

function messageOf(error) {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

function jsonOrNothing(value) {
  if (value === undefined) return undefined;
  try {
    return toJson(value, "the value");
  } catch {
    return undefined;
  }
}
