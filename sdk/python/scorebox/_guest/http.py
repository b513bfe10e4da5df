"""Sends through `wasi:http`."""

from typing import Any

from componentize_py_types import Err, Ok

from scorebox import http
from scorebox.http._url import Url

try:
    from wit_world.imports import http_types as _wasi
    from wit_world.imports import outgoing_handler as _handler
    from wit_world.imports import streams as _streams
except ImportError:
    raise ImportError('this plugin sends HTTP requests: add imports = ["http"] to plugin.toml') from None

# What the host takes in one call of `blocking-write-and-flush`.
_WRITE_BYTES = 4096
# What is asked of the host in one call of `blocking-read`.
_READ_BYTES = 64 * 1024

_METHODS: dict[str, Any] = {
    "GET": _wasi.Method_Get(),
    "HEAD": _wasi.Method_Head(),
    "POST": _wasi.Method_Post(),
    "PUT": _wasi.Method_Put(),
    "PATCH": _wasi.Method_Patch(),
    "DELETE": _wasi.Method_Delete(),
    "OPTIONS": _wasi.Method_Options(),
}

_DENIED = (_wasi.ErrorCode_HttpRequestDenied, _wasi.ErrorCode_DestinationIpProhibited)
_TIMEOUTS = (
    _wasi.ErrorCode_DnsTimeout,
    _wasi.ErrorCode_ConnectionTimeout,
    _wasi.ErrorCode_ConnectionReadTimeout,
    _wasi.ErrorCode_ConnectionWriteTimeout,
    _wasi.ErrorCode_HttpResponseTimeout,
)
_INVALID = (
    _wasi.ErrorCode_HttpRequestMethodInvalid,
    _wasi.ErrorCode_HttpRequestUriInvalid,
    _wasi.ErrorCode_HttpRequestUriTooLong,
    _wasi.ErrorCode_HttpRequestLengthRequired,
    _wasi.ErrorCode_HttpRequestBodySize,
    _wasi.ErrorCode_HttpRequestHeaderSize,
    _wasi.ErrorCode_HttpRequestHeaderSectionSize,
)
_UNAVAILABLE = {
    _wasi.ErrorCode_DnsError: "there is no such host",
    _wasi.ErrorCode_DestinationNotFound: "there is no such host",
    _wasi.ErrorCode_ConnectionRefused: "the connection is refused",
    _wasi.ErrorCode_ConnectionTerminated: "the response broke off",
    _wasi.ErrorCode_HttpResponseIncomplete: "the response broke off",
    _wasi.ErrorCode_TlsProtocolError: "there is no secure connection",
    _wasi.ErrorCode_TlsCertificateError: "there is no secure connection",
    _wasi.ErrorCode_TlsAlertReceived: "there is no secure connection",
}


def send(request: http.Request, url: Url) -> http.Response:
    """Sends one request."""
    outgoing = _outgoing(request, url)
    try:
        body = outgoing.body() if request.body else None
        pending = _handler.handle(outgoing, _options(request.timeout))
    except Err as error:
        raise _failure(error.value) from None
    # The host takes the body only after it has the request, so it cannot be written earlier.
    if body is not None:
        _write(body, request.body)
    with pending.subscribe() as ready:
        ready.block()
    answer = pending.get()
    if not isinstance(answer, Ok):
        raise http.Unavailable("the host does not follow wasi:http")
    if isinstance(answer.value, Err):
        raise _failure(answer.value.value)
    # Closed from the inside to the outside, as the host asks for it.
    with answer.value.value as incoming:
        return _received(incoming, request.max_body_bytes)


def _outgoing(request: http.Request, url: Url) -> _wasi.OutgoingRequest:
    headers = _wasi.Fields()
    for name, value in request.headers:
        try:
            headers.append(name, value.encode())
        except Err as error:
            is_forbidden = isinstance(error.value, _wasi.HeaderError_Forbidden)
            why = "is set by the host, so a plugin cannot" if is_forbidden else "has a name or value that HTTP forbids"
            raise http.InvalidRequest(f"the header `{name}` {why}") from None
    outgoing = _wasi.OutgoingRequest(headers)
    try:
        outgoing.set_method(_METHODS[request.method])
        outgoing.set_scheme(_wasi.Scheme_Https() if url.scheme == "https" else _wasi.Scheme_Http())
        outgoing.set_authority(url.authority)
        outgoing.set_path_with_query(url.path_and_query)
    except Err:
        raise http.InvalidRequest(f"`{url}` is no URL") from None
    return outgoing


def _options(timeout: float | None) -> _wasi.RequestOptions | None:
    if timeout is None:
        return None
    options = _wasi.RequestOptions()
    nanoseconds = min(max(int(timeout * 1e9), 0), 2**64 - 1)
    try:
        options.set_connect_timeout(nanoseconds)
        options.set_first_byte_timeout(nanoseconds)
        options.set_between_bytes_timeout(nanoseconds)
    except Err:
        raise http.Unavailable("the host knows no timeouts") from None
    return options


def _write(body: _wasi.OutgoingBody, data: bytes) -> None:
    """Writes the body as far as the host takes it. Why it stopped early is told by the response."""
    try:
        with body.write() as stream:
            for start in range(0, len(data), _WRITE_BYTES):
                stream.blocking_write_and_flush(data[start : start + _WRITE_BYTES])
        _wasi.OutgoingBody.finish(body, None)
    except Err:
        return


def _received(incoming: _wasi.IncomingResponse, max_body_bytes: int) -> http.Response:
    with incoming.headers() as fields:
        headers = [(name, value.decode(errors="replace")) for name, value in fields.entries()]
    with incoming.consume() as body, body.stream() as stream:
        return http.Response(incoming.status(), _read(stream, max_body_bytes), headers)


def _read(stream: _streams.InputStream, max_body_bytes: int) -> bytes:
    received = bytearray()
    while True:
        try:
            chunk = stream.blocking_read(_READ_BYTES)
        except Err as error:
            if isinstance(error.value, _streams.StreamError_Closed):
                return bytes(received)
            code = _wasi.http_error_code(error.value.value)
            raise (http.Unavailable("the response broke off") if code is None else _failure(code)) from None
        received += chunk
        if len(received) > max_body_bytes:
            raise http.BodyTooLarge(f"more than {max_body_bytes} bytes")


def _failure(code: Any) -> http.HttpError:
    if isinstance(code, _DENIED):
        return http.Denied("the host refuses it, and says why on the row")
    if isinstance(code, _TIMEOUTS):
        return http.Timeout("no response in time")
    if isinstance(code, _INVALID):
        return http.InvalidRequest("the host cannot send it, and says why on the row")
    if isinstance(code, _wasi.ErrorCode_HttpResponseBodySize):
        return http.BodyTooLarge("more than the host allows" if code.value is None else f"more than {code.value} bytes")
    if isinstance(code, _wasi.ErrorCode_InternalError) and code.value is not None:
        return http.Unavailable(code.value)
    reason = _UNAVAILABLE.get(type(code))
    return http.Unavailable(
        reason or "the peer cannot be reached or breaks the protocol; the host says more on the row"
    )
