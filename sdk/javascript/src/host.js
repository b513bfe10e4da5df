// The host as this module's users see it. The entry of a component sets it before anything is called; natively it is
// what stands here, and what `scorebox/testing` sets.

/** What each engine has its own way for. */
export const host = {
  /** The interface `log`. */
  log: { log() {} },
  /** The interface `tracing`. */
  tracing: { startSpan: (name) => name, setAttributes() {}, endSpan() {} },
  /** The interface `llm`; `undefined` where plugin.toml does not import it. */
  llm: undefined,
  /** Sends one HTTP request: `{method, url, headers, body, timeout, maxBodyBytes}` to `{status, headers, body}`. */
  send: undefined,
  /** A whole number of 64 bits as the engine's bindings take it. */
  integer: (value) => value,
  /** A `u64` as the engine's bindings take it. */
  unsigned: (value) => value,
  /** A `u64` that the engine's bindings gave, as a number, or as a `bigint` beyond 2^53. */
  toNumber: (value) => value,
  /** Makes a call the same as the first one of an instance: clock, randomness, unfinished promises. */
  begin() {},
  /** Runs what the plugin's modules left to do when they were evaluated. */
  start() {},
  /** Waits for a promise without giving up the call, where the engine's own event loop does not. */
  settle: undefined,
  /** Where a place of the bundle was in the sources: `{file, line, column}`, or `undefined`. */
  locate: undefined,
};
