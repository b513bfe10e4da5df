// HTTP, sent by the host: it checks every request against the operator's grants, adds the secrets, and bounds the
// bytes. The face is that of the web's `fetch`, as far as whole bodies go: nothing is streamed.

export { HttpError } from "./errors.js";
export { fetch } from "./http/fetch.js";
export { Headers } from "./http/headers.js";
export { Request, Response } from "./http/messages.js";
