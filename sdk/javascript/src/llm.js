// Models, reached through the host: it holds the keys, picks the provider, retries, and keeps the budget.

import { LlmError } from "./errors.js";
import { host } from "./host.js";
import { checkText, parseJson, toJson } from "./json.js";

export { LlmError };

/** Asks a model once. */
export function complete(request) {
  const sent = toRequest(request);
  return toReply(asked(() => model().complete(sent)));
}

/** Asks several times at once, and answers in the order of the requests: a reply, or the error that stands for it. */
export function completeAll(requests) {
  const sent = requests.map(toRequest);
  return model()
    .completeAll(sent)
    .map((result) => (result.tag === "ok" ? toReply(result.val) : toError(result.val)));
}

/** Embeds texts with the model behind an alias. */
export function embed(alias, texts) {
  const name = checkText(alias, "the model's name");
  const checked = texts.map((text) => checkText(text, "a text to embed"));
  const reply = asked(() => model().embed(name, checked));
  return {
    vectors: reply.vectors.map((vector) => Array.from(vector)),
    usage: toUsage(reply.usage),
    model: reply.model,
  };
}

function model() {
  if (host.llm !== undefined) return host.llm;
  throw new LlmError("denied", "there is no host outside the sandbox; tests set `answerWith` of scorebox/testing");
}

/** The bindings throw what the contract answers as an error, with the answer as `payload`. */
function asked(call) {
  try {
    return call();
  } catch (error) {
    throw error?.payload?.tag === undefined ? error : toError(error.payload);
  }
}

function toError({ tag, val }) {
  return new LlmError(tag, val);
}

function toRequest(request) {
  const { messages, system, user, temperature, maxTokens, seed, responseSchema, tools = [], parameters } = request;
  return {
    model: checkText(request.model, "the model's name"),
    messages: [...shorthand("system", system), ...(messages ?? []).map(toMessage), ...shorthand("user", user)],
    temperature: temperature ?? undefined,
    maxTokens: maxTokens ?? undefined,
    seed: seed == null ? undefined : toSeed(seed),
    responseSchema: responseSchema == null ? undefined : toJson(responseSchema, "the response schema"),
    tools: tools.map(toTool),
    parameters: parameters == null ? undefined : toJson(parameters, "the parameters"),
  };
}

function toSeed(seed) {
  const number = Number(seed);
  if (!Number.isSafeInteger(number) || number < 0) {
    throw new RangeError(`the seed ${seed} is not a whole number from 0 to 2^53`);
  }
  return host.unsigned(number);
}

function shorthand(role, content) {
  return content == null ? [] : [toMessage({ role, content })];
}

function toMessage({ role, content, toolCalls = [], toolCallId }) {
  return {
    role,
    content: checkText(content, "a message"),
    toolCalls: toolCalls.map((call) => ({
      id: checkText(call.id, "the id of a tool call"),
      name: checkText(call.name, "the name of a tool call"),
      arguments: toJson(call.arguments, "the arguments of a tool call"),
    })),
    toolCallId: toolCallId == null ? undefined : checkText(toolCallId, "the id of a tool call"),
  };
}

function toTool({ name, description, parameters }) {
  return {
    name: checkText(name, "a tool's name"),
    description: checkText(description, "a tool's description"),
    parameters: toJson(parameters, "the parameters of a tool"),
  };
}

function toReply(reply) {
  return {
    text: reply.text,
    toolCalls: reply.toolCalls.map((call) => ({ id: call.id, name: call.name, arguments: parseJson(call.arguments) })),
    usage: toUsage(reply.usage),
    model: reply.model,
    finishReason: reply.finishReason,
    json() {
      try {
        return parseJson(reply.text);
      } catch (error) {
        throw new LlmError("invalid-reply", error.message);
      }
    },
  };
}

function toUsage({ inputTokens, outputTokens }) {
  return { inputTokens: host.toNumber(inputTokens), outputTokens: host.toNumber(outputTokens) };
}
