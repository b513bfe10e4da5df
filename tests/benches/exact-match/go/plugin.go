package main

import scorebox "scorebox.dev/sdk"

func init() {
	scorebox.Register(scorebox.Scorer{
		Name:     "exact_match",
		Summary:  "Whether the output is exactly the expected response.",
		Requires: scorebox.Outputs | scorebox.Expectations,
		Returns:  scorebox.Boolean,
		Score:    exactMatch,
	})
}

func main() {}

func exactMatch(call *scorebox.Call) (any, error) {
	output, err := call.OutputsText()
	if err != nil {
		return nil, err
	}
	expected, err := call.ExpectationText("expected_response")
	if err != nil {
		return nil, err
	}
	return output == expected, nil
}
