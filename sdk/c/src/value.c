#include "call.h"

sb_result sb_check_text(sb_call *call, const char *what, sb_text text) {
  if (sb_is_utf8(text)) {
    return SB_OK;
  }
  return sb_failed(call, sb_join(SB_TEXT("the "), sb_text_of(what), SB_TEXT(" is no UTF-8")));
}

// What yyjson built or read as the simplest value that it is; JSON stays as it came.
static sb_value simplest(sb_value value) {
  if (value.kind != SB_VALUE_TREE && value.kind != SB_VALUE_READ) {
    return value;
  }
  // Both kinds of yyjson's values begin with the same tag and content.
  yyjson_val *read = value.kind == SB_VALUE_READ ? value.as.read : (yyjson_val *)(void *)value.as.tree;
  switch (yyjson_get_type(read)) {
    case YYJSON_TYPE_BOOL:
      return sb_bool(yyjson_get_bool(read));
    case YYJSON_TYPE_STR:
      return sb_string(((sb_text){yyjson_get_str(read), yyjson_get_len(read)}));
    case YYJSON_TYPE_NUM:
      if (yyjson_is_real(read)) {
        return sb_number(yyjson_get_real(read));
      }
      return yyjson_is_uint(read) && yyjson_get_uint(read) > INT64_MAX ? value : sb_integer(yyjson_get_sint(read));
    default:
      return value;
  }
}

// The JSON text of what is no plain value.
static sb_result json(sb_call *call, sb_value value, const char *what, sb_text *text) {
  if (value.write != NULL) {
    return value.write(call, &value, what, text);
  }
  if (value.kind != SB_VALUE_RAW) {
    sb_text hint = SB_TEXT(" is no JSON: give it as `sb_tree`, `sb_read` or `sb_raw_json`");
    return sb_failed(call, sb_join(SB_TEXT("the "), sb_text_of(what), hint));
  }
  *text = value.as.text;
  return sb_check_text(call, what, value.as.text);
}

static sb_result verdict(sb_call *call, sb_value value, scorebox_plugin_types_value_t *verdict) {
  value = simplest(value);
  sb_text text;
  switch (value.kind) {
    case SB_VALUE_BOOL:
      verdict->tag = SCOREBOX_PLUGIN_TYPES_VALUE_BOOLEAN;
      verdict->val.boolean = value.as.boolean;
      return SB_OK;
    case SB_VALUE_INTEGER:
      verdict->tag = SCOREBOX_PLUGIN_TYPES_VALUE_INTEGER;
      verdict->val.integer = value.as.integer;
      return SB_OK;
    case SB_VALUE_NUMBER:
      verdict->tag = SCOREBOX_PLUGIN_TYPES_VALUE_NUMBER;
      verdict->val.number = value.as.number;
      return SB_OK;
    case SB_VALUE_TEXT:
      verdict->tag = SCOREBOX_PLUGIN_TYPES_VALUE_TEXT;
      verdict->val.text = sb_sent(value.as.text);
      return sb_check_text(call, "value", value.as.text);
    default:
      SB_TRY(json(call, value, "value", &text));
      verdict->tag = SCOREBOX_PLUGIN_TYPES_VALUE_JSON;
      verdict->val.json = sb_sent(text);
      return SB_OK;
  }
}

static sb_result optional(sb_call *call, const char *what, sb_text text, guest_option_string_t *sent) {
  *sent = (guest_option_string_t){sb_is_there(text), sb_sent(text)};
  return sb_check_text(call, what, text);
}

static scorebox_plugin_types_feedback_t *next_feedback(sb_call *call) {
  if (call->feedback_count == call->feedback_capacity) {
    size_t capacity = call->feedback_capacity == 0 ? 1 : 4 * call->feedback_capacity;
    scorebox_plugin_types_feedback_t *grown = sb_alloc(capacity * sizeof *grown);
    if (call->feedback_count > 0) {
      memcpy(grown, call->feedback, call->feedback_count * sizeof *grown);
    }
    call->feedback = grown;
    call->feedback_capacity = capacity;
  }
  return &call->feedback[call->feedback_count];
}

sb_result sb_give_feedback(sb_call *call, const sb_feedback *feedback) {
  scorebox_plugin_types_feedback_t *sent = next_feedback(call);
  SB_TRY(verdict(call, feedback->value, &sent->value));
  SB_TRY(optional(call, "rationale", feedback->rationale, &sent->rationale));
  SB_TRY(optional(call, "name", feedback->name, &sent->name));
  SB_TRY(optional(call, "span id", feedback->span_id, &sent->span_id));
  sb_text metadata = SB_NO_TEXT;
  if (feedback->metadata.kind != SB_VALUE_NONE) {
    SB_TRY(json(call, feedback->metadata, "metadata", &metadata));
  }
  sent->metadata = (scorebox_plugin_types_option_json_t){sb_is_there(metadata), sb_sent(metadata)};
  call->feedback_count++;
  return SB_OK;
}
