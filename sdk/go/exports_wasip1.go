package scorebox

import (
	"runtime/debug"

	// The functions that the host calls, as the contract lays them out in memory.
	_ "scorebox.dev/sdk/internal/bindings/wit_exports"

	contract "scorebox.dev/sdk/internal/bindings/scorebox_plugin_types"
	"scorebox.dev/sdk/internal/wit/types"
)

// maxStackBytes bounds endless recursion: the row then fails with Go's own message and traceback.
const maxStackBytes = 8 << 20

func init() { debug.SetMaxStack(maxStackBytes) }

func received(example contract.Example) Example {
	tags := make([]Tag, 0, len(example.Tags))
	for _, tag := range example.Tags {
		tags = append(tags, Tag{tag.F0, tag.F1})
	}
	return Example{
		id:           example.Id,
		inputs:       example.Inputs.Pointer(),
		outputs:      example.Outputs.Pointer(),
		expectations: example.Expectations.Pointer(),
		trace:        example.Trace.Pointer(),
		tags:         tags,
		sent:         AllFields,
	}
}

func sent(feedback said) contract.Feedback {
	return contract.Feedback{
		Name:      types.OptionOf(feedback.name),
		Value:     sentValue(feedback.value),
		Rationale: types.OptionOf(feedback.rationale),
		Metadata:  types.OptionOf(feedback.metadata),
		SpanId:    types.OptionOf(feedback.spanID),
	}
}

func sentValue(value any) contract.Value {
	switch value := value.(type) {
	case bool:
		return contract.MakeValueBoolean(value)
	case int64:
		return contract.MakeValueInteger(value)
	case float64:
		return contract.MakeValueNumber(value)
	case string:
		return contract.MakeValueText(value)
	case RawJSON:
		return contract.MakeValueJson(string(value))
	default:
		panic("a value of no kind of the contract")
	}
}

func sentError(failure *Error) contract.PluginError {
	switch failure.Kind {
	case KindInvalidConfig:
		return contract.MakePluginErrorInvalidConfig(failure.Text)
	case KindMissingField:
		return contract.MakePluginErrorMissingField(failure.Text)
	case KindUnsupported:
		return contract.MakePluginErrorUnsupported(failure.Text)
	default:
		return contract.MakePluginErrorFailed(failure.Text)
	}
}
