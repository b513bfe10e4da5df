// The reference plugin in Go: what the conformance suite calls, and compares with the same plugin in other languages.
package main

import (
	"strings"

	scorebox "scorebox.dev/sdk"
	"scorebox.dev/sdk/llm"
)

func init() {
	scorebox.Register(
		scorebox.Scorer{
			Name:     "exact_match",
			Summary:  "Whether the output is exactly the expected response.",
			Config:   exactMatchConfig{},
			Requires: scorebox.Outputs | scorebox.Expectations,
			Returns:  scorebox.Boolean,
			Score:    exactMatch,
		},
		scorebox.Scorer{
			Name:    "echo",
			Summary: "What the scorer was sent.",
			Config:  anyConfig,
			Uses:    scorebox.AllFields,
			Returns: scorebox.AnyJSON,
			Score:   echo,
		},
		scorebox.Scorer{
			Name:         "kinds",
			Summary:      "A value of each kind.",
			Config:       kindsConfig{},
			NeedsNoField: true,
			Returns:      scorebox.Varies,
			Score:        kinds,
		},
		scorebox.Scorer{
			Name:         "several",
			Summary:      "Several feedbacks at once.",
			Config:       severalConfig{},
			NeedsNoField: true,
			Returns:      scorebox.Integer,
			Aggregations: []scorebox.Aggregation{scorebox.Mean, scorebox.Max},
			Score:        several,
		},
		scorebox.Scorer{
			Name:         "fails",
			Summary:      "Fails as told.",
			Config:       failsConfig{},
			NeedsNoField: true,
			Returns:      scorebox.Boolean,
			Score:        fails,
		},
		scorebox.Scorer{
			Name:    "texts",
			Summary: "Reads texts of the example.",
			Config:  textsConfig{},
			Uses:    scorebox.Inputs | scorebox.Outputs | scorebox.Expectations,
			Returns: scorebox.AnyJSON,
			Score:   texts,
		},
		scorebox.Scorer{
			Name:     "judge",
			Summary:  "Asks a model once.",
			Config:   judgeConfig{},
			Requires: scorebox.Outputs,
			Returns:  scorebox.Text,
			Score:    judge,
		},
		scorebox.Scorer{
			Name:         "judges",
			Summary:      "Asks a model several times at once.",
			Config:       judgesConfig{},
			NeedsNoField: true,
			Returns:      scorebox.AnyJSON,
			Score:        judges,
		},
		scorebox.Scorer{
			Name:         "embeds",
			Summary:      "Embeds texts.",
			Config:       embedsConfig{},
			NeedsNoField: true,
			Returns:      scorebox.AnyJSON,
			Score:        embeds,
		},
		scorebox.Scorer{
			Name:         "fetches",
			Summary:      "Sends an HTTP request.",
			Config:       fetchesConfig{},
			NeedsNoField: true,
			Returns:      scorebox.AnyJSON,
			Score:        fetches,
		},
		scorebox.Scorer{
			Name:         "spans",
			Summary:      "Records spans.",
			Config:       anyConfig,
			NeedsNoField: true,
			Returns:      scorebox.Boolean,
			Score:        spans,
		},
		scorebox.Scorer{
			Name:         "logs",
			Summary:      "Writes log messages.",
			Config:       anyConfig,
			NeedsNoField: true,
			Returns:      scorebox.Boolean,
			Score:        logs,
		},
		scorebox.Scorer{
			Name:         "turns",
			Summary:      "Counts the turns of a conversation.",
			Config:       anyConfig,
			Requires:     scorebox.Inputs,
			Uses:         scorebox.Outputs,
			Returns:      scorebox.Integer,
			ScoreSession: turns,
		},
		scorebox.Predictor{
			Name:    "echo",
			Summary: "The inputs as they came.",
			Config:  anyConfig,
			Predict: echoInputs,
		},
		scorebox.Predictor{
			Name:    "fails",
			Summary: "Fails as told.",
			Config:  failsConfig{},
			Predict: failPrediction,
		},
		scorebox.Predictor{
			Name:    "spans",
			Summary: "Records spans.",
			Config:  anyConfig,
			Predict: predictWithSpans,
		},
	)
}

func main() {}

const anyConfig = scorebox.Schema(`{"type":"object"}`)

