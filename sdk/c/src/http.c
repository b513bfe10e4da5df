// Sends through `wasi:http`. A resource is dropped after those that were made from it: the host insists.

#ifdef SCOREBOX_HTTP

#include "call.h"
#include "http_error.h"
#include "url.h"

// What the host takes in one call of `blocking-write-and-flush`, and what is asked of it in one of `blocking-read`.
enum { WRITE_BYTES = 4096, READ_BYTES = 64 * 1024 };

static const sb_http_failure none = {SB_HTTP_OK, {NULL, 0}};

static bool is(sb_text text, const char *word) { return sb_text_equal(text, sb_text_of(word)); }

static wasi_http_types_method_t method(sb_text name) {
  static const struct {
    const char *name;
    uint8_t tag;
  } known[] = {
      {"GET", WASI_HTTP_TYPES_METHOD_GET},         {"HEAD", WASI_HTTP_TYPES_METHOD_HEAD},
      {"POST", WASI_HTTP_TYPES_METHOD_POST},       {"PUT", WASI_HTTP_TYPES_METHOD_PUT},
      {"PATCH", WASI_HTTP_TYPES_METHOD_PATCH},     {"DELETE", WASI_HTTP_TYPES_METHOD_DELETE},
      {"OPTIONS", WASI_HTTP_TYPES_METHOD_OPTIONS},
  };
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    if (is(name, known[i].name)) {
      return (wasi_http_types_method_t){.tag = known[i].tag};
    }
  }
  return (wasi_http_types_method_t){.tag = WASI_HTTP_TYPES_METHOD_OTHER, .val = {.other = sb_sent(name)}};
}

static sb_http_failure add_headers(const sb_request *request, wasi_http_types_own_fields_t fields) {
  for (size_t i = 0; i < request->header_count; i++) {
    const sb_header *header = &request->headers[i];
    wasi_http_types_field_name_t name = sb_sent(header->name);
    wasi_http_types_field_value_t value = {(uint8_t *)header->value.data, header->value.length};
    wasi_http_types_header_error_t error;
    bool is_text = sb_is_utf8(header->name);
    if (is_text && wasi_http_types_method_fields_append(wasi_http_types_borrow_fields(fields), &name, &value, &error)) {
      continue;
    }
    bool is_forbidden = is_text && error.tag == WASI_HTTP_TYPES_HEADER_ERROR_FORBIDDEN;
    sb_text why = is_forbidden ? SB_TEXT("` is set by the host, so a plugin cannot")
                               : SB_TEXT("` has a name or value that HTTP forbids");
    return (sb_http_failure){SB_HTTP_INVALID_REQUEST, sb_join(SB_TEXT("the header `"), header->name, why)};
  }
  return none;
}

static sb_http_failure make(const sb_request *request, sb_text method_name, const sb_url *url,
                            wasi_http_types_own_outgoing_request_t *outgoing) {
  wasi_http_types_own_fields_t fields = wasi_http_types_constructor_fields();
  sb_http_failure failure = add_headers(request, fields);
  if (failure.error != SB_HTTP_OK) {
    wasi_http_types_fields_drop_own(fields);
    return failure;
  }
  *outgoing = wasi_http_types_constructor_outgoing_request(fields);
  wasi_http_types_borrow_outgoing_request_t self = wasi_http_types_borrow_outgoing_request(*outgoing);
  wasi_http_types_method_t sent_method = method(method_name);
  wasi_http_types_scheme_t scheme = {
      .tag = url->is_https ? WASI_HTTP_TYPES_SCHEME_HTTPS : WASI_HTTP_TYPES_SCHEME_HTTP};
  guest_string_t authority = sb_sent(url->authority);
  guest_string_t path = sb_sent(url->path_and_query);
  bool is_set = wasi_http_types_method_outgoing_request_set_method(self, &sent_method) &&
                wasi_http_types_method_outgoing_request_set_scheme(self, &scheme) &&
                wasi_http_types_method_outgoing_request_set_authority(self, &authority) &&
                wasi_http_types_method_outgoing_request_set_path_with_query(self, &path);
  if (!is_set) {
    wasi_http_types_outgoing_request_drop_own(*outgoing);
    sb_text text = sb_join(SB_TEXT("`"), request->url, SB_TEXT("` is no URL"));
    return (sb_http_failure){SB_HTTP_INVALID_REQUEST, text};
  }
  return none;
}

static wasi_http_types_own_request_options_t options(uint64_t timeout_milliseconds) {
  wasi_http_types_own_request_options_t options = wasi_http_types_constructor_request_options();
  wasi_http_types_borrow_request_options_t self = wasi_http_types_borrow_request_options(options);
  const uint64_t nanoseconds = 1000 * 1000;
  wasi_http_types_duration_t duration =
      timeout_milliseconds > UINT64_MAX / nanoseconds ? UINT64_MAX : timeout_milliseconds * nanoseconds;
  // A host that knows no timeouts has limits of its own.
  (void)wasi_http_types_method_request_options_set_connect_timeout(self, &duration);
  (void)wasi_http_types_method_request_options_set_first_byte_timeout(self, &duration);
  (void)wasi_http_types_method_request_options_set_between_bytes_timeout(self, &duration);
  return options;
}

