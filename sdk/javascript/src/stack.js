// Errors as their author reads them: what was thrown, and where in the sources.

import { host } from "./host.js";

/** The SDK's own files; their frames say nothing to a plugin's author. */
const OF_THE_SDK = /(?:^|[/\\])sdk[/\\]javascript[/\\]src[/\\]/;

/** `    at name (file:line:column)`, of V8 and QuickJS. */
const V8_FRAME = /^\s*at (?:(.*?) \()?(.*?):(\d+):(\d+)\)?$/;

/** `name@file:line:column`, of SpiderMonkey. */
const SPIDERMONKEY_FRAME = /^(.*?)@(.*?):(\d+):(\d+)$/;

/** The error's type and message, its stack, and the same of what caused it. */
export function describeError(error) {
  if (!(error instanceof Error)) return `thrown: ${describeThrown(error)}`;
  const lines = [`${error.name}: ${error.message}`, ...framesOf(error)];
  if (error.cause !== undefined) lines.push(`caused by ${describeError(error.cause)}`);
  return lines.join("\n");
}

function describeThrown(value) {
  if (typeof value === "string") return value;
  // QuickJS has no memory left for an error then.
  if (value === null) return "null, as when the memory is used up";
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return String(value);
  }
}

function framesOf(error) {
  const frames = [];
  for (const line of String(error.stack ?? "").split("\n")) {
    const found = V8_FRAME.exec(line) ?? SPIDERMONKEY_FRAME.exec(line);
    if (found === null) continue;
    const place = placeOf(found);
    // Helpers of the bundler have no place in the sources.
    if (place === undefined || OF_THE_SDK.test(place.file)) continue;
    frames.push(`    at ${found[1] || "<anonymous>"} (${place.file}:${place.line}:${place.column})`);
  }
  return frames;
}

function placeOf([, , file, line, column]) {
  return host.locate === undefined ? { file, line, column } : host.locate(Number(line), Number(column));
}
