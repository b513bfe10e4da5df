// Package tests holds the SDK's tests, which use it as plugins do: through its public packages.
package tests

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	scorebox "scorebox.dev/sdk"
	"scorebox.dev/sdk/scoreboxtest"
)

// scorers that a test sets: what is registered stays for the whole program.
var (
	score        func(call *scorebox.Call) (any, error)
	scoreSession func(session *scorebox.Session) (any, error)
	predict      func(call *scorebox.PredictCall) (any, error)
)

func init() {
	call := func(call *scorebox.Call) (any, error) { return score(call) }
	scorebox.Register(
		scorebox.Scorer{Name: "all", Summary: "All fields.", Uses: scorebox.AllFields, Score: call},
		scorebox.Scorer{Name: "usual", Summary: "The usual fields.", Score: call},
		scorebox.Scorer{Name: "none", Summary: "No field.", NeedsNoField: true, Score: call},
		scorebox.Scorer{Name: "outputs", Summary: "One field.", Requires: scorebox.Outputs, Score: call},
		scorebox.Scorer{Name: "configured", Summary: "A config.", Config: config{}, Score: call},
		scorebox.Scorer{
			Name: "session", Summary: "A conversation.", Requires: scorebox.Inputs,
			ScoreSession: func(session *scorebox.Session) (any, error) { return scoreSession(session) },
		},
		scorebox.Predictor{
			Name: "predictor", Summary: "A predict function.",
			Predict: func(call *scorebox.PredictCall) (any, error) { return predict(call) },
		},
	)
}

// scored is what a scorer says that does as the function.
func scored(
	t *testing.T, scorer string, example scoreboxtest.Example, function func(*scorebox.Call) (any, error),
) ([]scoreboxtest.Feedback, error) {
	t.Helper()
	score = function
	return scoreboxtest.Score(scorer, nil, example)
}

// returning is the feedback of a scorer that returns a value.
func returning(t *testing.T, value any) []scoreboxtest.Feedback {
	t.Helper()
	feedback, err := scored(t, "none", scoreboxtest.Example{}, func(*scorebox.Call) (any, error) { return value, nil })
	if err != nil {
		t.Fatalf("%v: %v", value, err)
	}
	return feedback
}

// failing is the error of a scorer that does as the function.
func failing(t *testing.T, function func(*scorebox.Call) (any, error)) *scorebox.Error {
	t.Helper()
	feedback, err := scored(t, "all", scoreboxtest.Example{}, function)
	var failure *scorebox.Error
	if !errors.As(err, &failure) {
		t.Fatalf("got %v, %v", feedback, err)
	}
	return failure
}

func equal[T comparable](t *testing.T, got, wanted T) {
	t.Helper()
	if got != wanted {
		t.Errorf("got %#v, wanted %#v", got, wanted)
	}
}

type label string

type point struct {
	X int `json:"x"`
}

func TestPlainValuesHaveAKind(t *testing.T) {
	for _, each := range []struct{ returned, value any }{
		{true, true},
		{7, int64(7)},
		{uint8(7), int64(7)},
		{int64(math.MinInt64), int64(math.MinInt64)},
		{uint64(math.MaxInt64), int64(math.MaxInt64)},
		{uint64(math.MaxInt64) + 1, scorebox.RawJSON("9223372036854775808")},
		{0.5, 0.5},
		{float32(0.5), 0.5},
		{"good", "good"},
		{label("good"), "good"},
		{new(7), int64(7)},
		{(*int)(nil), scorebox.RawJSON("null")},
		{nil, scorebox.RawJSON("null")},
		{[]int{1, 2}, scorebox.RawJSON("[1,2]")},
		{map[string]any{"b": 1, "a": nil}, scorebox.RawJSON(`{"a":null,"b":1}`)},
		{point{1}, scorebox.RawJSON(`{"x":1}`)},
		{scorebox.RawJSON(`{"a":`), scorebox.RawJSON(`{"a":`)},
	} {
		equal(t, returning(t, each.returned)[0].Value, each.value)
	}
}

