// Answers the host's calls: values of the contract in, values of the contract out.

import { definitionsIn } from "./definition.js";
import { Failed, HttpError, InvalidConfig, LlmError, MissingField, Unsupported } from "./errors.js";
import { Example } from "./example.js";
import { toFeedbacks } from "./feedback.js";
import { host } from "./host.js";
import { parseJson, toJson } from "./json.js";
import { describeError } from "./stack.js";
import { isThenable } from "./thenable.js";

/** The interfaces `scorers` and `predictors` for what a module exports. */
export function plugin(exports) {
  const scorers = definitionsIn(exports, "scorer");
  const predictors = definitionsIn(exports, "predictor");
  const configs = new Configs();

  function scoreOne(name, config, record) {
    host.begin();
    return attempt(() => {
      const scorer = find(scorers, name, "scorer");
      if (scorer.isSession) throw new Unsupported(`\`${name}\` scores conversations, not single examples`);
      return scorer.call(new Example(record, scorer.sent, configs.read(scorer, config)));
    }, toFeedbacks);
  }

  function scoreTurns(name, config, records) {
    host.begin();
    return attempt(() => {
      const scorer = find(scorers, name, "scorer");
      if (!scorer.isSession) throw new Unsupported(`\`${name}\` scores single examples, not conversations`);
      const read = configs.read(scorer, config);
      return scorer.call({ turns: records.map((record) => new Example(record, scorer.sent, read)), config: read });
    }, toFeedbacks);
  }

  function predictOne(name, config, inputs) {
    host.begin();
    return attempt(
      () => {
        const predictor = find(predictors, name, "predict function");
        return predictor.call({ inputs: parseJson(inputs), config: configs.read(predictor, config) });
      },
      (outputs) => toJson(outputs, "the value"),
    );
  }

  return {
    scorers: {
      describe: () => [...scorers].map(scorerInfo),
      score: (name, config, record) => unwrap(scoreOne(name, config, record)),
      scoreBatch: (name, config, records) => inOrder(records, (record) => scoreOne(name, config, record)),
      scoreSession: (name, config, records) => unwrap(scoreTurns(name, config, records)),
    },
    predictors: {
      describe: () => [...predictors].map(predictorInfo),
      predict: (name, config, inputs) => unwrap(predictOne(name, config, inputs)),
    },
  };
}

function find(definitions, name, what) {
  const found = definitions.get(name);
  if (found === undefined) throw new InvalidConfig(`no ${what} is called \`${name}\``);
  return found;
}

function scorerInfo([name, scorer]) {
  return {
    name,
    summary: scorer.summary,
    configSchema: scorer.schema,
    scope: scorer.isSession ? "session" : "example",
    requires: flags(scorer.requires),
    uses: flags(scorer.uses),
    returns: scorer.returns,
    aggregations: [...scorer.aggregations],
  };
}

function predictorInfo([name, predictor]) {
  return { name, summary: predictor.summary, configSchema: predictor.schema };
}

function flags(fields) {
  return Object.fromEntries(fields.map((field) => [field, true]));
}

/** The result of `body`, converted, or the error that it threw; a promise of that where the engine waits by itself. */
function attempt(body, convert) {
  const failed = (error) => ({ tag: "err", val: pluginError(error) });
  try {
    const answer = body();
    if (!isThenable(answer)) return { tag: "ok", val: convert(answer) };
    if (host.settle !== undefined) return { tag: "ok", val: convert(host.settle(answer)) };
    return Promise.resolve(answer)
      .then((value) => ({ tag: "ok", val: convert(value) }))
      .catch(failed);
  } catch (error) {
    return failed(error);
  }
}

/** The results of `step` for all items, one after the other; a promise of them where one of them is. */
function inOrder(items, step) {
  const results = [];
  const goOn = () => {
    while (results.length < items.length) {
      const result = step(items[results.length]);
      if (isThenable(result)) {
        return result.then((settled) => {
          results.push(settled);
          return goOn();
        });
      }
      results.push(result);
    }
    return results;
  };
  return goOn();
}

/** A result as the bindings want it from a function: its value, or its error thrown. */
function unwrap(result) {
  if (isThenable(result)) return result.then(unwrap);
  if (result.tag === "ok") return result.val;
  throw result.val;
}

function pluginError(error) {
  const [tag, text] = readable(error);
  const val = text.isWellFormed() ? text : "the error holds a lone surrogate, which is no Unicode text";
  return { tag: text === val ? tag : "failed", val };
}

/** An error can be anything, also a trap for whoever reads it. */
function readable(error) {
  try {
    const [tag, text] = classified(error);
    return [tag, String(text)];
  } catch {
    return ["failed", "an error that cannot be read"];
  }
}

function classified(error) {
  if (error instanceof InvalidConfig) return ["invalid-config", error.message];
  if (error instanceof MissingField) return ["missing-field", error.message];
  if (error instanceof Unsupported) return ["unsupported", error.message];
  if (error instanceof Failed || error instanceof LlmError || error instanceof HttpError) {
    return ["failed", error.message];
  }
  return ["failed", describeError(error)];
}

/** The configs of a component's functions, each read once. */
class Configs {
  constructor() {
    this._known = new Map();
    this._lastDefinition = undefined;
    this._lastText = undefined;
    this._last = undefined;
  }

  read(definition, text) {
    if (definition === this._lastDefinition && text === this._lastText) return this._last;
    let ofDefinition = this._known.get(definition);
    if (ofDefinition === undefined) this._known.set(definition, (ofDefinition = new Map()));
    let config = ofDefinition.get(text);
    if (config === undefined) {
      // A host that calls with ever new configs must not fill the memory.
      if (ofDefinition.size >= 16) ofDefinition.clear();
      ofDefinition.set(text, (config = withDefaults(parseJson(text), definition.defaults)));
    }
    this._lastDefinition = definition;
    this._lastText = text;
    this._last = config;
    return config;
  }
}

/** A config for all calls: what one of them changed, the next would see, so it cannot be changed. */
function withDefaults(config, defaults) {
  for (const [key, value] of defaults) {
    if (!Object.hasOwn(config, key)) config[key] = value;
  }
  return deepFreeze(config);
}

function deepFreeze(value) {
  if (value !== null && typeof value === "object") {
    Object.values(value).forEach(deepFreeze);
    Object.freeze(value);
  }
  return value;
}
