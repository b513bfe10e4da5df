// Package http sends HTTP requests, through the host: it checks every request against the operator's grants, adds the
// secrets, and bounds the bytes.
//
//	reply, err := http.Post("https://app.example/chat").JSON(map[string]any{"question": question}).Send()
//
// A reply of any status is a [Response]. Bodies are whole: nothing is streamed. A plugin that uses this package says
// `imports = ["http"]` in its plugin.toml; net/http of the standard library has no network to use. Natively there is no
// host to send for a test: every request answers a denial, unless a test sets
// [scorebox.dev/sdk/scoreboxtest.AnswerHTTP].
package http

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"scorebox.dev/sdk/internal/jsons"
)

// DefaultMaxBodyBytes is the largest body that is read where the request does not say otherwise: 16 MiB.
const DefaultMaxBodyBytes = 16 << 20

// Header is one header of a request or a response.
type Header struct{ Name, Value string }

// Request is one HTTP request. Make it with [New], [Get], [Post] or [Put].
type Request struct {
	Method string
	// URL is absolute, with http or https.
	URL string
	// Headers are sent as they are. The host sets Host and Content-Length itself and refuses headers that rule the
	// connection.
	Headers []Header
	Body    []byte
	// Timeout is how long to wait for the response; 0 leaves it to the operator.
	Timeout time.Duration
	// MaxBodyBytes is the largest body that is read.
	MaxBodyBytes int
	// MaxRedirects is how many redirects are followed. Without, a redirect is a response like any other.
	MaxRedirects int

	// defect is why the request cannot be sent, where building it showed that already.
	defect string
}

// New is a request without headers and body.
func New(method, url string) *Request {
	return &Request{Method: method, URL: url, MaxBodyBytes: DefaultMaxBodyBytes}
}

// Get is a GET request.
func Get(url string) *Request { return New("GET", url) }

// Post is a POST request.
func Post(url string) *Request { return New("POST", url) }

// Put is a PUT request.
func Put(url string) *Request { return New("PUT", url) }

// SetHeader sets a header, in place of one with the same name. A secret does not belong here: the operator's grant can
// add headers that no plugin sees.
func (request *Request) SetHeader(name, value string) *Request {
	var headers []Header
	for _, header := range request.Headers {
		if !strings.EqualFold(header.Name, name) {
			headers = append(headers, header)
		}
	}
	request.Headers = append(headers, Header{name, value})
	return request
}

// SetBody sets the body.
func (request *Request) SetBody(body []byte) *Request {
	request.Body = body
	return request
}

// JSON sets the body to the JSON of a value, and says so in Content-Type unless there is one.
func (request *Request) JSON(value any) *Request {
	text, err := jsons.Marshal(value)
	if err != nil {
		request.defect = "the body has no JSON form: " + err.Error()
	}
	request.Body = []byte(text)
	if _, has := find(request.Headers, "content-type"); !has {
		request.SetHeader("content-type", "application/json")
	}
	return request
}

// Send sends the request and reads the whole response. The error is an [*Error].
//
// Each redirect that is followed is a new request that the host checks. After 301, 302 and 303 it is a GET without the
// body (a HEAD stays one); after 307 and 308 it is the same again. Authorization and Cookie do not go to another
// scheme, host or port.
func (request *Request) Send() (*Response, error) {
	if request.defect != "" {
		return nil, about(&Error{InvalidRequest, request.defect}, request.Method+" "+request.URL)
	}
	return follow(request)
}

// Response is a response of any status.
type Response struct {
	Status  int
	Headers []Header
	Body    []byte
}

// IsSuccess says whether the status is one of 200 to 299.
func (response *Response) IsSuccess() bool { return response.Status >= 200 && response.Status < 300 }

// Header answers the first value of a header, and whether there is one.
func (response *Response) Header(name string) (value string, has bool) {
	return find(response.Headers, name)
}

// Text answers the body as a text.
func (response *Response) Text() (string, error) {
	if !utf8.Valid(response.Body) {
		return "", &Error{InvalidReply, "the body is no UTF-8"}
	}
	return string(response.Body), nil
}

// Decode reads the body as JSON into what a pointer points to.
func (response *Response) Decode(into any) error {
	if err := jsons.Unmarshal(string(response.Body), into); err != nil {
		return &Error{InvalidReply, "the body, of status " + strconv.Itoa(response.Status) + ": " + err.Error()}
	}
	return nil
}

func find(headers []Header, name string) (value string, has bool) {
	for _, header := range headers {
		if strings.EqualFold(header.Name, name) {
			return header.Value, true
		}
	}
	return "", false
}
