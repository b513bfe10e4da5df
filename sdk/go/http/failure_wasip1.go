//go:build scorebox_http

package http

import (
	"strconv"

	wasi "scorebox.dev/sdk/internal/bindings/wasi_http_types"
)

// failure is an error code of wasi:http in words.
func failure(code wasi.ErrorCode) error {
	switch code.Tag() {
	case wasi.ErrorCodeHttpRequestDenied, wasi.ErrorCodeDestinationIpProhibited:
		return &Error{Denied, "the host refuses it, and says why on the row"}
	case wasi.ErrorCodeDnsTimeout, wasi.ErrorCodeConnectionTimeout, wasi.ErrorCodeConnectionReadTimeout,
		wasi.ErrorCodeConnectionWriteTimeout, wasi.ErrorCodeHttpResponseTimeout:
		return &Error{Timeout, "no response in time"}
	case wasi.ErrorCodeHttpResponseBodySize:
		if limit, is := code.HttpResponseBodySize().Get(); is {
			return &Error{BodyTooLarge, "more than " + strconv.FormatUint(limit, 10) + " bytes"}
		}
		return &Error{BodyTooLarge, "more than the host allows"}
	case wasi.ErrorCodeHttpRequestMethodInvalid, wasi.ErrorCodeHttpRequestUriInvalid,
		wasi.ErrorCodeHttpRequestUriTooLong, wasi.ErrorCodeHttpRequestLengthRequired,
		wasi.ErrorCodeHttpRequestBodySize, wasi.ErrorCodeHttpRequestHeaderSize,
		wasi.ErrorCodeHttpRequestHeaderSectionSize:
		return &Error{InvalidRequest, "the host cannot send it, and says why on the row"}
	case wasi.ErrorCodeDnsError, wasi.ErrorCodeDestinationNotFound:
		return &Error{Unavailable, "there is no such host"}
	case wasi.ErrorCodeConnectionRefused:
		return &Error{Unavailable, "the connection is refused"}
	case wasi.ErrorCodeConnectionTerminated, wasi.ErrorCodeHttpResponseIncomplete:
		return &Error{Unavailable, "the response broke off"}
	case wasi.ErrorCodeTlsProtocolError, wasi.ErrorCodeTlsCertificateError, wasi.ErrorCodeTlsAlertReceived:
		return &Error{Unavailable, "there is no secure connection"}
	case wasi.ErrorCodeInternalError:
		if text, is := code.InternalError().Get(); is {
			return &Error{Unavailable, text}
		}
	}
	return &Error{
		Unavailable, "the peer cannot be reached or breaks the protocol; the host says more on the row",
	}
}

// notWASI is a failure that wasi:http has, but that this order of calls does not provoke.
func notWASI() error { return &Error{Unavailable, "the host does not follow wasi:http"} }
