#ifdef SCOREBOX_HTTP

#include "http_error.h"

static sb_http_failure failure(sb_http_error error, const char *text) {
  return (sb_http_failure){error, sb_text_of(text)};
}

sb_http_failure sb_http_not_wasi(void) { return failure(SB_HTTP_UNAVAILABLE, "the host does not follow wasi:http"); }

static sb_text decimal(uint64_t number) {
  enum { MOST_DIGITS = 20 };
  char *end = (char *)sb_alloc(MOST_DIGITS) + MOST_DIGITS;
  char *begin = end;
  do {
    *--begin = (char)('0' + number % 10);
    number /= 10;
  } while (number > 0);
  return (sb_text){begin, (size_t)(end - begin)};
}

sb_http_failure sb_http_body_too_large(uint64_t limit) {
  sb_text text = sb_join(SB_TEXT("more than "), decimal(limit), SB_TEXT(" bytes"));
  return (sb_http_failure){SB_HTTP_BODY_TOO_LARGE, text};
}

sb_http_failure sb_http_failure_of(const wasi_http_types_error_code_t *code) {
  switch (code->tag) {
    case WASI_HTTP_TYPES_ERROR_CODE_HTTP_REQUEST_DENIED:
    case WASI_HTTP_TYPES_ERROR_CODE_DESTINATION_IP_PROHIBITED:
      return failure(SB_HTTP_DENIED, "the host refuses it, and says why on the row");
    case WASI_HTTP_TYPES_ERROR_CODE_DNS_TIMEOUT:
    case WASI_HTTP_TYPES_ERROR_CODE_CONNECTION_TIMEOUT:
    case WASI_HTTP_TYPES_ERROR_CODE_CONNECTION_READ_TIMEOUT:
    case WASI_HTTP_TYPES_ERROR_CODE_CONNECTION_WRITE_TIMEOUT:
    case WASI_HTTP_TYPES_ERROR_CODE_HTTP_RESPONSE_TIMEOUT:
      return failure(SB_HTTP_TIMEOUT, "no response in time");
    case WASI_HTTP_TYPES_ERROR_CODE_HTTP_RESPONSE_BODY_SIZE:
      return code->val.http_response_body_size.is_some ? sb_http_body_too_large(code->val.http_response_body_size.val)
                                                       : failure(SB_HTTP_BODY_TOO_LARGE, "more than the host allows");
    case WASI_HTTP_TYPES_ERROR_CODE_HTTP_REQUEST_METHOD_INVALID:
    case WASI_HTTP_TYPES_ERROR_CODE_HTTP_REQUEST_URI_INVALID:
    case WASI_HTTP_TYPES_ERROR_CODE_HTTP_REQUEST_URI_TOO_LONG:
    case WASI_HTTP_TYPES_ERROR_CODE_HTTP_REQUEST_LENGTH_REQUIRED:
    case WASI_HTTP_TYPES_ERROR_CODE_HTTP_REQUEST_BODY_SIZE:
    case WASI_HTTP_TYPES_ERROR_CODE_HTTP_REQUEST_HEADER_SIZE:
    case WASI_HTTP_TYPES_ERROR_CODE_HTTP_REQUEST_HEADER_SECTION_SIZE:
      return failure(SB_HTTP_INVALID_REQUEST, "the host cannot send it, and says why on the row");
    case WASI_HTTP_TYPES_ERROR_CODE_DNS_ERROR:
    case WASI_HTTP_TYPES_ERROR_CODE_DESTINATION_NOT_FOUND:
      return failure(SB_HTTP_UNAVAILABLE, "there is no such host");
    case WASI_HTTP_TYPES_ERROR_CODE_CONNECTION_REFUSED:
      return failure(SB_HTTP_UNAVAILABLE, "the connection is refused");
    case WASI_HTTP_TYPES_ERROR_CODE_CONNECTION_TERMINATED:
    case WASI_HTTP_TYPES_ERROR_CODE_HTTP_RESPONSE_INCOMPLETE:
      return failure(SB_HTTP_UNAVAILABLE, "the response broke off");
    case WASI_HTTP_TYPES_ERROR_CODE_TLS_PROTOCOL_ERROR:
    case WASI_HTTP_TYPES_ERROR_CODE_TLS_CERTIFICATE_ERROR:
    case WASI_HTTP_TYPES_ERROR_CODE_TLS_ALERT_RECEIVED:
      return failure(SB_HTTP_UNAVAILABLE, "there is no secure connection");
    case WASI_HTTP_TYPES_ERROR_CODE_INTERNAL_ERROR:
      if (code->val.internal_error.is_some) {
        return (sb_http_failure){SB_HTTP_UNAVAILABLE, sb_received(code->val.internal_error.val)};
      }
      break;
    default:
      break;
  }
  return failure(SB_HTTP_UNAVAILABLE,
                 "the peer cannot be reached or breaks the protocol; the host says more on the row");
}

sb_text sb_http_class(sb_http_error error) {
  switch (error) {
    case SB_HTTP_DENIED:
      return SB_TEXT("http: denied: ");
    case SB_HTTP_INVALID_REQUEST:
      return SB_TEXT("http: invalid request: ");
    case SB_HTTP_TIMEOUT:
      return SB_TEXT("http: timeout: ");
    case SB_HTTP_BODY_TOO_LARGE:
      return SB_TEXT("http: body too large: ");
    default:
      return SB_TEXT("http: unavailable: ");
  }
}

#endif
