#include "call.h"

// The JSON text of a value, or SB_NO_TEXT where it has none.
static sb_text json_of(const sb_value *value) {
  sb_call nobody = {.error = {SB_FAILED, SB_NO_TEXT}};
  sb_text json;
  return value != NULL && sb_value_json(&nobody, *value, "value", &json) == SB_OK ? json : SB_NO_TEXT;
}

static sb_text readable(sb_text text) { return sb_is_utf8(text) ? text : SB_TEXT("no UTF-8"); }

sb_span sb_span_start_of(sb_text name, sb_span_kind kind, const sb_value *inputs) {
  static const scorebox_plugin_tracing_span_kind_t kinds[] = {
      [SB_SPAN_LLM] = SCOREBOX_PLUGIN_TRACING_SPAN_KIND_LLM,
      [SB_SPAN_CHAT_MODEL] = SCOREBOX_PLUGIN_TRACING_SPAN_KIND_CHAT_MODEL,
      [SB_SPAN_CHAIN] = SCOREBOX_PLUGIN_TRACING_SPAN_KIND_CHAIN,
      [SB_SPAN_AGENT] = SCOREBOX_PLUGIN_TRACING_SPAN_KIND_AGENT,
      [SB_SPAN_TOOL] = SCOREBOX_PLUGIN_TRACING_SPAN_KIND_TOOL,
      [SB_SPAN_RETRIEVER] = SCOREBOX_PLUGIN_TRACING_SPAN_KIND_RETRIEVER,
      [SB_SPAN_EMBEDDING] = SCOREBOX_PLUGIN_TRACING_SPAN_KIND_EMBEDDING,
      [SB_SPAN_PARSER] = SCOREBOX_PLUGIN_TRACING_SPAN_KIND_PARSER,
      [SB_SPAN_RERANKER] = SCOREBOX_PLUGIN_TRACING_SPAN_KIND_RERANKER,
      [SB_SPAN_MEMORY] = SCOREBOX_PLUGIN_TRACING_SPAN_KIND_MEMORY,
      [SB_SPAN_GUARDRAIL] = SCOREBOX_PLUGIN_TRACING_SPAN_KIND_GUARDRAIL,
      [SB_SPAN_EVALUATOR] = SCOREBOX_PLUGIN_TRACING_SPAN_KIND_EVALUATOR,
      [SB_SPAN_TASK] = SCOREBOX_PLUGIN_TRACING_SPAN_KIND_TASK,
      [SB_SPAN_UNKNOWN] = SCOREBOX_PLUGIN_TRACING_SPAN_KIND_UNKNOWN,
  };
  guest_string_t sent_name = sb_sent(readable(name));
  sb_text json = json_of(inputs);
  guest_string_t sent_inputs = sb_sent(json);
  guest_string_t id;
  scorebox_plugin_tracing_start_span(&sent_name, kinds[kind], sb_is_there(json) ? &sent_inputs : NULL, &id);
  return sb_received(id);
}

void sb_span_attribute_of(sb_span span, sb_text name, sb_value value) {
  sb_text json = json_of(&value);
  if (!sb_is_there(json)) {
    return;
  }
  scorebox_plugin_tracing_tuple2_string_json_t attribute = {sb_sent(readable(name)), sb_sent(json)};
  scorebox_plugin_tracing_list_tuple2_string_json_t attributes = {&attribute, 1};
  guest_string_t id = sb_sent(span);
  scorebox_plugin_tracing_set_attributes(&id, &attributes);
}

void sb_span_end_of(sb_span span, sb_text error, const sb_value *outputs) {
  scorebox_plugin_tracing_span_status_t status = {.tag = SCOREBOX_PLUGIN_TRACING_SPAN_STATUS_OK};
  if (sb_is_there(error)) {
    status.tag = SCOREBOX_PLUGIN_TRACING_SPAN_STATUS_ERROR;
    status.val.error = sb_sent(readable(error));
  }
  sb_text json = json_of(outputs);
  guest_string_t sent_outputs = sb_sent(json);
  guest_string_t id = sb_sent(span);
  scorebox_plugin_tracing_end_span(&id, &status, sb_is_there(json) ? &sent_outputs : NULL);
}
