// HTTP, sent by the host: it checks every request against the operator's grants, adds the secrets, and bounds the
// bytes.

#ifndef SCOREBOX_HTTP_H
#define SCOREBOX_HTTP_H

#include "call.h"

#ifdef SCOREBOX_HTTP
#define SB_NEEDS_HTTP
#else
#define SB_NEEDS_HTTP \
  __attribute__((unavailable("the plugin sends HTTP only with `imports = [\"http\"]` in plugin.toml")))
#endif

typedef struct sb_header {
  sb_text name;
  sb_text value;
} sb_header;

// The largest body that is read unless the request says otherwise.
#define SB_MAX_BODY_BYTES ((size_t)16 * 1024 * 1024)

typedef struct sb_request {
  // Not set, it is `GET`.
  sb_text method;
  // With `http` or `https`. A secret does not belong here, nor into a header: the operator's grant can add headers that
  // no plugin sees.
  sb_text url;
  const sb_header *headers;
  size_t header_count;
  sb_text body;
  // How long to wait for the response; not set, the host decides.
  uint64_t timeout_milliseconds;
  // Not set, it is SB_MAX_BODY_BYTES.
  size_t max_body_bytes;
} sb_request;

// Why there is no response.
typedef enum sb_http_error {
  SB_HTTP_OK,
  SB_HTTP_DENIED,
  SB_HTTP_INVALID_REQUEST,
  SB_HTTP_UNAVAILABLE,
  SB_HTTP_TIMEOUT,
  SB_HTTP_BODY_TOO_LARGE,
} sb_http_error;

// A response of any status, or why there is none: then `error` is not SB_HTTP_OK and the rest is not set.
typedef struct sb_response {
  sb_http_error error;
  uint16_t status;
  const sb_header *headers;
  size_t header_count;
  // Bytes, which need not be UTF-8.
  sb_text body;
} sb_response;

// Sends a request and reads the whole response. Redirects are responses like any other. Without a response the call has
// failed, unless `sb_catch` takes the error.
sb_result sb_send(sb_call *call, const sb_request *request, sb_response *response) SB_NEEDS_HTTP;

// The first value of a header, whose name is found in any case, or SB_NO_TEXT.
#define sb_response_header(response, name) sb_response_header_of((response), SB_AS_TEXT(name))
sb_text sb_response_header_of(const sb_response *response, sb_text name) SB_NEEDS_HTTP;

// The body, if it is UTF-8.
sb_result sb_response_text(sb_call *call, const sb_response *response, sb_text *text) SB_NEEDS_HTTP;

#endif
