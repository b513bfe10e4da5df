package http

// ErrorKind says what kind of [Error] it is.
type ErrorKind uint8

const (
	// Denied is what the operator did not grant. The host says on the row which rule, and how to grant it.
	Denied ErrorKind = iota
	// InvalidRequest is a request that is wrong itself: a URL that is none, a header that cannot be sent.
	InvalidRequest
	// Unavailable is a peer that could not be reached, or broke the protocol.
	Unavailable
	// Timeout is a deadline that passed.
	Timeout
	// BodyTooLarge is a response whose body is larger than the host or the request allows.
	BodyTooLarge
	// TooManyRedirects is a response that leads on to another place more often than the request allows.
	TooManyRedirects
	// InvalidReply is a response whose body is not what it was read as.
	InvalidReply
)

// Error is why there is no response, or none of the wanted form. The text names the request.
type Error struct {
	Kind ErrorKind
	Text string
}

// Error answers the text, with the kind before it.
func (err *Error) Error() string {
	kind := [...]string{
		"denied", "invalid request", "unavailable", "timeout", "body too large", "too many redirects", "invalid reply",
	}[err.Kind]
	return "http: " + kind + ": " + err.Text
}

// about is the error with the request that it is about before its text.
func about(err error, request string) error {
	if known, is := err.(*Error); is {
		return &Error{known.Kind, request + ": " + known.Text}
	}
	return &Error{Unavailable, request + ": " + err.Error()}
}
