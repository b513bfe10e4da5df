package scorebox

import "errors"

// ErrorKind says what kind of [Error] it is.
type ErrorKind uint8

const (
	// KindFailed is anything that is of no other kind.
	KindFailed ErrorKind = iota
	// KindInvalidConfig is a config that does not fit, although it satisfies the schema.
	KindInvalidConfig
	// KindMissingField is an example that lacks a field, which the text names by its path.
	KindMissingField
	// KindUnsupported is an example that is well-formed but of a kind that is not handled.
	KindUnsupported
)

// Error is why a call gave no result. The row is recorded as failed with this cause; the run goes on.
//
// Any other error that a function returns becomes one of kind [KindFailed], with its text.
type Error struct {
	Kind ErrorKind
	// Text is the cause for a person to read. For a missing field it is the field's path.
	Text string
}

// Error answers the text, with the kind before it.
func (err *Error) Error() string {
	switch err.Kind {
	case KindInvalidConfig:
		return "invalid config: " + err.Text
	case KindMissingField:
		return "missing field: " + err.Text
	case KindUnsupported:
		return "unsupported: " + err.Text
	default:
		return err.Text
	}
}

// InvalidConfig is the error for a config that does not fit: it says which setting, and what would.
func InvalidConfig(text string) error { return &Error{KindInvalidConfig, text} }

// MissingField is the error for an example that lacks the field at a path, such as `expectations.expected_response`.
func MissingField(path string) error { return &Error{KindMissingField, path} }

// Unsupported is the error for an example of a kind that is not handled.
func Unsupported(text string) error { return &Error{KindUnsupported, text} }

// Failed is the error for anything else that went wrong.
func Failed(text string) error { return &Error{KindFailed, text} }

// asError is the error that the host is told. An [Error] that another error wraps decides about the kind; the text is
// the whole one, except that a missing field stays a path.
func asError(err error) *Error {
	known, is := err.(*Error)
	if is {
		return known
	}
	if errors.As(err, &known) {
		if known.Kind == KindMissingField {
			return known
		}
		return &Error{known.Kind, err.Error()}
	}
	return &Error{KindFailed, err.Error()}
}
