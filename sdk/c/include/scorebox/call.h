// A call of the plugin, and how it fails.

#ifndef SCOREBOX_CALL_H
#define SCOREBOX_CALL_H

#include "text.h"

// What the host asked for: takes the feedback or the answer, or why there is none.
typedef struct sb_call sb_call;

// How a function ended. A function that answers SB_ERROR has said why: pass it on with SB_TRY, or return it.
typedef enum __attribute__((warn_unused_result)) sb_result {
  SB_OK = 0,
  SB_ERROR = 1,
} sb_result;

// Returns from the function when an expression is SB_ERROR.
#define SB_TRY(expression)             \
  do {                                 \
    if ((expression) != SB_OK) {       \
      return SB_ERROR;                 \
    }                                  \
  } while (false)

// Why a call gave no result. The row is recorded as failed with this cause; the run goes on.
typedef enum sb_error_kind {
  // The config does not fit, although it satisfies the schema: the text says which setting, and what would.
  SB_INVALID_CONFIG,
  // The example lacks a field: the text is its path, such as `expectations.expected_response`.
  SB_MISSING_FIELD,
  // The example is well-formed but of a kind that is not handled.
  SB_UNSUPPORTED,
  // Anything else that went wrong.
  SB_FAILED,
} sb_error_kind;

typedef struct sb_error {
  sb_error_kind kind;
  sb_text message;
} sb_error;

// Each records an error and is SB_ERROR: `return sb_unsupported(call, "the output is an image");`.
// The text is a `sb_text` or a C string.
#define sb_invalid_config(call, message) sb_fail((call), SB_INVALID_CONFIG, SB_AS_TEXT(message))
#define sb_missing_field(call, path) sb_fail((call), SB_MISSING_FIELD, SB_AS_TEXT(path))
#define sb_unsupported(call, message) sb_fail((call), SB_UNSUPPORTED, SB_AS_TEXT(message))
#define sb_failed(call, message) sb_fail((call), SB_FAILED, SB_AS_TEXT(message))
sb_result sb_fail(sb_call *call, sb_error_kind kind, sb_text message);

// After SB_ERROR: takes the error from the call, which goes on as if it had not happened.
sb_error sb_catch(sb_call *call);

#endif
