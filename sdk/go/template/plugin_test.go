package main

import (
	"testing"

	"scorebox.dev/sdk/scoreboxtest"
)

var example = scoreboxtest.Example{
	Outputs:      "PARIS, on the Seine",
	Expectations: map[string]any{"expected_facts": []string{"Paris", "Seine"}},
}

func TestCaseIsIgnored(t *testing.T) {
	feedback, err := scoreboxtest.Score("mentions", nil, example)
	if err != nil || feedback[0].Value != true {
		t.Errorf("got %v, %v", feedback, err)
	}
}

func TestAMissingFactIsNamed(t *testing.T) {
	feedback, err := scoreboxtest.Score("mentions", `{"ignore_case": false}`, example)
	if err != nil || feedback[0].Value != false || feedback[0].Rationale != "`Paris` is not mentioned" {
		t.Errorf("got %v, %v", feedback, err)
	}
}
