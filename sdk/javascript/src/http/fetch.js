// Sends a request, and again to where the response leads on.

import { HttpError } from "../errors.js";
import { host } from "../host.js";
import { Headers } from "./headers.js";
import { Request, Response } from "./messages.js";
import { Url } from "./url.js";

const MAX_REDIRECTS = 20;

/** Headers that are about a body. */
const OF_THE_BODY = ["content-type", "content-length", "content-encoding", "content-language", "content-location"];

/** Headers that another place must not see. */
const OF_THE_PLACE = ["authorization", "cookie", "proxy-authorization"];

/** Sends a request and reads the whole response, whatever its status. */
export function fetch(input, init) {
  return new Promise((resolve) => resolve(send(new Request(input, init))));
}

function send(request) {
  let url = new Url(request.url);
  let { method, headers, _body: body } = request;
  for (let redirects = 0; ; redirects += 1) {
    const named = `${method} ${url.named}`;
    const { timeout, maxBodyBytes } = request;
    const response = about(named, () =>
      hostSend({ method, url, headers: [...headers._pairs], body, timeout, maxBodyBytes }),
    );
    const received = new Response(response.body, { ...response, url: String(url), redirected: redirects > 0 });
    const location = leadsTo(received);
    if (location === null || request.redirect === "manual") return received;
    if (request.redirect === "error" || redirects === MAX_REDIRECTS) {
      const why = `gave up after ${redirects}, the last of which leads to \`${location}\``;
      throw new HttpError("too-many-redirects", `${named}: ${why}`);
    }
    const next = about(named, () => url.join(location));
    headers = new Headers(headers);
    if (response.status <= 303) {
      if (method !== "HEAD") method = "GET";
      body = new Uint8Array();
      OF_THE_BODY.forEach((name) => headers.delete(name));
    }
    if (!url.isSameOrigin(next)) OF_THE_PLACE.forEach((name) => headers.delete(name));
    url = next;
  }
}

function hostSend(request) {
  if (host.send !== undefined) return host.send(request);
  throw new HttpError(
    "denied",
    "there is no host outside the sandbox; tests set `answerFetchWith` of scorebox/testing",
  );
}

/** Where a response leads on to. */
function leadsTo(response) {
  return [301, 302, 303, 307, 308].includes(response.status) ? response.headers.get("location") : null;
}

/** Names the request in the errors of `action`. */
function about(named, action) {
  try {
    return action();
  } catch (error) {
    throw error instanceof HttpError ? new HttpError(error.kind, `${named}: ${error.text}`) : error;
  }
}
