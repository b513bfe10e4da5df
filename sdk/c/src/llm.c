#ifdef SCOREBOX_LLM

#include "call.h"

static uint8_t sent_role(sb_role role) {
  switch (role) {
    case SB_SYSTEM:
      return SCOREBOX_PLUGIN_LLM_ROLE_SYSTEM;
    case SB_ASSISTANT:
      return SCOREBOX_PLUGIN_LLM_ROLE_ASSISTANT;
    case SB_TOOL:
      return SCOREBOX_PLUGIN_LLM_ROLE_TOOL;
    default:
      return SCOREBOX_PLUGIN_LLM_ROLE_USER;
  }
}

static scorebox_plugin_llm_list_tool_call_t sent_tool_calls(const sb_tool_call *calls, size_t count) {
  // Three texts each, on both sides.
  return (scorebox_plugin_llm_list_tool_call_t){(scorebox_plugin_llm_tool_call_t *)(const void *)calls, count};
}

static scorebox_plugin_llm_list_message_t sent_messages(const sb_chat *chat) {
  scorebox_plugin_llm_list_message_t list = {
      sb_alloc(chat->message_count * sizeof(scorebox_plugin_llm_message_t)), chat->message_count};
  for (size_t i = 0; i < chat->message_count; i++) {
    const sb_message *message = &chat->messages[i];
    list.ptr[i] = (scorebox_plugin_llm_message_t){
        .role = sent_role(message->role),
        .content = sb_sent(message->content),
        .tool_calls = sent_tool_calls(message->tool_calls, message->tool_call_count),
        .tool_call_id = {sb_is_there(message->tool_call_id), sb_sent(message->tool_call_id)},
    };
  }
  return list;
}

static scorebox_plugin_llm_chat_request_t sent_request(const sb_chat *chat) {
  return (scorebox_plugin_llm_chat_request_t){
      .model = sb_sent(chat->model),
      .messages = sent_messages(chat),
      .temperature = {chat->temperature.is_set, chat->temperature.value},
      .max_tokens = {chat->max_tokens.is_set, chat->max_tokens.value},
      .seed = {chat->seed.is_set, chat->seed.value},
      .response_schema = {sb_is_there(chat->response_schema), sb_sent(chat->response_schema)},
      .tools = {(scorebox_plugin_llm_tool_t *)(const void *)chat->tools, chat->tool_count},
      .parameters = {sb_is_there(chat->parameters), sb_sent(chat->parameters)},
  };
}

static bool is_utf8_message(const sb_message *message) {
  bool is_text = sb_is_utf8(message->content) && sb_is_utf8(message->tool_call_id);
  for (size_t i = 0; i < message->tool_call_count && is_text; i++) {
    const sb_tool_call *call = &message->tool_calls[i];
    is_text = sb_is_utf8(call->id) && sb_is_utf8(call->name) && sb_is_utf8(call->arguments);
  }
  return is_text;
}

static bool is_utf8(const sb_chat *chat) {
  bool is_text = sb_is_utf8(chat->model) && sb_is_utf8(chat->response_schema) && sb_is_utf8(chat->parameters);
  for (size_t i = 0; i < chat->message_count && is_text; i++) {
    is_text = is_utf8_message(&chat->messages[i]);
  }
  for (size_t i = 0; i < chat->tool_count && is_text; i++) {
    const sb_tool *tool = &chat->tools[i];
    is_text = sb_is_utf8(tool->name) && sb_is_utf8(tool->description) && sb_is_utf8(tool->parameters);
  }
  return is_text;
}

typedef struct failure {
  sb_model_error error;
  sb_text message;
} failure;

static failure failed(const scorebox_plugin_llm_llm_error_t *error) {
  static const struct {
    sb_model_error error;
    const char *name;
  } kinds[] = {
      [SCOREBOX_PLUGIN_LLM_LLM_ERROR_DENIED] = {SB_MODEL_DENIED, "denied"},
      [SCOREBOX_PLUGIN_LLM_LLM_ERROR_OVER_BUDGET] = {SB_MODEL_OVER_BUDGET, "over budget"},
      [SCOREBOX_PLUGIN_LLM_LLM_ERROR_INVALID_REQUEST] = {SB_MODEL_INVALID_REQUEST, "invalid request"},
      [SCOREBOX_PLUGIN_LLM_LLM_ERROR_UNAVAILABLE] = {SB_MODEL_UNAVAILABLE, "unavailable"},
      [SCOREBOX_PLUGIN_LLM_LLM_ERROR_INVALID_REPLY] = {SB_MODEL_INVALID_REPLY, "invalid reply"},
      [SCOREBOX_PLUGIN_LLM_LLM_ERROR_TIMEOUT] = {SB_MODEL_TIMEOUT, "timeout"},
  };
  // Every kind of error holds one text, at the same place.
  sb_text text = sb_received(error->val.denied);
  sb_text name = sb_text_of(kinds[error->tag].name);
  return (failure){kinds[error->tag].error, sb_join(SB_TEXT("model: "), name, SB_TEXT(": "), text)};
}

static failure not_utf8(void) {
  return (failure){SB_MODEL_INVALID_REQUEST, SB_TEXT("model: invalid request: it holds a text that is no UTF-8")};
}