// Writes the body as far as the host takes it. Why it stopped early is told by the response.
static void write(wasi_http_types_own_outgoing_body_t body, sb_text bytes) {
  wasi_io_streams_own_output_stream_t stream;
  bool is_whole = false;
  if (wasi_http_types_method_outgoing_body_write(wasi_http_types_borrow_outgoing_body(body), &stream)) {
    is_whole = true;
    for (size_t at = 0; at < bytes.length && is_whole; at += WRITE_BYTES) {
      size_t left = bytes.length - at;
      guest_list_u8_t chunk = {(uint8_t *)bytes.data + at, left < WRITE_BYTES ? left : WRITE_BYTES};
      wasi_io_streams_stream_error_t error;
      is_whole = wasi_io_streams_method_output_stream_blocking_write_and_flush(
          wasi_io_streams_borrow_output_stream(stream), &chunk, &error);
      if (!is_whole && error.tag == WASI_IO_STREAMS_STREAM_ERROR_LAST_OPERATION_FAILED) {
        wasi_io_error_error_drop_own(error.val.last_operation_failed);
      }
    }
    wasi_io_streams_output_stream_drop_own(stream);
  }
  wasi_http_types_error_code_t code;
  if (is_whole) {
    (void)wasi_http_types_static_outgoing_body_finish(body, NULL, &code);
  } else {
    wasi_http_types_outgoing_body_drop_own(body);
  }
}

static sb_http_failure broken_off(wasi_io_error_own_error_t error) {
  wasi_http_types_error_code_t code;
  bool is_known = wasi_http_types_http_error_code(wasi_io_error_borrow_error(error), &code);
  wasi_io_error_error_drop_own(error);
  return is_known ? sb_http_failure_of(&code)
                  : (sb_http_failure){SB_HTTP_UNAVAILABLE, SB_TEXT("the response broke off")};
}

static sb_http_failure read_stream(wasi_io_streams_own_input_stream_t stream, size_t max_bytes, sb_text *body) {
  char *bytes = NULL;
  size_t length = 0, capacity = 0;
  for (;;) {
    guest_list_u8_t chunk;
    wasi_io_streams_stream_error_t error;
    if (!wasi_io_streams_method_input_stream_blocking_read(wasi_io_streams_borrow_input_stream(stream), READ_BYTES,
                                                           &chunk, &error)) {
      *body = (sb_text){bytes == NULL ? "" : bytes, length};
      return error.tag == WASI_IO_STREAMS_STREAM_ERROR_CLOSED ? none : broken_off(error.val.last_operation_failed);
    }
    if (chunk.len > max_bytes - length) {
      return sb_http_body_too_large(max_bytes);
    }
    if (chunk.len > capacity - length) {
      capacity = 2 * (length + chunk.len);
      char *grown = sb_alloc(capacity);
      if (length > 0) {
        memcpy(grown, bytes, length);
      }
      bytes = grown;
    }
    if (chunk.len > 0) {
      memcpy(bytes + length, chunk.ptr, chunk.len);
      length += chunk.len;
    }
  }
}

static sb_http_failure read_body(wasi_http_types_borrow_incoming_response_t incoming, size_t max_bytes, sb_text *text) {
  wasi_http_types_own_incoming_body_t body;
  if (!wasi_http_types_method_incoming_response_consume(incoming, &body)) {
    return sb_http_not_wasi();
  }
  sb_http_failure failure = sb_http_not_wasi();
  wasi_io_streams_own_input_stream_t stream;
  if (wasi_http_types_method_incoming_body_stream(wasi_http_types_borrow_incoming_body(body), &stream)) {
    failure = read_stream(stream, max_bytes, text);
    wasi_io_streams_input_stream_drop_own(stream);
  }
  wasi_http_types_incoming_body_drop_own(body);
  return failure;
}

static sb_http_failure receive(wasi_http_types_own_incoming_response_t incoming, size_t max_bytes,
                               sb_response *response) {
  wasi_http_types_borrow_incoming_response_t self = wasi_http_types_borrow_incoming_response(incoming);
  wasi_http_types_own_fields_t fields = wasi_http_types_method_incoming_response_headers(self);
  wasi_http_types_list_tuple2_field_name_field_value_t entries;
  wasi_http_types_method_fields_entries(wasi_http_types_borrow_fields(fields), &entries);
  wasi_http_types_fields_drop_own(fields);
  *response = (sb_response){
      .status = wasi_http_types_method_incoming_response_status(self),
      // A header is two texts, on both sides.
      .headers = (const sb_header *)(const void *)entries.ptr,
      .header_count = entries.len,
  };
  sb_http_failure failure = read_body(self, max_bytes, &response->body);
  wasi_http_types_incoming_response_drop_own(incoming);
  return failure;
}

