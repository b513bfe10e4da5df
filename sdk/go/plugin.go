package scorebox

import (
	"fmt"
	"strings"
	"sync"
)

// Scorer is a scorer of a plugin. It has either Score or ScoreSession.
type Scorer struct {
	// Name is unique in the plugin: a lower-case letter, then lower-case letters, digits and `_`; at most 64
	// characters.
	Name string
	// Summary is one line for a person who chooses a scorer.
	Summary string
	// Config describes the config: a struct with the defaults that its tags give, or a [Schema]. Without, there is no
	// setting. See [Schema] for the tags.
	Config any
	// Requires has the fields without which a row fails before any call.
	Requires Fields
	// Uses has further fields that are sent when the row has them. A scorer with neither Requires nor Uses requires the
	// outputs and uses inputs and expectations; one that names fields is sent those only.
	Uses Fields
	// NeedsNoField says that the scorer looks at no field at all.
	NeedsNoField bool
	// Returns is the kind of value to expect.
	Returns ValueKind
	// Aggregations is how the values are summed up unless the user says otherwise; empty leaves it to the host.
	Aggregations []Aggregation
	// Score looks at one example. It returns a bool, an integer, a float, a text, a [Feedback], a []Feedback, or
	// anything else that has a JSON form.
	Score func(call *Call) (any, error)
	// ScoreSession looks at the ordered turns of one conversation.
	ScoreSession func(session *Session) (any, error)

	schema   func() string
	defaults defaults
}

// Predictor is a predict function of a plugin: the application under evaluation, or a way to reach it.
type Predictor struct {
	// Name is unique among the predict functions of the plugin; see [Scorer].
	Name string
	// Summary is one line for a person who chooses a predict function.
	Summary string
	// Config describes the config; see [Scorer].
	Config any
	// Predict answers one example's inputs, with anything that has a JSON form.
	Predict func(call *PredictCall) (any, error)

	schema   func() string
	defaults defaults
}

// Call is what a scorer is asked: an example and a config.
type Call struct {
	*Example
	Settings
}

// Session is what a scorer of conversations is asked: the turns in order, and a config.
type Session struct {
	Turns []*Example
	Settings
}

// PredictCall is what a predict function is asked: inputs and a config.
type PredictCall struct {
	inputs string
	Settings
}

// Inputs answers what the application is asked: an object whose keys are the predict function's parameters.
func (call *PredictCall) Inputs() JSON { return JSON{call.inputs, "inputs"} }

// Input answers one input, such as `question`.
func (call *PredictCall) Input(key string) (JSON, error) { return call.Inputs().Get(key) }

// InputText answers one input as a text; see [JSON.Text].
func (call *PredictCall) InputText(key string) (string, error) { return textOf(call.Input(key)) }

// What is registered, in that order.
var (
	scorers    []*Scorer
	predictors []*Predictor
)

// Register adds scorers and predict functions to the plugin; call it from init. It panics when one of them cannot be:
// such a plugin would fail on every row.
func Register(functions ...Function) {
	for _, function := range functions {
		function.register()
	}
}

// Function is a [Scorer] or a [Predictor].
type Function interface{ register() }

func (scorer Scorer) register() {
	check("scorer", scorer.Name, scorer.Summary)
	_, is := findScorer(scorer.Name)
	refuseIf(is, "two scorers are called %q", scorer.Name)
	refuseIf((scorer.Score == nil) == (scorer.ScoreSession == nil),
		"the scorer %q needs either Score or ScoreSession", scorer.Name)
	asksForSome := scorer.Requires|scorer.Uses != 0
	refuseIf(asksForSome && scorer.NeedsNoField, "the scorer %q asks for fields and needs none", scorer.Name)
	if !asksForSome && !scorer.NeedsNoField {
		scorer.Requires, scorer.Uses = Outputs, Inputs|Expectations
	}
	scorer.schema = sync.OnceValue(func() string { return schemaOf(scorer.Name, scorer.Config) })
	scorer.defaults = defaultsIn(scorer.schema)
	scorers = append(scorers, &scorer)
}

func (predictor Predictor) register() {
	check("predict function", predictor.Name, predictor.Summary)
	_, is := findPredictor(predictor.Name)
	refuseIf(is, "two predict functions are called %q", predictor.Name)
	refuseIf(predictor.Predict == nil, "the predict function %q needs Predict", predictor.Name)
	predictor.schema = sync.OnceValue(func() string { return schemaOf(predictor.Name, predictor.Config) })
	predictor.defaults = defaultsIn(predictor.schema)
	predictors = append(predictors, &predictor)
}

// isName says whether a name is of the form that the contract wants. By hand, since a regular expression would be
// compiled each time that the plugin starts, which may be for every row.
func isName(name string) bool {
	for index, character := range name {
		letter := 'a' <= character && character <= 'z'
		further := '0' <= character && character <= '9' || character == '_'
		if !letter && (index == 0 || !further) {
			return false
		}
	}
	return name != "" && len(name) <= 64
}

func check(what, name, summary string) {
	refuseIf(!isName(name),
		"a %s cannot be called %q: a name has a lower-case letter, then lower-case letters, digits and _, at most 64",
		what, name)
	refuseIf(strings.TrimSpace(summary) == "", "the %s %q has no Summary", what, name)
}

func refuseIf(wrong bool, format string, arguments ...any) {
	if wrong {
		panic("scorebox: " + fmt.Sprintf(format, arguments...))
	}
}

func findScorer(name string) (*Scorer, bool) {
	for _, known := range scorers {
		if known.Name == name {
			return known, true
		}
	}
	return nil, false
}

func findPredictor(name string) (*Predictor, bool) {
	for _, known := range predictors {
		if known.Name == name {
			return known, true
		}
	}
	return nil, false
}
