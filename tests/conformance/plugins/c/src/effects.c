// HTTP, spans and messages.

#include "functions.h"

sb_result fetches(sb_call *call, const sb_example *example) {
  (void)example;
  const sb_header headers[] = {{SB_TEXT("x-conformance"), SB_TEXT("yes")}};
  sb_request request = {.headers = headers, .header_count = 1};
  SB_TRY(sb_config_text(call, "url", &request.url));
  SB_TRY(sb_config_text(call, "method", &request.method));
  sb_json body;
  SB_TRY(sb_config_find(call, "body", &body));
  if (sb_is_there(body.text)) {
    SB_TRY(sb_json_text(body, &request.body));
  }
  sb_response response;
  sb_text text;
  SB_TRY(sb_send(call, &request, &response));
  SB_TRY(sb_response_text(call, &response, &text));
  yyjson_mut_doc *doc = sb_doc();
  yyjson_mut_val *object = yyjson_mut_obj(doc);
  sb_add(doc, object, "status", yyjson_mut_uint(doc, response.status));
  sb_add(doc, object, "body", sb_mut_text(doc, text));
  sb_add(doc, object, "content_type", sb_mut_text(doc, sb_response_header(&response, "content-type")));
  return sb_give(call, sb_tree(object));
}

static void record(void) {
  yyjson_mut_doc *doc = sb_doc();
  yyjson_mut_val *inputs = yyjson_mut_obj(doc), *outputs = yyjson_mut_obj(doc);
  sb_add(doc, inputs, "q", yyjson_mut_int(doc, 1));
  sb_add(doc, outputs, "a", yyjson_mut_str(doc, "b"));
  sb_span outer = sb_span_start_with("outer", SB_SPAN_CHAIN, sb_tree(inputs));
  sb_span inner = sb_span_start("inner", SB_SPAN_LLM);
  sb_span_attribute(inner, "gen_ai.request.model", sb_string("m"));
  sb_span_attribute(inner, "gen_ai.usage.input_tokens", sb_integer(3));
  sb_span_end_with(inner, sb_tree(outputs));
  sb_span broken = sb_span_start("broken", SB_SPAN_TOOL);
  sb_span_fail(broken, "it broke");
  sb_span_end(outer);
}

sb_result spans(sb_call *call, const sb_example *example) {
  (void)example;
  record();
  return sb_give(call, sb_bool(true));
}

sb_result predict_spans(sb_call *call, sb_json inputs) {
  (void)inputs;
  record();
  return sb_answer(call, sb_bool(true));
}

sb_result logs(sb_call *call, const sb_example *example) {
  (void)example;
  const char *const names[] = {"trace", "debug", "info", "warn", "error"};
  const sb_level levels[] = {SB_LOG_TRACE, SB_LOG_DEBUG, SB_LOG_INFO, SB_LOG_WARN, SB_LOG_ERROR};
  for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
    sb_log(levels[i], sb_join(sb_text_of(names[i]), SB_TEXT(" ünïcödé \0 end")));
  }
  return sb_give(call, sb_bool(true));
}
