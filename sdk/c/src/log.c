#include "call.h"

void sb_log_text(sb_level level, sb_text message) {
  static const scorebox_plugin_log_level_t levels[] = {
      [SB_LOG_TRACE] = SCOREBOX_PLUGIN_LOG_LEVEL_TRACE, [SB_LOG_DEBUG] = SCOREBOX_PLUGIN_LOG_LEVEL_DEBUG,
      [SB_LOG_INFO] = SCOREBOX_PLUGIN_LOG_LEVEL_INFO,   [SB_LOG_WARN] = SCOREBOX_PLUGIN_LOG_LEVEL_WARN,
      [SB_LOG_ERROR] = SCOREBOX_PLUGIN_LOG_LEVEL_ERROR,
  };
  // The host ends a call that hands it anything else than UTF-8, and a message is not worth that.
  sb_text sent = sb_is_utf8(message) ? message : SB_TEXT("a message that is no UTF-8");
  guest_string_t text = sb_sent(sent);
  scorebox_plugin_log_log(levels[level], &text);
}
