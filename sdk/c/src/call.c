#include "call.h"

sb_result sb_fail(sb_call *call, sb_error_kind kind, sb_text message) {
  call->error = (sb_error){kind, sb_is_there(message) ? message : SB_TEXT("")};
  call->feedback_before_error = call->feedback_count;
  return SB_ERROR;
}

sb_error sb_catch(sb_call *call) {
  sb_error error = call->error;
  call->error = (sb_error){SB_FAILED, SB_NO_TEXT};
  return error;
}

scorebox_plugin_types_plugin_error_t sb_new_plugin_error(sb_error_kind kind, sb_text message) {
  if (!sb_is_utf8(message)) {
    kind = SB_FAILED;
    message = SB_TEXT("the error is no UTF-8");
  }
  scorebox_plugin_types_plugin_error_t error;
  switch (kind) {
    case SB_INVALID_CONFIG:
      error.tag = SCOREBOX_PLUGIN_TYPES_PLUGIN_ERROR_INVALID_CONFIG;
      error.val.invalid_config = sb_sent(message);
      return error;
    case SB_MISSING_FIELD:
      error.tag = SCOREBOX_PLUGIN_TYPES_PLUGIN_ERROR_MISSING_FIELD;
      error.val.missing_field = sb_sent(message);
      return error;
    case SB_UNSUPPORTED:
      error.tag = SCOREBOX_PLUGIN_TYPES_PLUGIN_ERROR_UNSUPPORTED;
      error.val.unsupported = sb_sent(message);
      return error;
    default:
      error.tag = SCOREBOX_PLUGIN_TYPES_PLUGIN_ERROR_FAILED;
      error.val.failed = sb_sent(message);
      return error;
  }
}

scorebox_plugin_types_plugin_error_t sb_plugin_error(const sb_call *call, const char *name) {
  sb_text message = call->error.message;
  if (!sb_is_there(message)) {
    message = sb_join(SB_TEXT("`"), sb_text_of(name), SB_TEXT("` answered SB_ERROR without saying why"));
  }
  return sb_new_plugin_error(call->error.kind, message);
}
