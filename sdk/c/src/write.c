// Values as JSON text. Apart from the rest, because only what a plugin uses is linked.

#include "call.h"

// What yyjson wrote; its errors are of a few kinds.
static sb_result written(sb_call *call, const char *what, const char *json, size_t length, yyjson_write_err error,
                         sb_text *text) {
  if (json != NULL) {
    *text = (sb_text){json, length};
    return SB_OK;
  }
  sb_text start = sb_join(SB_TEXT("the "), sb_text_of(what));
  switch (error.code) {
    case YYJSON_WRITE_ERROR_INVALID_STRING:
      return sb_failed(call, sb_join(start, SB_TEXT(" is no UTF-8")));
    case YYJSON_WRITE_ERROR_NAN_OR_INF:
      return sb_failed(call, sb_join(start, SB_TEXT(" holds NaN or an infinity")));
    default:
      return sb_failed(call, sb_join(start, SB_TEXT(": "), sb_text_of(error.msg)));
  }
}

sb_result sb_write_tree(sb_call *call, const sb_value *value, const char *what, sb_text *json) {
  yyjson_write_err error = {0};
  size_t length = 0;
  const char *text = yyjson_mut_val_write_opts(value->as.tree, YYJSON_WRITE_NOFLAG, sb_allocator(), &length, &error);
  return written(call, what, text, length, error, json);
}

sb_result sb_write_read(sb_call *call, const sb_value *value, const char *what, sb_text *json) {
  yyjson_write_err error = {0};
  size_t length = 0;
  const char *text = yyjson_val_write_opts(value->as.read, YYJSON_WRITE_NOFLAG, sb_allocator(), &length, &error);
  return written(call, what, text, length, error, json);
}

sb_result sb_value_json(sb_call *call, sb_value value, const char *what, sb_text *json) {
  yyjson_val plain = {.tag = YYJSON_TYPE_NULL};
  sb_value read = sb_read(&plain);
  switch (value.kind) {
    case SB_VALUE_NONE:
      break;
    case SB_VALUE_BOOL:
      yyjson_set_bool(&plain, value.as.boolean);
      break;
    case SB_VALUE_INTEGER:
      yyjson_set_sint(&plain, value.as.integer);
      break;
    case SB_VALUE_NUMBER:
      yyjson_set_real(&plain, value.as.number);
      break;
    case SB_VALUE_TEXT:
      yyjson_set_strn(&plain, sb_is_there(value.as.text) ? value.as.text.data : "", value.as.text.length);
      break;
    case SB_VALUE_RAW:
      *json = value.as.text;
      return sb_check_text(call, what, value.as.text);
    default:
      return value.write(call, &value, what, json);
  }
  return sb_write_read(call, &read, what, json);
}

sb_result sb_answer(sb_call *call, sb_value outputs) { return sb_value_json(call, outputs, "value", &call->answer); }
