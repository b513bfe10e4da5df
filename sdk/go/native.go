//go:build !wasip1

package scorebox

import "scorebox.dev/sdk/internal/native"

func init() {
	native.Score = func(name, config string, example native.Example) ([]native.Feedback, error) {
		return told(score(name, config, given(example)))
	}
	native.ScoreSession = func(name, config string, turns []native.Example) ([]native.Feedback, error) {
		all := make([]Example, 0, len(turns))
		for _, turn := range turns {
			all = append(all, given(turn))
		}
		return told(scoreSession(name, config, all))
	}
	native.Predict = func(name, config, inputs string) (string, error) {
		outputs, failure := predict(name, config, inputs)
		if failure != nil {
			return "", failure
		}
		return outputs, nil
	}
	native.ConfigSchema = func(function string) (string, bool) {
		if scorer, is := findScorer(function); is {
			return scorer.schema(), true
		}
		if predictor, is := findPredictor(function); is {
			return predictor.schema(), true
		}
		return "", false
	}
}

func given(example native.Example) Example {
	given := Example{
		id: example.ID, inputs: example.Inputs, outputs: example.Outputs, expectations: example.Expectations,
		trace: example.Trace, sent: AllFields,
	}
	for _, tag := range example.Tags {
		given.tags = append(given.tags, Tag{tag[0], tag[1]})
	}
	return given
}

func told(all []said, failure *Error) ([]native.Feedback, error) {
	if failure != nil {
		return nil, failure
	}
	feedback := make([]native.Feedback, 0, len(all))
	for _, one := range all {
		feedback = append(feedback, native.Feedback{
			Name: one.name, Rationale: one.rationale, Metadata: one.metadata, SpanID: one.spanID, Value: one.value,
		})
	}
	return feedback, nil
}
