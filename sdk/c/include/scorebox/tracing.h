// Records what a plugin does as spans of the example's trace.

#ifndef SCOREBOX_TRACING_H
#define SCOREBOX_TRACING_H

#include "value.h"

// What a span stands for, as MLflow names it.
typedef enum sb_span_kind {
  SB_SPAN_LLM,
  SB_SPAN_CHAT_MODEL,
  SB_SPAN_CHAIN,
  SB_SPAN_AGENT,
  SB_SPAN_TOOL,
  SB_SPAN_RETRIEVER,
  SB_SPAN_EMBEDDING,
  SB_SPAN_PARSER,
  SB_SPAN_RERANKER,
  SB_SPAN_MEMORY,
  SB_SPAN_GUARDRAIL,
  SB_SPAN_EVALUATOR,
  SB_SPAN_TASK,
  SB_SPAN_UNKNOWN,
} sb_span_kind;

// An open span, by its id. One that is never ended is ended by the host when the call returns.
typedef sb_text sb_span;

// Starts a span inside the innermost one that is still open.
#define sb_span_start(name, kind) sb_span_start_of(SB_AS_TEXT(name), (kind), NULL)

// Starts a span that records what the step is given, a `sb_value`.
#define sb_span_start_with(name, kind, inputs) \
  sb_span_start_of(SB_AS_TEXT(name), (kind), &(const sb_value[]){inputs}[0])
sb_span sb_span_start_of(sb_text name, sb_span_kind kind, const sb_value *inputs);

// Adds an attribute, a `sb_value`. OpenTelemetry's GenAI names, such as `gen_ai.request.model`, are understood by the
// host's reports. A value without a JSON form is left out, here and below.
#define sb_span_attribute(span, name, value) sb_span_attribute_of((span), SB_AS_TEXT(name), (value))
void sb_span_attribute_of(sb_span span, sb_text name, sb_value value);

// Ends a span well.
#define sb_span_end(span) sb_span_end_of((span), SB_NO_TEXT, NULL)

// Ends a span well, with what the step gave.
#define sb_span_end_with(span, outputs) sb_span_end_of((span), SB_NO_TEXT, &(const sb_value[]){outputs}[0])

// Ends a span with an error.
#define sb_span_fail(span, error) sb_span_end_of((span), SB_AS_TEXT(error), NULL)
void sb_span_end_of(sb_span span, sb_text error, const sb_value *outputs);

#endif
