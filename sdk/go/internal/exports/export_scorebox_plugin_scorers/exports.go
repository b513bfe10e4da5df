//go:build wasip1 && scorebox_scorers

// Package export_scorebox_plugin_scorers is what the generated bindings call when the host calls the plugin's scorers.
// Bindings name it so. The functions are variables, since package scorebox, which sets them, imports the bindings.
package export_scorebox_plugin_scorers

import (
	"scorebox.dev/sdk/internal/bindings/scorebox_plugin_scorers"
	"scorebox.dev/sdk/internal/bindings/scorebox_plugin_types"
	"scorebox.dev/sdk/internal/wit/types"
)

// Scored is the feedback of one call, or why there is none.
type Scored = types.Result[[]scorebox_plugin_types.Feedback, scorebox_plugin_types.PluginError]

var (
	// Describe lists the scorers.
	Describe func() []scorebox_plugin_scorers.ScorerInfo
	// Score scores one example.
	Score func(scorer, config string, example scorebox_plugin_types.Example) Scored
	// ScoreBatch scores several examples, each for itself.
	ScoreBatch func(scorer, config string, examples []scorebox_plugin_types.Example) []Scored
	// ScoreSession scores one conversation.
	ScoreSession func(scorer, config string, turns []scorebox_plugin_types.Example) Scored
)
