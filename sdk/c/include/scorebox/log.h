// Messages for the person who runs the evaluation. They are kept with the row, up to a cap, and change no result.

#ifndef SCOREBOX_LOG_H
#define SCOREBOX_LOG_H

#include "text.h"

typedef enum sb_level { SB_LOG_TRACE, SB_LOG_DEBUG, SB_LOG_INFO, SB_LOG_WARN, SB_LOG_ERROR } sb_level;

// Writes one message: `sb_log(SB_LOG_INFO, "no reference: scored by length")`.
#define sb_log(level, message) sb_log_text((level), SB_AS_TEXT(message))
void sb_log_text(sb_level level, sb_text message);

#endif
