package scorebox

import (
	"encoding/json/v2"
	"fmt"
	"math"
	"reflect"
	"unicode/utf8"

	"scorebox.dev/sdk/internal/jsons"
)

// Feedback is one thing that a scorer has to say about an example.
type Feedback struct {
	// Name tells several feedbacks of one scorer apart; empty stands for the scorer's own name.
	Name string
	// Value is the verdict: a bool, an integer, a float, a text, or anything else, which becomes JSON. The host refuses
	// NaN and the infinities: a score that cannot be computed is an error.
	Value any
	// Rationale says why, for a person to read.
	Rationale string
	// Metadata has details for programs to read: a map or a struct, or RawJSON of an object.
	Metadata any
	// SpanID is the span of the example's trace that this is about; empty means the whole example.
	SpanID string
}

// said is a feedback as the contract has it.
type said struct {
	name, rationale, metadata, spanID *string
	value                             any // bool, int64, float64, string or RawJSON
}

// feedbackOf turns what a scorer returned into feedback.
func feedbackOf(returned any) ([]said, error) {
	switch returned := returned.(type) {
	case Feedback:
		one, err := returned.said()
		return []said{one}, err
	case *Feedback:
		if returned == nil {
			return nil, Failed("the scorer returned a nil *Feedback and no error")
		}
		one, err := returned.said()
		return []said{one}, err
	case []Feedback:
		all := make([]said, 0, len(returned))
		for _, feedback := range returned {
			one, err := feedback.said()
			if err != nil {
				return nil, err
			}
			all = append(all, one)
		}
		return all, nil
	default:
		one, err := Feedback{Value: returned}.said()
		return []said{one}, err
	}
}

func (feedback Feedback) said() (said, error) {
	value, err := valueOf(feedback.Value)
	if err != nil {
		return said{}, err
	}
	result := said{value: value}
	for _, part := range []struct {
		text string
		what string
		into **string
	}{
		{feedback.Name, "the name", &result.name},
		{feedback.Rationale, "the rationale", &result.rationale},
		{feedback.SpanID, "the span's id", &result.spanID},
	} {
		if err := checkText(part.text, part.what); err != nil {
			return said{}, err
		}
		if part.text != "" {
			*part.into = &part.text
		}
	}
	if feedback.Metadata != nil {
		metadata, err := jsonOf(feedback.Metadata, "the metadata")
		if err != nil {
			return said{}, err
		}
		result.metadata = &metadata
	}
	return result, nil
}

// valueOf is a plain value as the contract has it: bool, int64, float64, string or RawJSON.
func valueOf(value any) (any, error) {
	switch value := value.(type) {
	case nil:
		return RawJSON("null"), nil
	case RawJSON:
		return value, checkText(string(value), "the value")
	case json.Marshaler, json.MarshalerTo:
		text, err := jsonOf(value, "the value")
		return RawJSON(text), err
	}
	switch reflected := reflect.ValueOf(value); reflected.Kind() {
	case reflect.Bool:
		return reflected.Bool(), nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return reflected.Int(), nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		if reflected.Uint() > math.MaxInt64 {
			return RawJSON(fmt.Sprint(reflected.Uint())), nil
		}
		return int64(reflected.Uint()), nil
	case reflect.Float32, reflect.Float64:
		return reflected.Float(), nil
	case reflect.String:
		return reflected.String(), checkText(reflected.String(), "the value")
	case reflect.Pointer:
		if reflected.IsNil() {
			return RawJSON("null"), nil
		}
		return valueOf(reflected.Elem().Interface())
	default:
		text, err := jsonOf(value, "the value")
		return RawJSON(text), err
	}
}

// jsonOf is the JSON of a value; RawJSON as it is, for the host to check.
func jsonOf(value any, what string) (string, error) {
	if raw, is := value.(RawJSON); is {
		return string(raw), checkText(string(raw), what)
	}
	text, err := jsons.Marshal(value)
	if err != nil {
		return "", Failed(what + " has no JSON form: " + err.Error())
	}
	return text, nil
}

// checkText sees to it that no text leaves the plugin that the host would have to refuse without knowing whose it is.
func checkText(text, what string) error {
	if utf8.ValidString(text) {
		return nil
	}
	return Failed(what + " holds bytes that are no UTF-8, which is no Unicode text")
}
