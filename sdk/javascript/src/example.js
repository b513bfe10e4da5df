// One row of a dataset, read only as far as the scorer asks.

import { Failed, MissingField, Unsupported } from "./errors.js";
import { memberText, parseJson } from "./json.js";

/** The fields of an example, beside its id. */
export const FIELDS = ["inputs", "outputs", "expectations", "trace", "tags"];

/**
 * What a scorer is given: the fields that it asked for, its config, and itself as `example`.
 *
 * A field is parsed when it is first read; one that the row lacks is `undefined`. `sent` tells such a field from one
 * that the scorer did not ask for.
 */
export class Example {
  constructor(record, sent, config) {
    this._record = record;
    this._sent = sent;
    this._parsed = undefined;
    this.config = config;
  }

  get id() {
    return this._record.id;
  }

  get example() {
    return this;
  }

  get inputs() {
    return this._field("inputs");
  }

  get outputs() {
    return this._field("outputs");
  }

  get expectations() {
    return this._field("expectations");
  }

  get trace() {
    return this._field("trace");
  }

  get tags() {
    this._checkSent("tags");
    return Object.fromEntries(this._record.tags);
  }

  /** Whether the row has a field: `null` is a value, too. */
  has(field) {
    this._checkSent(field);
    return field === "tags" ? this._record.tags.length > 0 : this._record[field] != null;
  }

  /** The JSON text of a field, as it is in the dataset; `undefined` when the row lacks it. */
  text(field) {
    this._checkSent(field);
    return field === "tags" ? JSON.stringify(this.tags) : (this._record[field] ?? undefined);
  }

  /** The outputs as a text. */
  outputsText() {
    const text = this._record.outputs ?? this._missing("outputs", "outputs");
    return text.charCodeAt(0) === QUOTE ? this._field("outputs") : textOf(text.trim(), "outputs");
  }

  /** One input, such as `question`, as a text. */
  inputText(key) {
    return this._memberText("inputs", key);
  }

  /** One expectation, such as `expected_response`, as a text. */
  expectationText(key) {
    return this._memberText("expectations", key);
  }

  _memberText(field, key) {
    const path = `${field}.${key}`;
    if (this._record[field] == null) this._missing(path, field);
    const parent = this._field(field);
    const isObject = typeof parent === "object" && parent !== null && !Array.isArray(parent);
    const value = isObject && Object.hasOwn(parent, key) ? parent[key] : undefined;
    if (typeof value === "string") return value;
    if (value == null) throw new MissingField(path);
    // A number is a text as it is written: 4.50 stays 4.50.
    return textOf(memberText(this._record[field], key), path);
  }

  _field(field) {
    const text = this._record[field];
    if (text == null) {
      this._checkSent(field);
      return undefined;
    }
    const parsed = (this._parsed ??= {});
    return field in parsed ? parsed[field] : (parsed[field] = parseJson(text));
  }

  _missing(path, field) {
    this._checkSent(field);
    throw new MissingField(path);
  }

  _checkSent(field) {
    if (!this._sent.has(field)) {
      throw new Failed(`the scorer did not ask for \`${field}\`: add it to \`requires\` or \`uses\``);
    }
  }
}

const QUOTE = 34;

/** A JSON value as a text: the content of a string, the JSON text of a number or a boolean. */
function textOf(text, path) {
  switch (text[0]) {
    case '"':
      return JSON.parse(text);
    case "[":
      throw new Unsupported(`${path}: expected a text, found an array`);
    case "{":
      throw new Unsupported(`${path}: expected a text, found an object`);
    case "n":
      throw new MissingField(path);
    default:
      return text;
  }
}
