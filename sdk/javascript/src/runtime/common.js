// The surroundings that are the same in every engine, on every machine and in every call: a clock that stands still,
// the same random numbers for every row, a console that writes to the row's log.

import { host } from "../host.js";
import { inspect } from "../inspect.js";
import { TextDecoder, TextEncoder } from "../text.js";

/** 2020-01-01T00:00:00Z, where the host's virtual clock starts, too. */
const NOW = 1_577_836_800_000;
const SEED = 0x2545f491;

const NativeDate = Date;
let randomState = SEED;
let clockReads = 0;

/** Undoes what an earlier call of the instance did to the surroundings. */
export function resetCommon() {
  randomState = SEED;
  clockReads = 0;
}

export function installCommon() {
  globalThis.Date = fixedDate();
  Math.random = random;
  globalThis.performance = { now, timeOrigin: NOW };
  globalThis.console = logConsole();
  globalThis.TextEncoder ??= TextEncoder;
  globalThis.TextDecoder ??= TextDecoder;
}

function fixedDate() {
  function Date(...values) {
    if (new.target === undefined) return new NativeDate(NOW).toString();
    return Reflect.construct(NativeDate, values.length === 0 ? [NOW] : values, new.target);
  }
  Date.prototype = NativeDate.prototype;
  Date.prototype.constructor = Date;
  Date.now = () => NOW;
  Date.parse = NativeDate.parse;
  Date.UTC = NativeDate.UTC;
  return Date;
}

/** Mulberry32: small, and even enough for what scorers draw. */
function random() {
  randomState = (randomState + 0x6d2b79f5) | 0;
  let bits = Math.imul(randomState ^ (randomState >>> 15), 1 | randomState);
  bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
  return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
}

/** Moves on by a microsecond with each reading, as the host's clock does. */
function now() {
  clockReads += 1;
  return clockReads / 1000;
}

function logConsole() {
  const write =
    (level) =>
    (...values) =>
      host.log.log(level, values.map(inspect).join(" ").toWellFormed());
  return {
    trace: write("trace"),
    debug: write("debug"),
    log: write("info"),
    info: write("info"),
    warn: write("warn"),
    error: write("error"),
  };
}
