// Models, reached through the host: it holds the keys, picks the provider, retries, and keeps the budget.

#ifndef SCOREBOX_LLM_H
#define SCOREBOX_LLM_H

#include "call.h"

#ifdef SCOREBOX_LLM
#define SB_NEEDS_LLM
#else
#define SB_NEEDS_LLM \
  __attribute__((unavailable("the plugin asks models only with `imports = [\"llm\"]` in plugin.toml")))
#endif

typedef enum sb_role { SB_SYSTEM, SB_USER, SB_ASSISTANT, SB_TOOL } sb_role;

// A tool that the model wants called.
typedef struct sb_tool_call {
  // Ties the result to the call.
  sb_text id;
  sb_text name;
  // A JSON object.
  sb_text arguments;
} sb_tool_call;

// One message of a conversation.
typedef struct sb_message {
  sb_role role;
  sb_text content;
  const sb_tool_call *tool_calls;
  size_t tool_call_count;
  // For a tool's message: the id of the call that it answers.
  sb_text tool_call_id;
} sb_message;

// A message without tool calls: `sb_say(SB_USER, "Is this polite?")`.
#define sb_say(role, content) sb_say_text((role), SB_AS_TEXT(content))
static inline sb_message sb_say_text(sb_role role, sb_text content) {
  return (sb_message){.role = role, .content = content};
}

// A tool that the model may ask for.
typedef struct sb_tool {
  sb_text name;
  sb_text description;
  // A JSON Schema for its arguments.
  sb_text parameters;
} sb_tool;

// One request to a chat model. What is not set is left to the provider or the operator.
typedef struct sb_chat {
  // A model alias, such as `judge`, that the operator maps to a provider and a model.
  sb_text model;
  // The conversation so far; see SB_MESSAGES.
  const sb_message *messages;
  size_t message_count;
  // The three are set as `.temperature = SB_SET(0.0)`.
  struct {
    bool is_set;
    double value;
  } temperature;
  struct {
    bool is_set;
    uint32_t value;
  } max_tokens;
  struct {
    bool is_set;
    uint64_t value;
  } seed;
  // A JSON Schema that the reply's text must satisfy.
  sb_text response_schema;
  const sb_tool *tools;
  size_t tool_count;
  // Further inference parameters, a JSON object.
  sb_text parameters;
} sb_chat;

// Sets the messages of a `sb_chat` in its initialiser: `SB_MESSAGES(sb_say(SB_USER, question))`.
#define SB_MESSAGES(...)                          \
  .messages = (const sb_message[]){__VA_ARGS__},  \
  .message_count = sizeof((const sb_message[]){__VA_ARGS__}) / sizeof(sb_message)

#define SB_SET(...) {true, __VA_ARGS__}

// Why there is no reply.
typedef enum sb_model_error {
  SB_MODEL_OK,
  // The operator did not grant this; the message says which rule, and how to grant it.
  SB_MODEL_DENIED,
  // The request would exceed the budget of the call, the scorer or the run.
  SB_MODEL_OVER_BUDGET,
  // The request itself is wrong.
  SB_MODEL_INVALID_REQUEST,
  // The provider could not be reached, or kept failing.
  SB_MODEL_UNAVAILABLE,
  // The reply does not satisfy the schema, after one attempt at repair.
  SB_MODEL_INVALID_REPLY,
  // The deadline passed.
  SB_MODEL_TIMEOUT,
} sb_model_error;

typedef enum sb_finish_reason {
  SB_FINISH_STOP,
  SB_FINISH_LENGTH,
  SB_FINISH_TOOL_CALLS,
  SB_FINISH_CONTENT_FILTER,
  SB_FINISH_OTHER,
} sb_finish_reason;

// A model's reply, or why there is none: then `error` is not SB_MODEL_OK, `message` says more, and the rest is not set.
typedef struct sb_reply {
  sb_model_error error;
  // Such as `model: denied: …`.
  sb_text message;
  // The text; JSON that satisfies the schema when the request had one.
  sb_text text;
  const sb_tool_call *tool_calls;
  size_t tool_call_count;
  uint64_t input_tokens;
  uint64_t output_tokens;
  // The model that answered, as the provider names it.
  sb_text model;
  sb_finish_reason finish_reason;
} sb_reply;

// `stop`, `length`, `tool-calls`, `content-filter` or `other`.
sb_text sb_finish_reason_name(sb_finish_reason reason) SB_NEEDS_LLM;

// Asks a model once. Without a reply the call has failed with its message, unless `sb_catch` takes the error.
sb_result sb_complete(sb_call *call, const sb_chat *chat, sb_reply *reply) SB_NEEDS_LLM;

// Asks several times at once: `count` replies in the order of the requests, each with an error of its own.
const sb_reply *sb_complete_all(const sb_chat *chats, size_t count) SB_NEEDS_LLM;

typedef struct sb_vector {
  const float *values;
  size_t length;
} sb_vector;

typedef struct sb_embeddings {
  sb_model_error error;
  sb_text message;
  // One for each text, in order.
  const sb_vector *vectors;
  size_t vector_count;
  uint64_t input_tokens;
  uint64_t output_tokens;
  sb_text model;
} sb_embeddings;

// Embeds texts with the model behind an alias; fails as `sb_complete` does.
sb_result sb_embed(sb_call *call, sb_text model, const sb_text *texts, size_t count, sb_embeddings *embeddings)
    SB_NEEDS_LLM;

#endif
