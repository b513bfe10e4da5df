// `assert`, without a standard error to write to: the message goes to the row's log, and the call ends in a trap.

#include "call.h"

// The build gives this name to `__assert_fail`, of which the C library has one of its own.
_Noreturn void sb_assert_fail(const char *expression, const char *file, int line, const char *function) {
  sb_text place = sb_format(" (%s:%d, in %s)", file, line, function);
  sb_log(SB_LOG_ERROR, sb_join(SB_TEXT("assertion failed: "), sb_text_of(expression), place));
  __builtin_trap();
}
