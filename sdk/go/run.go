package scorebox

import (
	"fmt"
	"runtime"
	"strings"

	"scorebox.dev/sdk/internal/output"
)

// score answers for one example.
func score(name, config string, example Example) (result []said, failure *Error) {
	scorer, is := findScorer(name)
	if !is {
		return nil, noScorer(name)
	}
	if scorer.Score == nil {
		return nil, &Error{KindUnsupported, "`" + name + "` scores conversations, not single examples"}
	}
	call := &Call{example.asSent(scorer.Requires | scorer.Uses), Settings{config, scorer.defaults}}
	return guarded(func() ([]said, error) {
		returned, err := scorer.Score(call)
		if err != nil {
			return nil, err
		}
		return feedbackOf(returned)
	})
}

// scoreSession answers for one conversation.
func scoreSession(name, config string, turns []Example) ([]said, *Error) {
	scorer, is := findScorer(name)
	if !is {
		return nil, noScorer(name)
	}
	if scorer.ScoreSession == nil {
		return nil, &Error{KindUnsupported, "`" + name + "` scores single examples, not conversations"}
	}
	session := &Session{Settings: Settings{config, scorer.defaults}}
	for _, turn := range turns {
		session.Turns = append(session.Turns, turn.asSent(scorer.Requires|scorer.Uses))
	}
	return guarded(func() ([]said, error) {
		returned, err := scorer.ScoreSession(session)
		if err != nil {
			return nil, err
		}
		return feedbackOf(returned)
	})
}

// predict answers inputs, with JSON text.
func predict(name, config, inputs string) (string, *Error) {
	predictor, is := findPredictor(name)
	if !is {
		return "", &Error{KindInvalidConfig, "no predict function is called `" + name + "`"}
	}
	call := &PredictCall{inputs, Settings{config, predictor.defaults}}
	return guarded(func() (string, error) {
		returned, err := predictor.Predict(call)
		if err != nil {
			return "", err
		}
		return jsonOf(returned, "the value")
	})
}

func noScorer(name string) *Error {
	return &Error{KindInvalidConfig, "no scorer is called `" + name + "`"}
}

// guarded runs a plugin's function. A panic fails this call alone.
func guarded[T any](run func() (T, error)) (result T, failure *Error) {
	defer output.Flush()
	defer func() {
		if value := recover(); value != nil {
			failure = panicked(value)
		}
	}()
	result, err := run()
	if err != nil {
		failure = asError(err)
		if err := checkText(failure.Text, "the error"); err != nil {
			failure = asError(err)
		}
	}
	return result, failure
}

// panicked is the failure of a call that panicked: the panic's message, and where it happened, as Go prints it.
func panicked(value any) *Error {
	var text strings.Builder
	fmt.Fprintf(&text, "panic: %v", value)
	if err := checkText(text.String(), "the error"); err != nil {
		text.Reset()
		fmt.Fprintf(&text, "panic: %q", fmt.Sprint(value))
	}
	counters := make([]uintptr, 64)
	frames := runtime.CallersFrames(counters[:runtime.Callers(3, counters)])
	for {
		frame, more := frames.Next()
		if isCaller(frame.Function) {
			break
		}
		// What stands before the function that panicked is how the runtime panics.
		if !strings.HasPrefix(frame.Function, "runtime.") {
			fmt.Fprintf(&text, "\n%s(...)\n    %s:%d", frame.Function, frame.File, frame.Line)
		}
		if !more {
			break
		}
	}
	return &Error{KindFailed, text.String()}
}

// isCaller says whether a function is one of those here that call the plugin's.
func isCaller(function string) bool {
	name, ofSDK := strings.CutPrefix(function, "scorebox.dev/sdk.")
	name, _, _ = strings.Cut(name, ".")
	return ofSDK && (name == "score" || name == "scoreSession" || name == "predict")
}
