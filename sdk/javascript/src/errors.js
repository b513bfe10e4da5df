// Why a call gives no result: what a scorer throws on purpose. The texts reach the user as they are.

/** The config does not fit, although it satisfies the schema: says which setting, and what would. */
export class InvalidConfig extends Error {
  name = "InvalidConfig";
}

/** The example lacks a field, named by its path, for instance `expectations.expected_response`. */
export class MissingField extends Error {
  name = "MissingField";
}

/** The example is well-formed but of a kind that is not handled. */
export class Unsupported extends Error {
  name = "Unsupported";
}

/** Anything else that went wrong. */
export class Failed extends Error {
  name = "Failed";
}

/** Why there is no reply of a model; `kind` tells the causes apart. */
export class LlmError extends Error {
  name = "LlmError";

  constructor(kind, text) {
    super(`model: ${kind.replaceAll("-", " ")}: ${text}`);
    this.kind = kind;
    this.text = text;
  }
}

/** Why there is no response, or none of the wanted form; `kind` tells the causes apart. */
export class HttpError extends Error {
  name = "HttpError";

  constructor(kind, text) {
    super(`http: ${kind.replaceAll("-", " ")}: ${text}`);
    this.kind = kind;
    this.text = text;
  }
}
