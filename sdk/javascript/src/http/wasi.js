// Sends through `wasi:http`.

import { HttpError } from "../errors.js";
import { host } from "../host.js";
import { TextDecoder, TextEncoder } from "../text.js";

/** What the host takes in one call of `blocking-write-and-flush`. */
const WRITE_BYTES = 4096;

/** What is asked of the host in one call of `blocking-read`. */
const READ_BYTES = 64 * 1024;

const NANOSECONDS = 1e6;

const FAILURES = {
  "HTTP-request-denied": ["denied", "the host refuses it, and says why on the row"],
  "destination-IP-prohibited": ["denied", "the host refuses it, and says why on the row"],
  "DNS-timeout": ["timeout", "no response in time"],
  "connection-timeout": ["timeout", "no response in time"],
  "connection-read-timeout": ["timeout", "no response in time"],
  "connection-write-timeout": ["timeout", "no response in time"],
  "HTTP-response-timeout": ["timeout", "no response in time"],
  "HTTP-request-method-invalid": ["invalid-request", "the host cannot send it, and says why on the row"],
  "HTTP-request-URI-invalid": ["invalid-request", "the host cannot send it, and says why on the row"],
  "HTTP-request-URI-too-long": ["invalid-request", "the host cannot send it, and says why on the row"],
  "HTTP-request-length-required": ["invalid-request", "the host cannot send it, and says why on the row"],
  "HTTP-request-body-size": ["invalid-request", "the host cannot send it, and says why on the row"],
  "HTTP-request-header-size": ["invalid-request", "the host cannot send it, and says why on the row"],
  "HTTP-request-header-section-size": ["invalid-request", "the host cannot send it, and says why on the row"],
  "DNS-error": ["unavailable", "there is no such host"],
  "destination-not-found": ["unavailable", "there is no such host"],
  "connection-refused": ["unavailable", "the connection is refused"],
  "connection-terminated": ["unavailable", "the response broke off"],
  "HTTP-response-incomplete": ["unavailable", "the response broke off"],
  "TLS-protocol-error": ["unavailable", "there is no secure connection"],
  "TLS-certificate-error": ["unavailable", "there is no secure connection"],
  "TLS-alert-received": ["unavailable", "there is no secure connection"],
};

const OTHER_FAILURE = "the peer cannot be reached or breaks the protocol; the host says more on the row";

/** A sender for `host.send`, over the interfaces `wasi:http/types` and `wasi:http/outgoing-handler`. */
export function sender({ types, outgoingHandler }) {
  return ({ method, url, headers, body, timeout, maxBodyBytes }) => {
    const request = outgoingRequest(types, { method, url, headers });
    const outgoingBody = body.length > 0 ? request.body() : undefined;
    const options = timeout === undefined ? undefined : requestOptions(types, timeout);
    const pending = attempt(() => outgoingHandler.handle(request, options));
    try {
      // The host takes the body only after it has the request, so it cannot be written earlier.
      if (outgoingBody !== undefined) writeBody(types, outgoingBody, body);
      return received(types, responseOf(pending), maxBodyBytes);
    } finally {
      dispose(pending);
    }
  };
}

function outgoingRequest(types, { method, url, headers }) {
  const fields = new types.Fields();
  const encoder = new TextEncoder();
  for (const [name, value] of headers) {
    try {
      fields.append(name, encoder.encode(value));
    } catch (error) {
      const isForbidden = payloadOf(error)?.tag === "forbidden";
      const why = isForbidden ? "is set by the host, so a plugin cannot" : "has a name or value that HTTP forbids";
      throw new HttpError("invalid-request", `the header \`${name}\` ${why}`);
    }
  }
  const request = new types.OutgoingRequest(fields);
  try {
    request.setMethod(toMethod(method));
    request.setScheme({ tag: url.scheme === "https" ? "HTTPS" : "HTTP" });
    request.setAuthority(url.authority);
    request.setPathWithQuery(url.path + url.query);
  } catch {
    throw new HttpError("invalid-request", `\`${method} ${url}\` cannot be sent`);
  }
  return request;
}

