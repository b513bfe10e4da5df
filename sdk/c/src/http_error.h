// What the errors of `wasi:http` mean to a plugin.

#ifndef SCOREBOX_SRC_HTTP_ERROR_H
#define SCOREBOX_SRC_HTTP_ERROR_H

#include "call.h"

typedef struct sb_http_failure {
  sb_http_error error;
  sb_text text;
} sb_http_failure;

sb_http_failure sb_http_failure_of(const wasi_http_types_error_code_t *code);

// A failure that `wasi:http` has, but that the SDK's order of calls does not provoke.
sb_http_failure sb_http_not_wasi(void);

sb_http_failure sb_http_body_too_large(uint64_t limit);

// Such as `http: denied: `.
sb_text sb_http_class(sb_http_error error);

#endif
