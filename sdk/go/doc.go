// Package scorebox is for writing scorers and predict functions for Scorebox in Go: plain functions, tested with
// `go test`, run as sandboxed WebAssembly components.
//
// A plugin is a program whose init registers what it holds:
//
//	package main
//
//	import scorebox "scorebox.dev/sdk"
//
//	func init() {
//		scorebox.Register(scorebox.Scorer{
//			Name:     "exact_match",
//			Summary:  "Whether the output is exactly the expected response.",
//			Requires: scorebox.Outputs | scorebox.Expectations,
//			Returns:  scorebox.Boolean,
//			Score:    exactMatch,
//		})
//	}
//
//	func exactMatch(call *scorebox.Call) (any, error) {
//		answer, err := call.OutputsText()
//		if err != nil {
//			return nil, err
//		}
//		expected, err := call.ExpectationText("expected_response")
//		if err != nil {
//			return nil, err
//		}
//		return answer == expected, nil
//	}
//
//	func main() {} // Go wants one; a component is called, not run.
//
// Packages llm, http, tracing and log reach the host; package trace reads an example's trace; package scoreboxtest is
// for tests.
package scorebox