function toMethod(method) {
  const known = ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"];
  return known.includes(method) ? { tag: method.toLowerCase() } : { tag: "other", val: method };
}

function requestOptions(types, milliseconds) {
  const options = new types.RequestOptions();
  const nanoseconds = host.unsigned(Math.round(milliseconds * NANOSECONDS));
  options.setConnectTimeout(nanoseconds);
  options.setFirstByteTimeout(nanoseconds);
  options.setBetweenBytesTimeout(nanoseconds);
  return options;
}

/** Writes the body as far as the host takes it. Why it stopped early is told by the response. */
function writeBody(types, outgoingBody, bytes) {
  let stream;
  try {
    stream = outgoingBody.write();
    for (let start = 0; start < bytes.length; start += WRITE_BYTES) {
      stream.blockingWriteAndFlush(bytes.slice(start, start + WRITE_BYTES));
    }
  } catch {
    dispose(stream);
    dispose(outgoingBody);
    return;
  }
  dispose(stream);
  types.OutgoingBody.finish(outgoingBody, undefined);
}

function responseOf(pending) {
  const pollable = pending.subscribe();
  pollable.block();
  dispose(pollable);
  // An option of two results: whether this is the first time that it is asked for, and what came of the request.
  const outcome = pending.get()?.val;
  if (outcome?.tag === "ok") return outcome.val;
  throw failure(outcome?.val);
}

function received(types, incoming, maxBodyBytes) {
  try {
    const fields = incoming.headers();
    const decoder = new TextDecoder();
    const headers = fields.entries().map(([name, value]) => [name, decoder.decode(Uint8Array.from(value))]);
    dispose(fields);
    return { status: incoming.status(), headers, body: readBody(types, incoming, maxBodyBytes) };
  } finally {
    dispose(incoming);
  }
}

function readBody(types, incoming, maxBodyBytes) {
  const body = incoming.consume();
  const stream = body.stream();
  try {
    const chunks = [];
    let size = 0;
    for (let chunk; (chunk = readChunk(types, stream)) !== undefined;) {
      size += chunk.length;
      if (size > maxBodyBytes) throw new HttpError("body-too-large", `more than ${maxBodyBytes} bytes`);
      chunks.push(chunk);
    }
    return joined(chunks, size);
  } finally {
    dispose(stream);
    dispose(body);
  }
}

/** What comes next of a body; `undefined` at its end. */
function readChunk(types, stream) {
  try {
    return Uint8Array.from(stream.blockingRead(host.unsigned(READ_BYTES)));
  } catch (error) {
    const cause = payloadOf(error);
    if (cause?.tag === "closed") return undefined;
    if (cause?.tag !== "last-operation-failed") throw error;
    const code = types.httpErrorCode(cause.val);
    dispose(cause.val);
    throw code == null ? new HttpError("unavailable", "the response broke off") : failure(code);
  }
}

function joined(chunks, size) {
  const bytes = new Uint8Array(size);
  let end = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, end);
    end += chunk.length;
  }
  return bytes;
}

function attempt(call) {
  try {
    return call();
  } catch (error) {
    throw payloadOf(error)?.tag === undefined ? error : failure(payloadOf(error));
  }
}

function failure(code) {
  if (code?.tag === "HTTP-response-body-size") {
    return new HttpError(
      "body-too-large",
      code.val == null ? "more than the host allows" : `more than ${code.val} bytes`,
    );
  }
  if (code?.tag === "internal-error" && code.val != null) return new HttpError("unavailable", code.val);
  return new HttpError(...(FAILURES[code?.tag] ?? ["unavailable", OTHER_FAILURE]));
}

function payloadOf(error) {
  return error?.payload;
}

/** Gives a handle back now: the host counts them, and garbage is collected later. */
function dispose(resource) {
  resource?.[Symbol.dispose ?? Symbol.for("dispose")]?.();
}
