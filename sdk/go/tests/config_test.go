package tests

import (
	"fmt"
	"strings"
	"testing"

	scorebox "scorebox.dev/sdk"
	"scorebox.dev/sdk/internal/jsons"
	"scorebox.dev/sdk/llm"
	"scorebox.dev/sdk/scoreboxtest"
)

type config struct {
	Trim    bool          `json:"trim" default:"true" doc:"Whether white space counts."`
	Level   float64       `json:"level" default:"0.5" minimum:"0" maximum:"1"`
	Style   string        `json:"style" enum:"short,long" default:"short"`
	Model   llm.ModelName `json:"model" default:"judge"`
	Needed  string        `json:"needed" minLength:"1"`
	Words   []string      `json:"words,omitzero"`
	Limit   *uint         `json:"limit"`
	Nested  point         `json:"nested,omitempty"`
	Any     any           `json:"any,omitzero"`
	ignored int
}

func TestAStructSaysItsSchema(t *testing.T) {
	schema, _ := scoreboxtest.ConfigSchema("configured")
	var got, wanted any
	if err := jsons.Unmarshal(schema, &got); err != nil {
		t.Fatal(err)
	}
	if err := jsons.Unmarshal(`{
		"type": "object",
		"properties": {
			"trim": {"type": "boolean", "default": true, "description": "Whether white space counts."},
			"level": {"type": "number", "default": 0.5, "minimum": 0, "maximum": 1},
			"style": {"type": "string", "enum": ["short", "long"], "default": "short"},
			"model": {"type": "string", "format": "scorebox-model", "minLength": 1, "default": "judge"},
			"needed": {"type": "string", "minLength": 1},
			"words": {"type": "array", "items": {"type": "string"}},
			"limit": {"type": "integer", "minimum": 0},
			"nested": {
				"type": "object", "properties": {"x": {"type": "integer"}}, "required": ["x"],
				"additionalProperties": false
			},
			"any": {}
		},
		"required": ["needed"],
		"additionalProperties": false
	}`, &wanted); err != nil {
		t.Fatal(err)
	}
	equal(t, fmt.Sprint(got), fmt.Sprint(wanted))
}

func TestAScorerWithoutConfigTakesNone(t *testing.T) {
	schema, _ := scoreboxtest.ConfigSchema("none")
	equal(t, schema, `{"type":"object","additionalProperties":false}`)
	schema, _ = scoreboxtest.ConfigSchema("predictor")
	equal(t, schema, `{"type":"object","additionalProperties":false}`)
}

func TestWhatTheUserLeftOutHasItsDefault(t *testing.T) {
	var read config
	score = func(call *scorebox.Call) (any, error) {
		equal(t, call.RawConfig(), scorebox.RawJSON(`{"needed": "n", "level": 0}`))
		return true, call.Config(&read)
	}
	if _, err := scoreboxtest.Score("configured", `{"needed": "n", "level": 0}`, scoreboxtest.Example{}); err != nil {
		t.Fatal(err)
	}
	equal(t, fmt.Sprint(read), fmt.Sprint(config{Trim: true, Style: "short", Model: "judge", Needed: "n"}))
}

func TestAConfigWithoutGapsIsReadAsItIs(t *testing.T) {
	const whole = `{"trim": false, "level": 1, "style": "long", "model": "other", "needed": "n"}`
	for range 2 {
		var read config
		score = func(call *scorebox.Call) (any, error) { return true, call.Config(&read) }
		if _, err := scoreboxtest.Score("configured", whole, scoreboxtest.Example{}); err != nil {
			t.Fatal(err)
		}
		equal(t, fmt.Sprint(read), fmt.Sprint(config{Level: 1, Style: "long", Model: "other", Needed: "n"}))
	}
}

func TestAConfigOfAnotherFormIsInvalid(t *testing.T) {
	score = func(call *scorebox.Call) (any, error) { return true, call.Config(new(config)) }
	_, err := scoreboxtest.Score("configured", `{"trim": "yes"}`, scoreboxtest.Example{})
	if err == nil || !strings.HasPrefix(err.Error(), "invalid config: ") || !strings.Contains(err.Error(), "trim") {
		t.Error(err)
	}
}
