// What a plugin finds in StarlingMonkey beside what the engine brings. Imported before the plugin's own modules.

import { host } from "../host.js";
import { toWhole } from "../json.js";
import { bytesOf } from "../text.js";
import { installCommon, resetCommon } from "./common.js";
import { clearTimeout, forget, runNextTimer, setTimeout } from "./jobs.js";

installCommon();
keepByteOrderMarks();
// The engine's own would wait for a clock, which is not there.
globalThis.setTimeout = (...given) => {
  queueMicrotask(runNextTimer);
  return setTimeout(...given);
};
globalThis.clearTimeout = clearTimeout;
// Sends nothing without saying why; the entry puts the SDK's in its place where plugin.toml asks for HTTP.
delete globalThis.fetch;

host.integer = BigInt;
host.unsigned = BigInt;
host.toNumber = toWhole;

host.begin = () => {
  forget();
  resetCommon();
};

/**
 * The bindings read the contract's strings with a `TextDecoder`, which drops U+FEFF at the beginning, although it belongs
 * to the text there. What a plugin makes itself decodes as the web's does.
 */
function keepByteOrderMarks() {
  const NativeDecoder = TextDecoder;
  const { decode } = NativeDecoder.prototype;
  globalThis.TextDecoder = class TextDecoder extends NativeDecoder {
    decode(...given) {
      return decode.apply(this, given);
    }
  };
  NativeDecoder.prototype.decode = function (input, options) {
    const text = decode.call(this, input, options);
    const hasMark = input !== undefined && startsWithMark(bytesOf(input));
    return hasMark ? `\ufeff${text}` : text;
  };
}

function startsWithMark(bytes) {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
}
