//go:build scorebox_scorers

package scorebox

import (
	"scorebox.dev/sdk/internal/bindings/scorebox_plugin_scorers"
	contract "scorebox.dev/sdk/internal/bindings/scorebox_plugin_types"
	host "scorebox.dev/sdk/internal/exports/export_scorebox_plugin_scorers"
	"scorebox.dev/sdk/internal/wit/types"
)

func init() {
	host.Describe = describeScorers
	host.Score = func(scorer, config string, example contract.Example) host.Scored {
		return scored(score(scorer, config, received(example)))
	}
	host.ScoreBatch = func(scorer, config string, examples []contract.Example) []host.Scored {
		results := make([]host.Scored, 0, len(examples))
		for _, example := range examples {
			results = append(results, host.Score(scorer, config, example))
		}
		return results
	}
	host.ScoreSession = func(scorer, config string, turns []contract.Example) host.Scored {
		all := make([]Example, 0, len(turns))
		for _, turn := range turns {
			all = append(all, received(turn))
		}
		return scored(scoreSession(scorer, config, all))
	}
}

func scored(all []said, failure *Error) host.Scored {
	if failure != nil {
		return types.Err[[]contract.Feedback](sentError(failure))
	}
	feedback := make([]contract.Feedback, 0, len(all))
	for _, one := range all {
		feedback = append(feedback, sent(one))
	}
	return types.Ok[[]contract.Feedback, contract.PluginError](feedback)
}

func describeScorers() []scorebox_plugin_scorers.ScorerInfo {
	infos := make([]scorebox_plugin_scorers.ScorerInfo, 0, len(scorers))
	for _, scorer := range scorers {
		info := scorebox_plugin_scorers.ScorerInfo{
			Name:         scorer.Name,
			Summary:      scorer.Summary,
			ConfigSchema: scorer.schema(),
			Scope:        scorebox_plugin_scorers.ScopeExample,
			// The SDK numbers the fields as the contract does.
			Requires: uint8(scorer.Requires),
			Uses:     uint8(scorer.Uses),
			Returns:  valueKinds[scorer.Returns],
		}
		if scorer.ScoreSession != nil {
			info.Scope = scorebox_plugin_scorers.ScopeSession
		}
		for _, aggregation := range scorer.Aggregations {
			info.Aggregations = append(info.Aggregations, uint8(aggregation))
		}
		infos = append(infos, info)
	}
	return infos
}

var valueKinds = [...]scorebox_plugin_scorers.ValueKind{
	Varies:  scorebox_plugin_scorers.ValueKindVaries,
	Boolean: scorebox_plugin_scorers.ValueKindBoolean,
	Integer: scorebox_plugin_scorers.ValueKindInteger,
	Number:  scorebox_plugin_scorers.ValueKindNumber,
	Text:    scorebox_plugin_scorers.ValueKindText,
	AnyJSON: scorebox_plugin_scorers.ValueKindJson,
}
