// What `scorer` and `predictor` make: a checked description, and the function behind it.

import { FIELDS } from "./example.js";
import { toJson } from "./json.js";

const RETURNS = ["boolean", "integer", "number", "text", "json", "varies"];
const AGGREGATIONS = ["mean", "min", "max", "median", "p90", "variance"];
const NAME = /^[a-z][a-z0-9_]{0,63}$/;
const NO_CONFIG = { type: "object", properties: {}, additionalProperties: false };

/** Functions are listed in the order in which they are defined, not in that of their exports, which is alphabetical. */
let defined = 0;

/** Marks what `scorer` and `predictor` made, also across two copies of this module. */
const KIND = Symbol.for("scorebox.kind");

/** Defines a scorer. */
export function scorer(options) {
  const { score, scoreSession, returns = "varies", aggregations = [] } = options;
  const about = described(options, "scorer");
  if ((typeof score === "function") === (typeof scoreSession === "function")) {
    throw new TypeError(`${about}: give it either \`score\`, for an example, or \`scoreSession\`, for a conversation`);
  }
  const namesFields = options.requires !== undefined || options.uses !== undefined;
  const requires = options.requires ?? (namesFields ? [] : ["outputs"]);
  const uses = options.uses ?? (namesFields ? [] : ["inputs", "expectations"]);
  checkAmong(about, "requires", requires, FIELDS);
  checkAmong(about, "uses", uses, FIELDS);
  checkAmong(about, "returns", [returns], RETURNS);
  checkAmong(about, "aggregations", aggregations, AGGREGATIONS);
  return definition("scorer", options, {
    isSession: typeof scoreSession === "function",
    requires,
    uses,
    sent: new Set([...requires, ...uses]),
    returns,
    aggregations,
    call: score ?? scoreSession,
  });
}

/** Defines a predict function. */
export function predictor(options) {
  const about = described(options, "predictor");
  if (typeof options.predict !== "function") throw new TypeError(`${about}: give it \`predict\`, a function`);
  return definition("predictor", options, { call: options.predict });
}

function described(options, kind) {
  const about = `${kind} ${options.name ?? `"${options.summary ?? ""}"`}`;
  if (typeof options.summary !== "string" || options.summary === "" || options.summary.includes("\n")) {
    throw new TypeError(`${about}: give it a \`summary\`, one line for the people who choose it`);
  }
  return about;
}

function checkAmong(about, key, given, known) {
  const wrong = given.filter((item) => !known.includes(item));
  if (wrong.length > 0) {
    throw new TypeError(`${about}: \`${key}\` knows ${known.join(", ")}, not ${wrong.join(", ")}`);
  }
}

function definition(kind, options, rest) {
  const schema = options.config ?? NO_CONFIG;
  defined += 1;
  return Object.freeze({
    [KIND]: kind,
    name: options.name,
    summary: options.summary,
    schema: toJson(schema, "the config's schema"),
    defaults: defaultsOf(schema),
    place: defined,
    ...rest,
  });
}

/** The top-level defaults of a schema; a config that lacks the key gets them. */
function defaultsOf(schema) {
  const properties = Object.entries(schema.properties ?? {});
  return properties
    .filter(([, property]) => property?.default !== undefined)
    .map(([key, { default: value }]) => [key, value]);
}

/** The scorers or predict functions among a module's exports, by name, in the order of their definition. */
export function definitionsIn(exports, kind) {
  const found = Object.entries(exports).filter(([, value]) => value?.[KIND] === kind);
  found.sort(([, left], [, right]) => left.place - right.place);
  const named = new Map();
  for (const [exported, value] of found) {
    const name = value.name ?? snakeCase(exported);
    if (!NAME.test(name)) {
      throw new TypeError(
        `the ${kind} ${exported} cannot be called \`${name}\`: a name is a lower-case letter, then lower-case letters, ` +
          `digits and _, at most 64 characters; give it a \`name\``,
      );
    }
    if (named.has(name)) throw new TypeError(`two ${kind}s are called \`${name}\`: give one of them another \`name\``);
    named.set(name, value);
  }
  return named;
}

/** `exactMatch` becomes `exact_match`. */
function snakeCase(name) {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1_$2")
    .toLowerCase();
}
