package main

import (
	"fmt"
	"strings"

	scorebox "scorebox.dev/sdk"
)

func init() {
	scorebox.Register(scorebox.Scorer{
		Name:     "mentions",
		Summary:  "Whether the output mentions all of the expected facts.",
		Config:   mentionsConfig{},
		Requires: scorebox.Outputs | scorebox.Expectations,
		Returns:  scorebox.Boolean,
		Score:    mentions,
	})
}

func main() {} // Go wants one; a component is called, not run.

type mentionsConfig struct {
	IgnoreCase bool `json:"ignore_case" default:"true" doc:"Whether upper and lower case are the same."`
}

func mentions(call *scorebox.Call) (any, error) {
	var config mentionsConfig
	if err := call.Config(&config); err != nil {
		return nil, err
	}
	answer, err := call.OutputsText()
	if err != nil {
		return nil, err
	}
	expected, err := call.Expectation("expected_facts")
	if err != nil {
		return nil, err
	}
	var facts []string
	if err := expected.Decode(&facts); err != nil {
		return nil, err
	}
	for _, fact := range facts {
		if !contains(answer, fact, config.IgnoreCase) {
			return scorebox.Feedback{Value: false, Rationale: fmt.Sprintf("`%s` is not mentioned", fact)}, nil
		}
	}
	return true, nil
}

func contains(text, part string, ignoreCase bool) bool {
	if ignoreCase {
		text, part = strings.ToLower(text), strings.ToLower(part)
	}
	return strings.Contains(text, part)
}
