/** JSON as the SDK reads it: an integer beyond ±2^53 is a `bigint`. */
export type Json = null | boolean | number | bigint | string | Json[] | { [key: string]: Json };

/** A JSON Schema (2020-12), written as an object. */
export type JsonSchema = { readonly [key: string]: unknown };

/** The fields of an example beside its id. */
export type Field = "inputs" | "outputs" | "expectations" | "trace" | "tags";

export type ValueKind = "boolean" | "integer" | "number" | "text" | "json" | "varies";

export type Aggregation = "mean" | "min" | "max" | "median" | "p90" | "variance";

type Simple<T> = { [K in keyof T]: T[K] };

/** The type of a property's values, as far as its schema says it. */
type ValueOf<P> = P extends { readonly enum: readonly (infer E)[] }
  ? E
  : P extends { readonly const: infer C }
    ? C
    : P extends { readonly type: "string" }
      ? string
      : P extends { readonly type: "boolean" }
        ? boolean
        : P extends { readonly type: "number" }
          ? number
          : P extends { readonly type: "integer" }
            ? number
            : P extends { readonly type: "array"; readonly items: infer I }
              ? readonly ValueOf<I>[]
              : P extends { readonly type: "object" }
                ? ConfigOf<P>
                : any;

type RequiredKeys<S> = S extends { readonly required: readonly (infer R)[] } ? R : never;

type DefaultedKeys<P> = { [K in keyof P]: P[K] extends { readonly default: unknown } ? K : never }[keyof P];

/** The type of a config that satisfies a schema: keys that are required or have a default are always there. */
export type ConfigOf<S> = S extends { readonly properties: infer P }
  ? Simple<
      { readonly [K in keyof P & (RequiredKeys<S> | DefaultedKeys<P>)]: ValueOf<P[K]> } & {
        readonly [K in Exclude<keyof P, RequiredKeys<S> | DefaultedKeys<P>>]?: ValueOf<P[K]>;
      }
    >
  : { readonly [key: string]: any };

/** One row of a dataset, with the fields that the scorer asked for. A field that the row lacks is `undefined`. */
export interface Example {
  /** The row's name within its dataset. */
  readonly id: string;
  /** What the application was asked: an object whose keys are the predict function's parameters. */
  readonly inputs: any;
  /** What the application answered: any JSON value. */
  readonly outputs: any;
  /** What the answer should be: an object. */
  readonly expectations: any;
  /** How the answer came about: `{trace_id, spans: […]}`. */
  readonly trace: any;
  /** The row's labels. */
  readonly tags: { [key: string]: string };
  /** Whether the row has a field: `null` is a value, too. */
  has(field: Field): boolean;
  /** The JSON text of a field, as it is in the dataset. */
  text(field: Field): string | undefined;
  /** The outputs as a text: the content of a string, the JSON text of a number or a boolean. */
  outputsText(): string;
  /** One input as a text. */
  inputText(key: string): string;
  /** One expectation as a text. */
  expectationText(key: string): string;
}

/** What a scorer's `score` is given. */
export interface Scoring<Config> extends Example {
  /** The scorer's config, with the defaults of its schema. It is the same object for all rows, and frozen. */
  readonly config: Config;
  /** The example itself, for its methods. */
  readonly example: Example;
}

/** A value that a scorer returns; see `number`, `json` and `rawJson` for values of a certain kind. */
export type Value = boolean | number | bigint | string | object | null;

/** What a scorer returns: one value, or feedbacks with more to say. */
export type Scored = Value | Feedback | Feedback[];

export interface FeedbackOptions {
  /** Tells several feedbacks of one scorer apart; without, it has the scorer's own name. */
  name?: string | null;
  /** Why, for a person to read. */
  rationale?: string | null;
  /** Details for programs to read: an object. */
  metadata?: object | null;
  /** The span of the example's trace that this is about; without, it is about the whole example. */
  spanId?: string | null;
}

/** One thing that a scorer has to say about an example. */
export class Feedback {
  constructor(value: Value, options?: FeedbackOptions);
  value: Value;
  name?: string | null;
  rationale?: string | null;
  metadata?: object | null;
  spanId?: string | null;
}