static sb_finish_reason finish_reason(uint8_t reason) {
  switch (reason) {
    case SCOREBOX_PLUGIN_LLM_FINISH_REASON_STOP:
      return SB_FINISH_STOP;
    case SCOREBOX_PLUGIN_LLM_FINISH_REASON_LENGTH:
      return SB_FINISH_LENGTH;
    case SCOREBOX_PLUGIN_LLM_FINISH_REASON_TOOL_CALLS:
      return SB_FINISH_TOOL_CALLS;
    case SCOREBOX_PLUGIN_LLM_FINISH_REASON_CONTENT_FILTER:
      return SB_FINISH_CONTENT_FILTER;
    default:
      return SB_FINISH_OTHER;
  }
}

sb_text sb_finish_reason_name(sb_finish_reason reason) {
  switch (reason) {
    case SB_FINISH_STOP:
      return SB_TEXT("stop");
    case SB_FINISH_LENGTH:
      return SB_TEXT("length");
    case SB_FINISH_TOOL_CALLS:
      return SB_TEXT("tool-calls");
    case SB_FINISH_CONTENT_FILTER:
      return SB_TEXT("content-filter");
    default:
      return SB_TEXT("other");
  }
}

static sb_reply received(const scorebox_plugin_llm_chat_response_t *response) {
  return (sb_reply){
      .error = SB_MODEL_OK,
      .message = SB_NO_TEXT,
      .text = sb_received(response->text),
      .tool_calls = (const sb_tool_call *)(const void *)response->tool_calls.ptr,
      .tool_call_count = response->tool_calls.len,
      .input_tokens = response->usage.input_tokens,
      .output_tokens = response->usage.output_tokens,
      .model = sb_received(response->model),
      .finish_reason = finish_reason(response->finish_reason),
  };
}

static sb_reply no_reply(failure failure) { return (sb_reply){.error = failure.error, .message = failure.message}; }

sb_result sb_complete(sb_call *call, const sb_chat *chat, sb_reply *reply) {
  scorebox_plugin_llm_chat_response_t response;
  scorebox_plugin_llm_llm_error_t error;
  if (!is_utf8(chat)) {
    *reply = no_reply(not_utf8());
    return sb_failed(call, reply->message);
  }
  scorebox_plugin_llm_chat_request_t request = sent_request(chat);
  if (scorebox_plugin_llm_complete(&request, &response, &error)) {
    *reply = received(&response);
    return SB_OK;
  }
  *reply = no_reply(failed(&error));
  return sb_failed(call, reply->message);
}

const sb_reply *sb_complete_all(const sb_chat *chats, size_t count) {
  sb_reply *replies = sb_alloc(count * sizeof *replies);
  scorebox_plugin_llm_list_chat_request_t requests = {sb_alloc(count * sizeof *requests.ptr), 0};
  for (size_t i = 0; i < count; i++) {
    replies[i] = no_reply(not_utf8());
    if (is_utf8(&chats[i])) {
      requests.ptr[requests.len++] = sent_request(&chats[i]);
      replies[i].error = SB_MODEL_OK;
    }
  }
  scorebox_plugin_llm_list_result_chat_response_llm_error_t answers;
  scorebox_plugin_llm_complete_all(&requests, &answers);
  for (size_t i = 0, next = 0; i < count && next < answers.len; i++) {
    if (replies[i].error == SB_MODEL_OK) {
      const scorebox_plugin_llm_result_chat_response_llm_error_t *answer = &answers.ptr[next++];
      replies[i] = answer->is_err ? no_reply(failed(&answer->val.err)) : received(&answer->val.ok);
    }
  }
  return replies;
}

static failure embed(sb_text model, const sb_text *texts, size_t count, scorebox_plugin_llm_embeddings_t *response) {
  bool is_text = sb_is_utf8(model);
  for (size_t i = 0; i < count && is_text; i++) {
    is_text = sb_is_utf8(texts[i]);
  }
  if (!is_text) {
    return not_utf8();
  }
  guest_string_t sent_model = sb_sent(model);
  guest_list_string_t sent_texts = {(guest_string_t *)(const void *)texts, count};
  scorebox_plugin_llm_llm_error_t error;
  bool is_ok = scorebox_plugin_llm_embed(&sent_model, &sent_texts, response, &error);
  return is_ok ? (failure){SB_MODEL_OK, SB_NO_TEXT} : failed(&error);
}

sb_result sb_embed(sb_call *call, sb_text model, const sb_text *texts, size_t count, sb_embeddings *embeddings) {
  scorebox_plugin_llm_embeddings_t response;
  failure failure = embed(model, texts, count, &response);
  if (failure.error != SB_MODEL_OK) {
    *embeddings = (sb_embeddings){.error = failure.error, .message = failure.message};
    return sb_failed(call, failure.message);
  }
  *embeddings = (sb_embeddings){
      // A vector is a pointer and a length, on both sides.
      .vectors = (const sb_vector *)(const void *)response.vectors.ptr,
      .vector_count = response.vectors.len,
      .input_tokens = response.usage.input_tokens,
      .output_tokens = response.usage.output_tokens,
      .model = sb_received(response.model),
  };
  return SB_OK;
}

#endif
