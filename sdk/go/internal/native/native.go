//go:build !wasip1

// Package native ties package scoreboxtest to the packages that it plays the host for, where there is no host: those
// packages cannot import it, and it cannot see their insides.
package native

// What answers requests in a test: functions of the type that the asking package expects, or nil.
var (
	Models    any
	Embedders any
	HTTP      any
)

// Example is one row: its fields as JSON text, nil where the row lacks one.
type Example struct {
	ID                                   string
	Inputs, Outputs, Expectations, Trace *string
	Tags                                 [][2]string
}

// Feedback is what a scorer said, in the values of the contract.
type Feedback struct {
	Name, Rationale, Metadata, SpanID *string
	Value                             any
}

// How the plugin is called; package scorebox sets these.
var (
	Score        func(scorer, config string, example Example) ([]Feedback, error)
	ScoreSession func(scorer, config string, turns []Example) ([]Feedback, error)
	Predict      func(predictor, config, inputs string) (string, error)
	ConfigSchema func(function string) (string, bool)
)