interface About<S> {
  /** The name; without, it is that of the exported constant in snake_case. */
  name?: string;
  /** One line for the people who choose it. */
  summary: string;
  /** A JSON Schema for the config; the host checks every config against it before the first row. */
  config?: S;
}

interface ScorerAbout<S> extends About<S> {
  /** Fields without which a row fails. Without `requires` and `uses`, it is `["outputs"]`. */
  requires?: readonly Field[];
  /** Further fields that are sent when the row has them; without both, `["inputs", "expectations"]`. */
  uses?: readonly Field[];
  /** The kind of value to expect. */
  returns?: ValueKind;
  /** How the values are summed up unless the user says otherwise. */
  aggregations?: readonly Aggregation[];
}

/** A scorer, to be exported from the plugin's module. */
export interface Scorer<Config = any> {
  readonly name: string | undefined;
  readonly summary: string;
  /** Only for the type of the config. */
  readonly config?: Config;
}

/** A predict function, to be exported from the plugin's module. */
export interface Predictor<Config = any> {
  readonly name: string | undefined;
  readonly summary: string;
  /** Only for the type of the config. */
  readonly config?: Config;
}

/** Defines a scorer of single examples. */
export function scorer<const S extends JsonSchema = {}>(
  options: ScorerAbout<S> & { score(given: Scoring<ConfigOf<S>>): Scored | Promise<Scored> },
): Scorer<ConfigOf<S>>;
/** Defines a scorer of conversations. */
export function scorer<const S extends JsonSchema = {}>(
  options: ScorerAbout<S> & {
    scoreSession(given: { readonly turns: readonly Example[]; readonly config: ConfigOf<S> }): Scored | Promise<Scored>;
  },
): Scorer<ConfigOf<S>>;

/** Defines a predict function. */
export function predictor<const S extends JsonSchema = {}>(
  options: About<S> & {
    predict(given: { readonly inputs: any; readonly config: ConfigOf<S> }): unknown | Promise<unknown>;
  },
): Predictor<ConfigOf<S>>;

/** A value that is to be a `number`, also where it is whole; without, a whole number is an `integer`. */
export function number(value: number): object;

/** A value that is to be `json`, whatever it is. */
export function json(value: unknown): object;

/** JSON text that is passed on as it is, for the host to check. */
export function rawJson(text: string): object;

/** The config does not fit, although it satisfies the schema: says which setting, and what would. */
export class InvalidConfig extends Error {}

/** The example lacks a field, named by its path, for instance `expectations.expected_response`. */
export class MissingField extends Error {}

/** The example is well-formed but of a kind that is not handled. */
export class Unsupported extends Error {}

/** Anything else that went wrong, said without a stack trace. */
export class Failed extends Error {}

/** Messages for the person who runs the evaluation; `console` writes there, too. */
export const log: {
  trace(message: unknown): void;
  debug(message: unknown): void;
  info(message: unknown): void;
  warn(message: unknown): void;
  error(message: unknown): void;
};

export type SpanKind =
  | "llm"
  | "chat-model"
  | "chain"
  | "agent"
  | "tool"
  | "retriever"
  | "embedding"
  | "parser"
  | "reranker"
  | "memory"
  | "guardrail"
  | "evaluator"
  | "task"
  | "unknown";

export interface SpanOptions {
  kind?: SpanKind;
  /** What the step is given. */
  inputs?: unknown;
}

/** An open span, to be ended once. */
export class Span {
  private constructor();
  /** For `Feedback`'s `spanId`. */
  readonly id: string;
  /** Adds attributes. OpenTelemetry's GenAI names, such as `gen_ai.request.model`, are understood by the reports. */
  setAttributes(attributes: { [name: string]: unknown }): this;
  /** Ends the span, with what the step gave. */
  end(outputs?: unknown): void;
  /** Ends the span with an error. */
  fail(error: unknown): void;
}

/** Starts a span inside the innermost one that is still open. */
export function startSpan(name: string, options?: SpanOptions): Span;

/** Runs `body` inside a span, which ends with it: well, unless the body throws or rejects. */
export function withSpan<T>(name: string, options: SpanOptions, body: (span: Span) => T): T;
