// UTF-8, where the engine brings no encoder of its own.

export class TextEncoder {
  encoding = "utf-8";

  encode(text = "") {
    const bytes = [];
    for (const character of String(text).toWellFormed()) {
      const code = character.codePointAt(0);
      if (code < 0x80) {
        bytes.push(code);
      } else if (code < 0x800) {
        bytes.push(0xc0 | (code >> 6), tail(code));
      } else if (code < 0x10000) {
        bytes.push(0xe0 | (code >> 12), tail(code >> 6), tail(code));
      } else {
        bytes.push(0xf0 | (code >> 18), tail(code >> 12), tail(code >> 6), tail(code));
      }
    }
    return new Uint8Array(bytes);
  }
}

function tail(code) {
  return 0x80 | (code & 0x3f);
}

export class TextDecoder {
  encoding = "utf-8";

  constructor(label = "utf-8", { fatal = false, ignoreBOM = false } = {}) {
    if (!/^utf-?8$/i.test(label)) throw new RangeError(`the encoding ${label} is not there: only UTF-8 is`);
    this.fatal = fatal;
    this.ignoreBOM = ignoreBOM;
  }

  decode(input = new Uint8Array()) {
    const bytes = bytesOf(input);
    let text = "";
    let index = 0;
    while (index < bytes.length) {
      const { code, length } = codeAt(bytes, index);
      if (code < 0 && this.fatal) throw new TypeError(`no UTF-8 at byte ${index}`);
      text += code < 0 ? "\ufffd" : String.fromCodePoint(code);
      index += length;
    }
    return !this.ignoreBOM && text.startsWith("\ufeff") ? text.slice(1) : text;
  }
}

/** The bytes of a buffer or a view, without a copy. */
export function bytesOf(input) {
  if (input instanceof Uint8Array) return input;
  if (ArrayBuffer.isView(input)) return new Uint8Array(input.buffer, input.byteOffset, input.byteLength);
  return new Uint8Array(input);
}

/** The character at an index and how many bytes it has; a code of -1 for as many bytes as belong to none. */
function codeAt(bytes, index) {
  const first = bytes[index];
  if (first < 0x80) return { code: first, length: 1 };
  const size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4) return { code: -1, length: 1 };
  let code = first & (0x7f >> size);
  for (let offset = 1; offset < size; offset += 1) {
    const next = bytes[index + offset];
    if (next === undefined || (next & 0xc0) !== 0x80 || isOutside(first, offset, next)) {
      return { code: -1, length: offset };
    }
    code = (code << 6) | (next & 0x3f);
  }
  return { code, length: size };
}

/** Whether the second byte makes a surrogate, a code beyond Unicode, or a form that is longer than needed. */
function isOutside(first, offset, second) {
  if (offset !== 1) return false;
  switch (first) {
    case 0xe0:
      return second < 0xa0;
    case 0xed:
      return second > 0x9f;
    case 0xf0:
      return second < 0x90;
    case 0xf4:
      return second > 0x8f;
    default:
      return false;
  }
}
