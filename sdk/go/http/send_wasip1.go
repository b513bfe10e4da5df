//go:build scorebox_http

package http

import (
	"strconv"
	"strings"
	"time"

	"scorebox.dev/sdk/internal/bindings/wasi_http_outgoing_handler"
	wasi "scorebox.dev/sdk/internal/bindings/wasi_http_types"
	"scorebox.dev/sdk/internal/bindings/wasi_io_streams"
	"scorebox.dev/sdk/internal/wit/types"
)

// writeBytes is what the host takes in one call of blocking-write-and-flush.
const writeBytes = 4096

// readBytes is what is asked of the host in one call of blocking-read.
const readBytes = 64 << 10

func send(request *Request, url address) (*Response, error) {
	outgoing, err := outgoing(request, url)
	if err != nil {
		return nil, err
	}
	var body *wasi.OutgoingBody
	if len(request.Body) > 0 {
		taken := outgoing.Body()
		if taken.IsErr() {
			return nil, notWASI()
		}
		body = taken.Ok()
	}
	options, err := options(request.Timeout)
	if err != nil {
		return nil, err
	}
	handled := wasi_http_outgoing_handler.Handle(outgoing, options)
	if handled.IsErr() {
		return nil, failure(handled.Err())
	}
	pending := handled.Ok()
	defer pending.Drop()
	// The host takes the body only after it has the request, so it cannot be written earlier.
	if body != nil {
		write(body, request.Body)
	}
	ready := pending.Subscribe()
	ready.Block()
	ready.Drop()
	result, is := pending.Get().Get()
	if !is || result.IsErr() {
		return nil, notWASI()
	}
	response := result.Ok()
	if response.IsErr() {
		return nil, failure(response.Err())
	}
	incoming := response.Ok()
	defer incoming.Drop()
	return received(incoming, request.MaxBodyBytes)
}

func outgoing(request *Request, url address) (*wasi.OutgoingRequest, error) {
	headers := wasi.MakeFields()
	for _, header := range request.Headers {
		added := headers.Append(header.Name, []byte(header.Value))
		if !added.IsErr() {
			continue
		}
		why := "has a name or value that HTTP forbids"
		if added.Err().Tag() == wasi.HeaderErrorForbidden {
			why = "is set by the host, so a plugin cannot"
		}
		return nil, &Error{InvalidRequest, "the header `" + header.Name + "` " + why}
	}
	outgoing := wasi.MakeOutgoingRequest(headers)
	scheme := wasi.MakeSchemeHttp()
	if url.scheme == "https" {
		scheme = wasi.MakeSchemeHttps()
	}
	if outgoing.SetMethod(method(request.Method)).IsErr() {
		return nil, &Error{InvalidRequest, "`" + request.Method + "` is no method"}
	}
	if outgoing.SetScheme(types.Some(scheme)).IsErr() ||
		outgoing.SetAuthority(types.Some(url.authority)).IsErr() ||
		outgoing.SetPathWithQuery(types.Some(url.pathAndQuery)).IsErr() {
		return nil, &Error{InvalidRequest, "`" + url.String() + "` is no URL"}
	}
	return outgoing, nil
}

func method(name string) wasi.Method {
	switch name {
	case "GET":
		return wasi.MakeMethodGet()
	case "HEAD":
		return wasi.MakeMethodHead()
	case "POST":
		return wasi.MakeMethodPost()
	case "PUT":
		return wasi.MakeMethodPut()
	case "PATCH":
		return wasi.MakeMethodPatch()
	case "DELETE":
		return wasi.MakeMethodDelete()
	case "OPTIONS":
		return wasi.MakeMethodOptions()
	default:
		return wasi.MakeMethodOther(name)
	}
}

func options(timeout time.Duration) (types.Option[*wasi.RequestOptions], error) {
	if timeout <= 0 {
		return types.None[*wasi.RequestOptions](), nil
	}
	options := wasi.MakeRequestOptions()
	nanoseconds := types.Some(uint64(timeout.Nanoseconds()))
	if options.SetConnectTimeout(nanoseconds).IsErr() ||
		options.SetFirstByteTimeout(nanoseconds).IsErr() ||
		options.SetBetweenBytesTimeout(nanoseconds).IsErr() {
		return types.None[*wasi.RequestOptions](), &Error{Unavailable, "the host knows no timeouts"}
	}
	return types.Some(options), nil
}

// write writes the body as far as the host takes it. Why it stopped early is told by the response.
func write(body *wasi.OutgoingBody, bytes []byte) {
	defer body.Drop() // does nothing once the body is finished
	opened := body.Write()
	if opened.IsErr() {
		return
	}
	stream := opened.Ok()
	defer stream.Drop()
	for len(bytes) > 0 {
		chunk := bytes[:min(len(bytes), writeBytes)]
		written := stream.BlockingWriteAndFlush(chunk)
		if written.IsErr() {
			dropError(written.Err())
			return
		}
		bytes = bytes[len(chunk):]
	}
	stream.Drop()
	wasi.OutgoingBodyFinish(body, types.None[*wasi.Fields]())
}

func received(incoming *wasi.IncomingResponse, maxBodyBytes int) (*Response, error) {
	response := &Response{Status: int(incoming.Status())}
	headers := incoming.Headers()
	for _, entry := range headers.Entries() {
		response.Headers = append(response.Headers, Header{entry.F0, strings.ToValidUTF8(string(entry.F1), "\uFFFD")})
	}
	headers.Drop()
	consumed := incoming.Consume()
	if consumed.IsErr() {
		return nil, notWASI()
	}
	body := consumed.Ok()
	defer body.Drop()
	opened := body.Stream()
	if opened.IsErr() {
		return nil, notWASI()
	}
	stream := opened.Ok()
	defer stream.Drop()
	for {
		read := stream.BlockingRead(readBytes)
		if read.IsErr() {
			return response, readFailure(read.Err())
		}
		chunk := read.Ok()
		if len(chunk) > maxBodyBytes-len(response.Body) {
			return nil, &Error{BodyTooLarge, "more than " + strconv.Itoa(maxBodyBytes) + " bytes"}
		}
		response.Body = append(response.Body, chunk...)
	}
}

// readFailure is nil at the end of a body.
func readFailure(err wasi_io_streams.StreamError) error {
	if err.Tag() == wasi_io_streams.StreamErrorClosed {
		return nil
	}
	cause := err.LastOperationFailed()
	defer cause.Drop()
	code, is := wasi.HttpErrorCode(cause).Get()
	if !is {
		return &Error{Unavailable, "the response broke off"}
	}
	return failure(code)
}

func dropError(err wasi_io_streams.StreamError) {
	if err.Tag() == wasi_io_streams.StreamErrorLastOperationFailed {
		err.LastOperationFailed().Drop()
	}
}
