/** Why there is no reply of a model. */
export class LlmError extends Error {
  constructor(kind: LlmError["kind"], text: string);
  readonly kind: "denied" | "over-budget" | "invalid-request" | "unavailable" | "invalid-reply" | "timeout";
  /** The message without the kind. */
  readonly text: string;
}

export interface ToolCall {
  /** Ties the result to the call. */
  id: string;
  /** The tool's name. */
  name: string;
  /** The arguments, an object. */
  arguments: any;
}

export interface Message {
  role: "system" | "user" | "assistant" | "tool";
  /** The text; may be empty when there are tool calls. */
  content: string;
  /** The tool calls of an assistant's message. */
  toolCalls?: readonly ToolCall[];
  /** For a tool's message: the id of the call that it answers. */
  toolCallId?: string;
}

export interface Tool {
  name: string;
  /** What it does, for the model to read. */
  description: string;
  /** A JSON Schema for its arguments. */
  parameters: object;
}

/** One request to a chat model. */
export interface Request {
  /** A model alias, such as `judge`, that the operator maps to a provider and a model. */
  model: string;
  /** A system message before the conversation. */
  system?: string;
  /** The conversation so far. */
  messages?: readonly Message[];
  /** A message of the user after the conversation. */
  user?: string;
  /** Sampling temperature; without, that is the provider's to say. */
  temperature?: number;
  /** The most tokens that the reply may have; without, that is the operator's to say. */
  maxTokens?: number;
  /** Asks the provider for repeatable sampling, where it can. */
  seed?: number;
  /** A JSON Schema that the reply's text must satisfy. */
  responseSchema?: object;
  /** The tools that the model may ask for. */
  tools?: readonly Tool[];
  /** Further inference parameters, passed on to the provider as they are. */
  parameters?: object;
}

/** What a request used up. A count beyond 2^53 is a `bigint` at run time. */
export interface Usage {
  inputTokens: number;
  outputTokens: number;
}

/** A model's reply. */
export interface Reply {
  /** The text; JSON that satisfies the schema when the request had one. */
  text: string;
  /** The tools that the model asks for. */
  toolCalls: ToolCall[];
  usage: Usage;
  /** The model that answered, as the provider names it. */
  model: string;
  finishReason: "stop" | "length" | "tool-calls" | "content-filter" | "other";
  /** Reads the text as JSON. */
  json(): any;
}

/** Vectors for a list of texts. */
export interface Embeddings {
  /** One vector for each text, in order. */
  vectors: number[][];
  usage: Usage;
  model: string;
}

/** Asks a model once; throws an `LlmError` when there is no reply. */
export function complete(request: Request): Reply;

/** Asks several times at once, and answers in the order of the requests: a reply, or the error that stands for it. */
export function completeAll(requests: readonly Request[]): (Reply | LlmError)[];

/** Embeds texts with the model behind an alias. */
export function embed(model: string, texts: readonly string[]): Embeddings;
