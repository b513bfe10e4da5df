package scorebox

import (
	"bytes"
	"encoding/json/jsontext"
	"io"
	"strings"

	"scorebox.dev/sdk/internal/jsons"
)

// RawJSON is JSON text. As a value, or anywhere in one, it stands for the JSON that it holds rather than for a text.
type RawJSON string

// MarshalJSON answers the text.
func (text RawJSON) MarshalJSON() ([]byte, error) { return []byte(text), nil }

// UnmarshalJSON keeps the text.
func (text *RawJSON) UnmarshalJSON(json []byte) error {
	*text = RawJSON(json)
	return nil
}

// JSON is a JSON value of an example: its text, and the path that errors name it by. Nothing is parsed until a method
// asks for it, and then only what the method needs.
type JSON struct {
	text string
	path string
}

// Raw answers the JSON text, as it is in the dataset.
func (value JSON) Raw() RawJSON { return RawJSON(value.text) }

// Path answers where the value is, such as `expectations.expected_response`.
func (value JSON) Path() string { return value.path }

// IsNull says whether the value is null.
func (value JSON) IsNull() bool { return value.first() == 'n' }

// Text answers the value as a text: the content of a string; the JSON text of a number or a boolean. An object or an
// array is unsupported, null is a missing field.
func (value JSON) Text() (string, error) {
	switch value.first() {
	case '"':
		var text string
		err := value.Decode(&text)
		return text, err
	case '[':
		return "", value.isNoText("an array")
	case '{':
		return "", value.isNoText("an object")
	case 'n':
		return "", MissingField(value.path)
	default:
		text := strings.Trim(value.text, space)
		if !jsontext.Value(text).IsValid() {
			return "", Failed(value.path + ": `" + text + "` is no JSON")
		}
		return text, nil
	}
}

// Decode reads the value into what a pointer points to, as [encoding/json/v2] does. Into an any, an integer that fits
// is read as int64 or, where it is larger, as uint64; every other number as float64.
func (value JSON) Decode(into any) error {
	if err := jsons.Unmarshal(value.text, into); err != nil {
		return Failed(value.path + ": " + err.Error())
	}
	return nil
}

// Value answers the value as a bool, an int64, a uint64, a float64, a string, a []any, a map[string]any, or nil.
func (value JSON) Value() (any, error) {
	var tree any
	err := value.Decode(&tree)
	return tree, err
}

// Get answers the value of a key. A value that is not an object has no keys; one that is missing or null is a missing
// field.
func (value JSON) Get(key string) (JSON, error) {
	found, has, err := value.Find(key)
	if err == nil && !has {
		err = MissingField(value.path + "." + key)
	}
	return found, err
}

// Find answers the value of a key, and whether it is there and not null.
func (value JSON) Find(key string) (found JSON, has bool, err error) {
	if value.first() != '{' {
		return JSON{}, false, nil
	}
	text, has, err := member(value.text, key)
	if err != nil {
		return JSON{}, false, Failed(value.path + ": " + err.Error())
	}
	found = JSON{text, value.path + "." + key}
	return found, has && !found.IsNull(), nil
}

// space is what may stand around a JSON value.
const space = " \t\r\n"

// first is the first character, which tells what the value is.
func (value JSON) first() byte {
	text := strings.TrimLeft(value.text, space)
	if text == "" {
		return 0
	}
	return text[0]
}

func (value JSON) isNoText(kind string) error {
	return Unsupported(value.path + ": expected a text, found " + kind)
}

// member is the text of a member of an object; the last one, where the object has several of the name.
func member(object, name string) (text string, has bool, err error) {
	decoder := jsontext.NewDecoder(bytes.NewBufferString(object), jsontext.AllowDuplicateNames(true))
	if _, err := decoder.ReadToken(); err != nil {
		return "", false, err
	}
	for decoder.PeekKind() == '"' {
		key, err := decoder.ReadToken()
		if err != nil {
			return "", false, err
		}
		if key.String() != name {
			if err := decoder.SkipValue(); err != nil {
				return "", false, err
			}
			continue
		}
		value, err := decoder.ReadValue()
		if err != nil {
			return "", false, err
		}
		text, has = string(value), true
	}
	if _, err := decoder.ReadToken(); err != nil {
		return "", false, err
	}
	if _, err := decoder.ReadToken(); err != io.EOF {
		return "", false, Failed("something stands after the object")
	}
	return text, has, nil
}