func TestNaNIsPassedOnForTheHostToRefuse(t *testing.T) {
	value, is := returning(t, math.NaN())[0].Value.(float64)
	if !is || !math.IsNaN(value) {
		t.Errorf("got %v", value)
	}
}

func TestFeedbackCarriesMoreThanAValue(t *testing.T) {
	feedback := returning(t, []scorebox.Feedback{
		{Value: 1, Name: "a", Rationale: "why", SpanID: "s", Metadata: point{3}},
		{Value: false},
	})
	equal(t, len(feedback), 2)
	equal(t, fmt.Sprint(feedback[0]), fmt.Sprint(
		scoreboxtest.Feedback{Name: "a", Value: 1, Rationale: "why", SpanID: "s", Metadata: map[string]any{"x": 3}}))
	if feedback[1].Metadata != nil || feedback[1].Name != "" {
		t.Errorf("got %v", feedback[1])
	}
}

func TestTextsThatAreNoUnicodeAreRefused(t *testing.T) {
	const bad = "a\xed\xa0\x80" // how a lone surrogate would be written
	for _, each := range []struct {
		returned any
		what     string
	}{
		{bad, "the value"},
		{scorebox.RawJSON(`"` + bad + `"`), "the value"},
		{scorebox.Feedback{Value: true, Name: bad}, "the name"},
		{scorebox.Feedback{Value: true, Rationale: bad}, "the rationale"},
		{scorebox.Feedback{Value: true, SpanID: bad}, "the span's id"},
		{scorebox.Feedback{Value: true, Metadata: scorebox.RawJSON(bad)}, "the metadata"},
	} {
		failure := failing(t, func(*scorebox.Call) (any, error) { return each.returned, nil })
		equal(t, failure.Text, each.what+" holds bytes that are no UTF-8, which is no Unicode text")
	}
	failure := failing(t, func(*scorebox.Call) (any, error) { return map[string]string{"a": bad}, nil })
	if !strings.HasPrefix(failure.Text, "the value has no JSON form: ") {
		t.Error(failure)
	}
	failure = failing(t, func(*scorebox.Call) (any, error) { return nil, errors.New(bad) })
	equal(t, failure.Text, "the error holds bytes that are no UTF-8, which is no Unicode text")
}

func TestErrorsKeepTheirKindAndText(t *testing.T) {
	for _, each := range []struct {
		err    error
		wanted scorebox.Error
	}{
		{scorebox.InvalidConfig("a"), scorebox.Error{Kind: scorebox.KindInvalidConfig, Text: "a"}},
		{scorebox.MissingField("a.b"), scorebox.Error{Kind: scorebox.KindMissingField, Text: "a.b"}},
		{scorebox.Unsupported("a"), scorebox.Error{Kind: scorebox.KindUnsupported, Text: "a"}},
		{scorebox.Failed("100 %s"), scorebox.Error{Kind: scorebox.KindFailed, Text: "100 %s"}},
		{errors.New("a"), scorebox.Error{Kind: scorebox.KindFailed, Text: "a"}},
		{
			fmt.Errorf("reading: %w", scorebox.MissingField("a.b")),
			scorebox.Error{Kind: scorebox.KindMissingField, Text: "a.b"},
		},
		{
			fmt.Errorf("reading: %w", scorebox.Unsupported("an image")),
			scorebox.Error{Kind: scorebox.KindUnsupported, Text: "reading: unsupported: an image"},
		},
	} {
		equal(t, *failing(t, func(*scorebox.Call) (any, error) { return nil, each.err }), each.wanted)
	}
}

