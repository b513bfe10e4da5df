//go:build scorebox_predictors

package scorebox

import (
	"scorebox.dev/sdk/internal/bindings/scorebox_plugin_predictors"
	contract "scorebox.dev/sdk/internal/bindings/scorebox_plugin_types"
	host "scorebox.dev/sdk/internal/exports/export_scorebox_plugin_predictors"
	"scorebox.dev/sdk/internal/wit/types"
)

func init() {
	host.Describe = func() []scorebox_plugin_predictors.PredictorInfo {
		infos := make([]scorebox_plugin_predictors.PredictorInfo, 0, len(predictors))
		for _, predictor := range predictors {
			infos = append(infos, scorebox_plugin_predictors.PredictorInfo{
				Name: predictor.Name, Summary: predictor.Summary, ConfigSchema: predictor.schema(),
			})
		}
		return infos
	}
	host.Predict = func(predictor, config, inputs string) types.Result[string, contract.PluginError] {
		outputs, failure := predict(predictor, config, inputs)
		if failure != nil {
			return types.Err[string](sentError(failure))
		}
		return types.Ok[string, contract.PluginError](outputs)
	}
}