static sb_http_failure wait(wasi_http_types_own_future_incoming_response_t pending, size_t max_bytes,
                            sb_response *response) {
  wasi_http_types_borrow_future_incoming_response_t self = wasi_http_types_borrow_future_incoming_response(pending);
  wasi_io_poll_own_pollable_t pollable = wasi_http_types_method_future_incoming_response_subscribe(self);
  wasi_io_poll_method_pollable_block(wasi_io_poll_borrow_pollable(pollable));
  wasi_io_poll_pollable_drop_own(pollable);
  wasi_http_types_result_result_own_incoming_response_error_code_void_t result;
  if (!wasi_http_types_method_future_incoming_response_get(self, &result) || result.is_err) {
    return sb_http_not_wasi();
  }
  return result.val.ok.is_err ? sb_http_failure_of(&result.val.ok.val.err)
                              : receive(result.val.ok.val.ok, max_bytes, response);
}

static sb_http_failure send(const sb_request *request, sb_text method_name, const sb_url *url, sb_response *response) {
  wasi_http_types_own_outgoing_request_t outgoing;
  sb_http_failure failure = make(request, method_name, url, &outgoing);
  if (failure.error != SB_HTTP_OK) {
    return failure;
  }
  wasi_http_types_own_outgoing_body_t body;
  bool has_body = request->body.length > 0;
  wasi_http_types_borrow_outgoing_request_t self = wasi_http_types_borrow_outgoing_request(outgoing);
  if (has_body && !wasi_http_types_method_outgoing_request_body(self, &body)) {
    wasi_http_types_outgoing_request_drop_own(outgoing);
    return sb_http_not_wasi();
  }
  wasi_http_types_own_request_options_t chosen;
  bool has_options = request->timeout_milliseconds > 0;
  if (has_options) {
    chosen = options(request->timeout_milliseconds);
  }
  wasi_http_types_own_future_incoming_response_t pending;
  wasi_http_types_error_code_t code;
  if (!wasi_http_outgoing_handler_handle(outgoing, has_options ? &chosen : NULL, &pending, &code)) {
    if (has_body) {
      wasi_http_types_outgoing_body_drop_own(body);
    }
    return sb_http_failure_of(&code);
  }
  // The host takes the body only after it has the request, so it cannot be written earlier.
  if (has_body) {
    write(body, request->body);
  }
  failure = wait(pending, request->max_body_bytes > 0 ? request->max_body_bytes : SB_MAX_BODY_BYTES, response);
  wasi_http_types_future_incoming_response_drop_own(pending);
  return failure;
}

sb_result sb_send(sb_call *call, const sb_request *request, sb_response *response) {
  sb_url url;
  *response = (sb_response){.error = SB_HTTP_INVALID_REQUEST};
  sb_text defect = sb_is_utf8(request->url) ? sb_url_parse(request->url, &url) : SB_TEXT("the URL is no UTF-8");
  if (sb_is_there(defect)) {
    return sb_failed(call, sb_join(sb_http_class(SB_HTTP_INVALID_REQUEST), defect));
  }
  sb_text name = sb_is_there(request->method) ? request->method : SB_TEXT("GET");
  sb_http_failure failure = sb_is_utf8(name)
                                ? send(request, name, &url, response)
                                : (sb_http_failure){SB_HTTP_INVALID_REQUEST, SB_TEXT("the method is no UTF-8")};
  if (failure.error == SB_HTTP_OK) {
    return SB_OK;
  }
  *response = (sb_response){.error = failure.error};
  return sb_failed(call, sb_join(sb_http_class(failure.error), name, SB_TEXT(" "), sb_url_name(&url), SB_TEXT(": "),
                                 failure.text));
}

static bool is_same_name(sb_text left, sb_text right) {
  if (left.length != right.length) {
    return false;
  }
  for (size_t i = 0; i < left.length; i++) {
    char a = left.data[i], b = right.data[i];
    char lower_a = a >= 'A' && a <= 'Z' ? (char)(a | 0x20) : a;
    char lower_b = b >= 'A' && b <= 'Z' ? (char)(b | 0x20) : b;
    if (lower_a != lower_b) {
      return false;
    }
  }
  return true;
}

sb_text sb_response_header_of(const sb_response *response, sb_text name) {
  for (size_t i = 0; i < response->header_count; i++) {
    if (is_same_name(response->headers[i].name, name)) {
      return response->headers[i].value;
    }
  }
  return SB_NO_TEXT;
}

sb_result sb_response_text(sb_call *call, const sb_response *response, sb_text *text) {
  if (!sb_is_utf8(response->body)) {
    return sb_failed(call, "http: invalid reply: the body is no UTF-8");
  }
  *text = response->body;
  return SB_OK;
}

#endif
