package tests

import (
	"fmt"
	"math"
	"strings"
	"testing"

	scorebox "scorebox.dev/sdk"
	"scorebox.dev/sdk/scoreboxtest"
	"scorebox.dev/sdk/trace"
	"scorebox.dev/sdk/tracing"
)

// reading is the value that a function reads from an example, and the error's text.
func reading[T any](
	t *testing.T, scorer string, example scoreboxtest.Example, read func(*scorebox.Call) (T, error),
) (value T, failure string) {
	t.Helper()
	_, err := scored(t, scorer, example, func(call *scorebox.Call) (any, error) {
		var err error
		value, err = read(call)
		return true, err
	})
	if err != nil {
		failure = err.Error()
	}
	return value, failure
}

func TestFieldsAreReadAsTexts(t *testing.T) {
	example := scoreboxtest.Example{
		Inputs:       scorebox.RawJSON(`{"question": "a\n\u00e9\u0000", "number": 4.50, "flag": true}`),
		Outputs:      scorebox.RawJSON(" 12345678901234567890.50 "),
		Expectations: map[string]any{"expected_response": "Paris"},
	}
	for read, wanted := range map[string]string{"question": "a\né\x00", "number": "4.50", "flag": "true"} {
		text, failure := reading(t, "all", example, func(call *scorebox.Call) (string, error) {
			return call.InputText(read)
		})
		equal(t, text+failure, wanted)
	}
	text, failure := reading(t, "all", example, func(call *scorebox.Call) (string, error) {
		return call.OutputsText()
	})
	equal(t, text+failure, "12345678901234567890.50")
	text, failure = reading(t, "all", example, func(call *scorebox.Call) (string, error) {
		return call.ExpectationText("expected_response")
	})
	equal(t, text+failure, "Paris")
}

func TestWhatIsNoTextIsNamedByItsPath(t *testing.T) {
	example := scoreboxtest.Example{Outputs: scorebox.RawJSON(`{"a": {"b": [1]}, "c": null}`), Expectations: []int{1}}
	get := func(keys ...string) string {
		_, failure := reading(t, "all", example, func(call *scorebox.Call) (string, error) {
			value, err := call.Outputs()
			for _, key := range keys {
				if err == nil {
					value, err = value.Get(key)
				}
			}
			if err != nil {
				return "", err
			}
			return value.Text()
		})
		return failure
	}
	equal(t, get(), "unsupported: outputs: expected a text, found an object")
	equal(t, get("a", "b"), "unsupported: outputs.a.b: expected a text, found an array")
	equal(t, get("c"), "missing field: outputs.c")
	equal(t, get("a", "x"), "missing field: outputs.a.x")
	_, failure := reading(t, "all", example, func(call *scorebox.Call) (string, error) {
		return call.ExpectationText("a")
	})
	equal(t, failure, "missing field: expectations.a")
	_, failure = reading(t, "all", example, func(call *scorebox.Call) (string, error) {
		return call.InputText("q")
	})
	equal(t, failure, "missing field: inputs.q")
	_, failure = reading(t, "all", scoreboxtest.Example{Outputs: scorebox.RawJSON("null")},
		func(call *scorebox.Call) (string, error) { return call.OutputsText() })
	equal(t, failure, "missing field: outputs")
}

func TestAFieldThatWasNotAskedForIsToldFromAMissingOne(t *testing.T) {
	example := scoreboxtest.Example{Outputs: "a", Inputs: point{}, Tags: map[string]string{"k": "v"}}
	_, failure := reading(t, "outputs", example, func(call *scorebox.Call) (scorebox.JSON, error) {
		return call.Inputs()
	})
	equal(t, failure, "the scorer did not ask for `inputs`: add it to its Requires or Uses")
	_, failure = reading(t, "usual", example, func(call *scorebox.Call) (scorebox.JSON, error) {
		return call.Expectations()
	})
	equal(t, failure, "missing field: expectations")
	tags, _ := reading(t, "usual", example, func(call *scorebox.Call) (int, error) {
		return len(call.Tags()), nil
	})
	equal(t, tags, 0)
	_, failure = reading(t, "all", example, func(call *scorebox.Call) (bool, error) {
		value, has := call.Tag("k")
		if !call.Has(scorebox.Outputs|scorebox.Inputs) || call.Has(scorebox.Trace) || !has || value != "v" {
			return false, scorebox.Failed("what the row has is not told")
		}
		return true, nil
	})
	equal(t, failure, "")
}

