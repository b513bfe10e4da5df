import { HttpError } from "../errors.js";
import { parseJson } from "../json.js";
import { bytesOf, TextDecoder, TextEncoder } from "../text.js";
import { Headers } from "./headers.js";

/** A body that was given as a text, a buffer or a view, as bytes. */
function toBytes(body) {
  if (body == null) return new Uint8Array();
  if (body instanceof ArrayBuffer || ArrayBuffer.isView(body)) return bytesOf(body);
  return new TextEncoder().encode(String(body));
}

/** One HTTP request. */
export class Request {
  constructor(input, init = {}) {
    const base = input instanceof Request ? input : { url: String(input) };
    this.url = base.url;
    this.method = (init.method ?? base.method ?? "GET").toUpperCase();
    this.headers = new Headers(init.headers ?? base.headers ?? []);
    this.redirect = init.redirect ?? base.redirect ?? "follow";
    /** How long to wait for the response, in milliseconds; without, that is the operator's to say. */
    this.timeout = init.timeout ?? base.timeout;
    /** The largest body that is read. */
    this.maxBodyBytes = init.maxBodyBytes ?? base.maxBodyBytes ?? 16 * 1024 * 1024;
    this._body = "body" in init ? toBytes(init.body) : (base._body ?? new Uint8Array());
    if (this._body.length > 0 && (this.method === "GET" || this.method === "HEAD")) {
      throw new TypeError(`a ${this.method} request has no body`);
    }
  }
}

/** A response of any status, with its whole body. */
export class Response {
  constructor(body, { status = 200, headers = [], url = "", redirected = false } = {}) {
    this.status = status;
    this.headers = new Headers(headers);
    this.url = url;
    this.redirected = redirected;
    this.statusText = "";
    this._body = toBytes(body);
  }

  /** Whether the status is one of 200 to 299. */
  get ok() {
    return this.status >= 200 && this.status < 300;
  }

  static json(value, init = {}) {
    const headers = new Headers(init.headers);
    if (!headers.has("content-type")) headers.set("content-type", "application/json");
    return new Response(JSON.stringify(value), { ...init, headers });
  }

  /** The body as a text. What is no UTF-8 is an error. */
  text() {
    return settled(() => this._text());
  }

  /** The body as JSON; an integer beyond ±2^53 is a `bigint`. */
  json() {
    return settled(() => {
      try {
        return parseJson(this._text());
      } catch (error) {
        if (error instanceof HttpError) throw error;
        throw new HttpError("invalid-reply", `the body, of status ${this.status}: ${error.message}`);
      }
    });
  }

  bytes() {
    return settled(() => this._body.slice());
  }

  arrayBuffer() {
    return settled(() => this._body.slice().buffer);
  }

  _text() {
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(this._body);
    } catch (error) {
      throw new HttpError("invalid-reply", `the body is no UTF-8: ${error.message}`);
    }
  }
}

function settled(read) {
  return new Promise((resolve) => resolve(read()));
}
