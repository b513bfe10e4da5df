//go:build wasip1 && scorebox_predictors

// Package export_scorebox_plugin_predictors is what the generated bindings call when the host calls the plugin's
// predict functions. Bindings name it so. The functions are variables, since package scorebox, which sets them, imports
// the bindings.
package export_scorebox_plugin_predictors

import (
	"scorebox.dev/sdk/internal/bindings/scorebox_plugin_predictors"
	"scorebox.dev/sdk/internal/bindings/scorebox_plugin_types"
	"scorebox.dev/sdk/internal/wit/types"
)

var (
	// Describe lists the predict functions.
	Describe func() []scorebox_plugin_predictors.PredictorInfo
	// Predict answers one example's inputs.
	Predict func(predictor, config, inputs string) types.Result[string, scorebox_plugin_types.PluginError]
)