func TestNumbersAreExactWhereTheyFit(t *testing.T) {
	example := scoreboxtest.Example{
		Outputs: scorebox.RawJSON(`[9007199254740993, -9223372036854775808, 18446744073709551615, ` +
			`100000000000000000000, 1.0, 1e2]`),
	}
	value, failure := reading(t, "all", example, func(call *scorebox.Call) (any, error) {
		outputs, err := call.Outputs()
		if err != nil {
			return nil, err
		}
		return outputs.Value()
	})
	wanted := []any{int64(9007199254740993), int64(math.MinInt64), uint64(math.MaxUint64), 1e20, 1.0, 100.0}
	equal(t, fmt.Sprintf("%#v%s", value, failure), fmt.Sprintf("%#v", wanted))
}

func TestTheLastOfSeveralMembersCounts(t *testing.T) {
	example := scoreboxtest.Example{Outputs: scorebox.RawJSON(`{"a": "first", "x": [{"a": 0}], "\u0061": "last"}`)}
	text, failure := reading(t, "all", example, func(call *scorebox.Call) (string, error) {
		outputs, err := call.Outputs()
		if err != nil {
			return "", err
		}
		value, err := outputs.Get("a")
		if err != nil {
			return "", err
		}
		return value.Text()
	})
	equal(t, text+failure, "last")
}

func TestBrokenJSONFailsWithItsPath(t *testing.T) {
	for _, outputs := range []scorebox.RawJSON{`{"a": 1`, `{"a": 1} x`, `{"b": "\ud800"}`, ``} {
		_, failure := reading(t, "all", scoreboxtest.Example{Outputs: outputs}, func(call *scorebox.Call) (any, error) {
			value, err := call.Outputs()
			if err != nil {
				return nil, err
			}
			return value.Value()
		})
		if !strings.HasPrefix(failure, "outputs: ") {
			t.Errorf("%s: %q", outputs, failure)
		}
	}
}

func TestATraceIsReadSpanBySpan(t *testing.T) {
	example := scoreboxtest.Example{Trace: scorebox.RawJSON(`{"trace_id": "t", "spans": [
		{"span_id": "a", "name": "agent", "kind": "AGENT", "start_time_unix_nano": 1000000,
		 "end_time_unix_nano": 9000000},
		{"span_id": "b", "parent_span_id": "a", "name": "search", "kind": "TOOL", "start_time_unix_nano": 2000000,
		 "status": {"code": "ERROR", "message": "no"}, "attributes": {"n": 3}}]}`)}
	read, failure := reading(t, "all", example, func(call *scorebox.Call) (*trace.Trace, error) {
		return trace.Of(call.Example)
	})
	if failure != "" {
		t.Fatal(failure)
	}
	equal(t, read.Root().Name, "agent")
	tools := read.OfKind(tracing.Tool)
	if len(tools) != 1 || !tools[0].Failed() || tools[0].Attributes["n"] != int64(3) {
		t.Errorf("got %v", tools)
	}
	milliseconds, known := read.DurationMs()
	equal(t, milliseconds, 8.0)
	equal(t, known, true)
	_, known = read.Span("b").DurationMs()
	equal(t, known, false)
	_, failure = reading(t, "all", scoreboxtest.Example{}, func(call *scorebox.Call) (*trace.Trace, error) {
		return trace.Of(call.Example)
	})
	equal(t, failure, "missing field: trace")
}
