//go:build !wasip1

// Package scoreboxtest runs natively, in `go test`, what the host runs in the sandbox: by name, configs as JSON, with
// the fields that the scorer asks for and no others.
//
//	func TestWhiteSpaceCanBeIgnored(t *testing.T) {
//		example := scoreboxtest.Example{
//			Outputs:      "Paris\n",
//			Expectations: map[string]any{"expected_response": "Paris"},
//		}
//		feedback, err := scoreboxtest.Score("exact_match", `{"trim": true}`, example)
//		if err != nil || feedback[0].Value != true {
//			t.Errorf("got %v, %v", feedback, err)
//		}
//	}
//
// A config is not checked against its schema here; `scorebox plugin test` does that.
package scoreboxtest

import (
	"maps"
	"slices"
	"testing"

	scorebox "scorebox.dev/sdk"
	"scorebox.dev/sdk/http"
	"scorebox.dev/sdk/internal/jsons"
	"scorebox.dev/sdk/internal/native"
	"scorebox.dev/sdk/llm"
)

// Example is one row of a dataset. A field that is nil is missing; scorebox.RawJSON("null") is null.
type Example struct {
	ID                                   string
	Inputs, Outputs, Expectations, Trace any
	Tags                                 map[string]string
}

// Feedback is what a scorer said.
type Feedback struct {
	// Name is empty for the scorer's own name.
	Name string
	// Value is a bool, an int64, a float64, a string, or, for anything else, a [scorebox.RawJSON].
	Value     any
	Rationale string
	// Metadata is nil where there is none.
	Metadata map[string]any
	SpanID   string
}

// Score scores one example. The config is JSON text, a value that has a JSON form, or nil for an empty one. An error is
// a [*scorebox.Error].
func Score(scorer string, config any, example Example) ([]Feedback, error) {
	return received(native.Score(scorer, configText(config), sent(example)))
}

// ScoreSession scores one conversation, given its turns in order.
func ScoreSession(scorer string, config any, turns []Example) ([]Feedback, error) {
	all := make([]native.Example, 0, len(turns))
	for _, turn := range turns {
		all = append(all, sent(turn))
	}
	return received(native.ScoreSession(scorer, configText(config), all))
}

// Predict answers inputs; see [scorebox.JSON.Value] for the types of what it answers.
func Predict(predictor string, config, inputs any) (outputs any, err error) {
	text, err := native.Predict(predictor, configText(config), jsonText(inputs))
	if err != nil {
		return nil, err
	}
	return outputs, jsons.Unmarshal(text, &outputs)
}

// ConfigSchema answers the JSON Schema of a scorer's or predict function's config, as the host sees it.
func ConfigSchema(function string) (schema string, has bool) { return native.ConfigSchema(function) }

// AnswerModels lets a function play the models until the test ends.
func AnswerModels(t testing.TB, answer func(llm.Request) (*llm.Response, error)) {
	native.Models = answer
	t.Cleanup(func() { native.Models = nil })
}

// AnswerEmbeddings lets a function play the models that embed texts until the test ends.
func AnswerEmbeddings(t testing.TB, answer func(model string, texts []string) (*llm.Embeddings, error)) {
	native.Embedders = answer
	t.Cleanup(func() { native.Embedders = nil })
}

// AnswerHTTP lets a function play the network until the test ends.
func AnswerHTTP(t testing.TB, answer func(*http.Request) (*http.Response, error)) {
	native.HTTP = answer
	t.Cleanup(func() { native.HTTP = nil })
}

func sent(example Example) native.Example {
	sent := native.Example{ID: example.ID}
	for _, field := range []struct {
		value any
		into  **string
	}{
		{example.Inputs, &sent.Inputs},
		{example.Outputs, &sent.Outputs},
		{example.Expectations, &sent.Expectations},
		{example.Trace, &sent.Trace},
	} {
		if field.value != nil {
			*field.into = new(jsonText(field.value))
		}
	}
	for _, key := range slices.Sorted(maps.Keys(example.Tags)) {
		sent.Tags = append(sent.Tags, [2]string{key, example.Tags[key]})
	}
	return sent
}

func received(all []native.Feedback, err error) ([]Feedback, error) {
	if err != nil {
		return nil, err
	}
	feedback := make([]Feedback, 0, len(all))
	for _, one := range all {
		received := Feedback{
			Name: text(one.Name), Value: one.Value, Rationale: text(one.Rationale), SpanID: text(one.SpanID),
		}
		if one.Metadata != nil {
			if err := jsons.Unmarshal(*one.Metadata, &received.Metadata); err != nil {
				return nil, scorebox.Failed("the metadata is no JSON object: " + err.Error())
			}
		}
		feedback = append(feedback, received)
	}
	return feedback, nil
}

func text(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}

func configText(config any) string {
	switch config := config.(type) {
	case nil:
		return "{}"
	case string:
		return config
	default:
		return jsonText(config)
	}
}

// jsonText panics on a value that has no JSON form: the test is wrong then. RawJSON may be wrong on purpose.
func jsonText(value any) string {
	if raw, is := value.(scorebox.RawJSON); is {
		return string(raw)
	}
	text, err := jsons.Marshal(value)
	if err != nil {
		panic("scoreboxtest: " + err.Error())
	}
	return text
}