func TestAPanicFailsTheRowAndSaysWhere(t *testing.T) {
	failure := failing(t, func(*scorebox.Call) (any, error) {
		var none []int
		return none[len(none)], nil
	})
	equal(t, failure.Kind, scorebox.KindFailed)
	lines := strings.Split(failure.Text, "\n")
	equal(t, lines[0], "panic: runtime error: index out of range [0] with length 0")
	where := "TestAPanicFailsTheRowAndSaysWhere"
	if !strings.Contains(lines[1], where) || !strings.Contains(lines[2], "plugin_test.go:") {
		t.Error(failure.Text)
	}
	if strings.Contains(failure.Text, "sdk/run.go") || strings.Contains(failure.Text, "panic.go") {
		t.Errorf("frames that are not the plugin's: %s", failure.Text)
	}
}

func TestNamesThatNothingHasAreInvalid(t *testing.T) {
	for _, each := range []struct {
		call   func() error
		wanted string
	}{
		{
			func() error { _, err := scoreboxtest.Score("x", nil, scoreboxtest.Example{}); return err },
			"invalid config: no scorer is called `x`",
		},
		{
			func() error { _, err := scoreboxtest.Predict("x", nil, point{}); return err },
			"invalid config: no predict function is called `x`",
		},
		{
			func() error { _, err := scoreboxtest.Score("session", nil, scoreboxtest.Example{}); return err },
			"unsupported: `session` scores conversations, not single examples",
		},
		{
			func() error { _, err := scoreboxtest.ScoreSession("all", nil, nil); return err },
			"unsupported: `all` scores single examples, not conversations",
		},
	} {
		equal(t, each.call().Error(), each.wanted)
	}
}

func TestAConversationIsScoredAsAWhole(t *testing.T) {
	scoreSession = func(session *scorebox.Session) (any, error) {
		var ids []string
		for _, turn := range session.Turns {
			ids = append(ids, turn.ID())
		}
		return strings.Join(ids, " "), nil
	}
	feedback, err := scoreboxtest.ScoreSession("session", nil, []scoreboxtest.Example{{ID: "a"}, {ID: "b"}})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, feedback[0].Value, any("a b"))
}

func TestAPredictFunctionAnswersInputs(t *testing.T) {
	predict = func(call *scorebox.PredictCall) (any, error) {
		question, err := call.InputText("question")
		return map[string]any{"answer": question, "tokens": uint64(math.MaxUint64)}, err
	}
	outputs, err := scoreboxtest.Predict("predictor", nil, map[string]string{"question": "who?"})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, fmt.Sprint(outputs), fmt.Sprint(map[string]any{"answer": "who?", "tokens": uint64(math.MaxUint64)}))
	_, err = scoreboxtest.Predict("predictor", nil, point{})
	equal(t, err.Error(), "missing field: inputs.question")
}

func TestWhatCannotBeRegisteredPanics(t *testing.T) {
	function := func(*scorebox.Call) (any, error) { return nil, nil }
	for _, each := range []struct {
		wrong  scorebox.Function
		wanted string
	}{
		{scorebox.Scorer{Name: "Bad", Summary: "s", Score: function}, `cannot be called "Bad"`},
		{scorebox.Scorer{Name: "", Summary: "s", Score: function}, `cannot be called ""`},
		{scorebox.Scorer{Name: strings.Repeat("a", 65), Summary: "s", Score: function}, "at most 64"},
		{scorebox.Scorer{Name: "new", Score: function}, "has no Summary"},
		{scorebox.Scorer{Name: "all", Summary: "s", Score: function}, `two scorers are called "all"`},
		{scorebox.Scorer{Name: "new", Summary: "s"}, "needs either Score or ScoreSession"},
		{
			scorebox.Scorer{Name: "new", Summary: "s", Uses: scorebox.Tags, NeedsNoField: true, Score: function},
			"asks for fields and needs none",
		},
		{scorebox.Predictor{Name: "new", Summary: "s"}, "needs Predict"},
	} {
		func() {
			defer func() {
				if message := fmt.Sprint(recover()); !strings.Contains(message, each.wanted) {
					t.Errorf("got %q, wanted %q", message, each.wanted)
				}
			}()
			scorebox.Register(each.wrong)
		}()
	}
}
