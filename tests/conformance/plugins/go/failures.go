package main

import (
	"fmt"
	"math"
	"strings"

	scorebox "scorebox.dev/sdk"
)

func several(call *scorebox.Call) (any, error) {
	var config severalConfig
	if err := call.Config(&config); err != nil {
		return nil, err
	}
	all := []scorebox.Feedback{}
	for index := range config.Count {
		feedback := scorebox.Feedback{
			Name:      fmt.Sprintf("part_%d", index),
			Value:     index,
			Rationale: fmt.Sprintf("%d of %d", index, config.Count),
			Metadata:  map[string]any{"i": index, "count": config.Count},
		}
		if index%2 == 0 {
			feedback.SpanID = fmt.Sprintf("span-%d", index)
		}
		all = append(all, feedback)
	}
	return all, nil
}

type failsConfig struct {
	How     string `json:"how"`
	Message string `json:"message,omitempty"`
}

func fails(call *scorebox.Call) (any, error) {
	var config failsConfig
	if err := call.Config(&config); err != nil {
		return nil, err
	}
	switch config.How {
	case "nan":
		return math.NaN(), nil
	case "infinity":
		return math.Inf(1), nil
	case "bad_json":
		return scorebox.RawJSON(`{"a":`), nil
	case "surrogate_json":
		return scorebox.RawJSON(`"\ud800"`), nil
	case "deep_json":
		return scorebox.RawJSON(strings.Repeat("[", 5000) + strings.Repeat("]", 5000)), nil
	case "bad_name":
		return scorebox.Feedback{Name: "not a name!", Value: true}, nil
	case "metadata_list":
		return scorebox.Feedback{Value: true, Metadata: scorebox.RawJSON("[1]")}, nil
	default:
		return nil, typedFailure(config)
	}
}

func failPrediction(call *scorebox.PredictCall) (any, error) {
	var config failsConfig
	if err := call.Config(&config); err != nil {
		return nil, err
	}
	return nil, typedFailure(config)
}

func typedFailure(config failsConfig) error {
	switch config.How {
	case "invalid_config":
		return scorebox.InvalidConfig(config.Message)
	case "missing_field":
		return scorebox.MissingField(config.Message)
	case "unsupported":
		return scorebox.Unsupported(config.Message)
	case "failed":
		return scorebox.Failed(config.Message)
	default:
		return scorebox.InvalidConfig("how: `" + config.How + "` is none of the ways to fail")
	}
}
