import type { Predictor, Scorer } from "./index.js";
import type { Request as HttpRequest, Response as HttpResponse } from "./http.js";
import type { Reply } from "./llm.js";

/** An example as a test writes it; a field that is left out, the row lacks. */
export interface ExampleFields {
  id?: string;
  inputs?: unknown;
  outputs?: unknown;
  expectations?: unknown;
  trace?: unknown;
  tags?: { readonly [key: string]: string };
}

/** A feedback as the host gets it. */
export interface ReceivedFeedback {
  name: string | undefined;
  kind: "boolean" | "integer" | "number" | "text" | "json";
  value: any;
  rationale: string | undefined;
  metadata: any;
  spanId: string | undefined;
}

/** Scores an example as the host does; throws the error that the row would fail with. */
export function score<Config>(
  scorer: Scorer<Config>,
  example: ExampleFields,
  config?: Partial<Config>,
): Promise<ReceivedFeedback[]>;

/** Scores a conversation, given its turns in order. */
export function scoreSession<Config>(
  scorer: Scorer<Config>,
  turns: readonly ExampleFields[],
  config?: Partial<Config>,
): Promise<ReceivedFeedback[]>;

/** Answers inputs with a predict function. */
export function predict<Config>(predictor: Predictor<Config>, inputs: unknown, config?: Partial<Config>): Promise<any>;

/** A request as the contract has it: the schemas and parameters in it are JSON texts. */
export interface ModelRequest {
  model: string;
  messages: { role: string; content: string }[];
  temperature?: number;
  maxTokens?: number;
  seed?: number;
  responseSchema?: string;
  /** Only of a request to embed: one of its texts. */
  text?: string;
}

/** Answers the requests to models: with a text, with a reply, or by throwing an `LlmError`. */
export function answerWith(respond: (request: ModelRequest) => string | Partial<Reply> | number[]): void;

/** Answers the requests of `fetch`: with a `Response`, or by throwing an `HttpError`. */
export function answerFetchWith(respond: (request: HttpRequest) => HttpResponse): void;

/** Runs the cases of a `.jsonl` file on a module's exports; throws an error that lists those that fail. */
export function runCases(exports: object, file: string): Promise<void>;
