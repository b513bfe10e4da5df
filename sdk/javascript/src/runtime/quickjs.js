// What a plugin finds in QuickJS beside the language itself. Imported before the plugin's own modules.

import { Failed } from "../errors.js";
import { host } from "../host.js";
import { toWhole } from "../json.js";
import { installCommon, resetCommon } from "./common.js";
import { clearTimeout, enqueue, forget, runUntil, setTimeout } from "./jobs.js";
import { outcomeOf, Promise } from "./promise.js";

installCommon();
Object.assign(globalThis, { Promise, setTimeout, clearTimeout, queueMicrotask: enqueue });
// Would answer a promise of the engine's own, which is never settled during a call.
delete Array.fromAsync;

/** The bindings take a whole number in halves, since the engine's numbers have 53 bits; see the build's contract. */
host.integer = (value) => {
  if (typeof value === "number") return [value | 0, Math.floor(value / 2 ** 32) | 0];
  return [Number(BigInt.asIntN(32, value)), Number(BigInt.asIntN(32, value >> 32n))];
};

/** And they give one as the double with the same bits. */
const double = new Float64Array(1);
const bits = new BigUint64Array(double.buffer);
host.toNumber = (value) => {
  double[0] = value;
  return toWhole(bits[0]);
};

host.start = () => runUntil(() => false);

host.begin = () => {
  forget();
  resetCommon();
};

host.settle = (thenable) => {
  const promise = Promise.resolve(thenable);
  let outcome;
  runUntil(() => (outcome = outcomeOf(promise)) !== undefined);
  if (outcome === undefined) {
    throw new Failed(
      "the promise is never settled: nothing is left to do, and it still waits " +
        "(as for a module that is not in the bundle)",
    );
  }
  if ("error" in outcome) throw outcome.error;
  return outcome.value;
};
