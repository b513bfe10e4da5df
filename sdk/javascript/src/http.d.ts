/** Why there is no response, or none of the wanted form. The texts name the request. */
export class HttpError extends Error {
  constructor(kind: HttpError["kind"], text: string);
  readonly kind:
    | "denied"
    | "invalid-request"
    | "unavailable"
    | "timeout"
    | "body-too-large"
    | "too-many-redirects"
    | "invalid-reply";
  /** The message without the kind. */
  readonly text: string;
}

export type HeadersInit = Iterable<readonly [string, string]> | { readonly [name: string]: string };

export type BodyInit = string | ArrayBuffer | ArrayBufferView | null | undefined;

/** The headers of a request or a response; names are found in any case. */
export class Headers implements Iterable<[string, string]> {
  constructor(init?: HeadersInit);
  append(name: string, value: string): void;
  set(name: string, value: string): void;
  delete(name: string): void;
  get(name: string): string | null;
  has(name: string): boolean;
  forEach(callback: (value: string, name: string, headers: Headers) => void): void;
  entries(): IterableIterator<[string, string]>;
  keys(): IterableIterator<string>;
  values(): IterableIterator<string>;
  [Symbol.iterator](): IterableIterator<[string, string]>;
}

export interface RequestInit {
  method?: string;
  /** The host sets `Host` and `Content-Length` itself; a secret belongs into the operator's grant. */
  headers?: HeadersInit;
  body?: BodyInit;
  /** What becomes of a redirect: it is followed (up to 20), answered as it is, or an error. */
  redirect?: "follow" | "manual" | "error";
  /** How long to wait for the response, in milliseconds, for each redirect anew. */
  timeout?: number;
  /** The largest body that is read: 16 MiB unless said otherwise. */
  maxBodyBytes?: number;
}

/** One HTTP request. */
export class Request {
  constructor(input: string | Request, init?: RequestInit);
  readonly url: string;
  readonly method: string;
  readonly headers: Headers;
}

/** A response of any status, with its whole body. */
export class Response {
  constructor(body?: BodyInit, init?: { status?: number; headers?: HeadersInit });
  static json(value: unknown, init?: { status?: number; headers?: HeadersInit }): Response;
  readonly status: number;
  /** Whether the status is one of 200 to 299. */
  readonly ok: boolean;
  readonly headers: Headers;
  /** Where the last redirect led. */
  readonly url: string;
  readonly redirected: boolean;
  /** The body as a text. What is no UTF-8 is an error. */
  text(): Promise<string>;
  /** The body as JSON; an integer beyond ±2^53 is a `bigint`. */
  json(): Promise<any>;
  bytes(): Promise<Uint8Array>;
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** Sends a request and reads the whole response, whatever its status; rejects with an `HttpError`. */
export function fetch(input: string | Request, init?: RequestInit): Promise<Response>;