type exactMatchConfig struct {
	Trim bool `json:"trim" default:"false" doc:"Whether white space around the texts is ignored."`
}

func exactMatch(call *scorebox.Call) (any, error) {
	var config exactMatchConfig
	if err := call.Config(&config); err != nil {
		return nil, err
	}
	answer, err := call.OutputsText()
	if err != nil {
		return nil, err
	}
	expected, err := call.ExpectationText("expected_response")
	if err != nil {
		return nil, err
	}
	const space = " \t\n\f\r"
	if answer == expected || config.Trim && strings.Trim(answer, space) == strings.Trim(expected, space) {
		return true, nil
	}
	return scorebox.Feedback{Value: false, Rationale: "expected `" + expected + "`"}, nil
}

func echo(call *scorebox.Call) (any, error) {
	var config any
	if err := call.Config(&config); err != nil {
		return nil, err
	}
	tags := map[string]string{}
	for _, tag := range call.Tags() {
		tags[tag.Key] = tag.Value
	}
	echoed := map[string]any{"id": call.ID(), "tags": tags, "config": config}
	for _, field := range []struct {
		name string
		flag scorebox.Fields
		read func() (scorebox.JSON, error)
	}{
		{"inputs", scorebox.Inputs, call.Inputs},
		{"outputs", scorebox.Outputs, call.Outputs},
		{"expectations", scorebox.Expectations, call.Expectations},
		{"trace", scorebox.Trace, call.Trace},
	} {
		if !call.Has(field.flag) {
			continue
		}
		value, err := field.read()
		if err != nil {
			return nil, err
		}
		if echoed[field.name], err = value.Value(); err != nil {
			return nil, err
		}
	}
	return echoed, nil
}

type kindsConfig struct {
	Value any `json:"value"`
}

func kinds(call *scorebox.Call) (any, error) {
	var config kindsConfig
	err := call.Config(&config)
	return config.Value, err
}

type severalConfig struct {
	Count uint64 `json:"count"`
}

type textsConfig struct {
	Input       *string `json:"input"`
	Expectation *string `json:"expectation"`
}

func texts(call *scorebox.Call) (any, error) {
	var config textsConfig
	if err := call.Config(&config); err != nil {
		return nil, err
	}
	outputs, err := call.OutputsText()
	if err != nil {
		return nil, err
	}
	read := map[string]string{"outputs": outputs}
	if config.Input != nil {
		if read["input"], err = call.InputText(*config.Input); err != nil {
			return nil, err
		}
	}
	if config.Expectation != nil {
		if read["expectation"], err = call.ExpectationText(*config.Expectation); err != nil {
			return nil, err
		}
	}
	return read, nil
}

func turns(session *scorebox.Session) (any, error) {
	ids := []string{}
	for _, turn := range session.Turns {
		ids = append(ids, turn.ID())
	}
	return scorebox.Feedback{Value: len(session.Turns), Metadata: map[string]any{"ids": ids}}, nil
}

func echoInputs(call *scorebox.PredictCall) (any, error) {
	var config any
	if err := call.Config(&config); err != nil {
		return nil, err
	}
	inputs, err := call.Inputs().Value()
	return map[string]any{"config": config, "inputs": inputs}, err
}

type judgeConfig struct {
	Model string `json:"model"`
}

func judge(call *scorebox.Call) (any, error) {
	var config judgeConfig
	if err := call.Config(&config); err != nil {
		return nil, err
	}
	outputs, err := call.OutputsText()
	if err != nil {
		return nil, err
	}
	reply, err := llm.Request{
		Model:       config.Model,
		Messages:    []llm.Message{llm.System("Answer with one word."), llm.User(outputs)},
		Temperature: new(0.0),
		MaxTokens:   new(uint32(64)),
		Seed:        new(uint64(7)),
		ResponseSchema: `{"type":"object","properties":{"word":{"type":"string"}},` +
			`"required":["word"]}`,
	}.Complete()
	if err != nil {
		return nil, err
	}
	return scorebox.Feedback{
		Value:     reply.Text,
		Rationale: reply.FinishReason.String(),
		Metadata: map[string]any{
			"model":         reply.Model,
			"input_tokens":  reply.Usage.InputTokens,
			"output_tokens": reply.Usage.OutputTokens,
		},
	}, nil
}
