package tests

import (
	"errors"
	"testing"

	"scorebox.dev/sdk/llm"
	"scorebox.dev/sdk/scoreboxtest"
)

func TestWithoutAnAnswerModelsAreDenied(t *testing.T) {
	_, err := llm.Request{Model: "judge"}.Complete()
	equal(t, err.Error(),
		"model: denied: there is no host outside the sandbox; tests call scoreboxtest.AnswerModels")
	_, err = llm.Embed("embedder", nil)
	equal(t, err.Error(),
		"model: denied: there is no host outside the sandbox; tests call scoreboxtest.AnswerEmbeddings")
}

func TestAnUncaughtModelErrorIsTheRowsError(t *testing.T) {
	scoreboxtest.AnswerModels(t, func(llm.Request) (*llm.Response, error) {
		return nil, &llm.Error{Kind: llm.OverBudget, Text: "0.10 USD are spent"}
	})
	failure := failing(t, func(*call) (any, error) { return llm.Request{Model: "judge"}.Complete() })
	equal(t, failure.Text, "model: over budget: 0.10 USD are spent")
}

func TestRequestsAreAnsweredInTheirOrder(t *testing.T) {
	scoreboxtest.AnswerModels(t, func(request llm.Request) (*llm.Response, error) {
		return &llm.Response{Text: `"` + request.Messages[0].Content + `"`}, nil
	})
	ask := func(text string) llm.Request { return llm.Request{Messages: []llm.Message{llm.User(text)}} }
	results := llm.CompleteAll([]llm.Request{ask("a"), ask("\xff"), ask("c")})
	for index, wanted := range map[int]string{0: "a", 2: "c"} {
		var text string
		if err := results[index].Response.Decode(&text); err != nil || text != wanted {
			t.Errorf("%d: %q, %v", index, text, err)
		}
	}
	var failure *llm.Error
	if !errors.As(results[1].Err, &failure) || failure.Kind != llm.InvalidRequest {
		t.Errorf("got %v", results[1])
	}
}

func TestAReplyThatIsNotWhatItIsReadAsIsInvalid(t *testing.T) {
	var number int
	err := (&llm.Response{Text: "seven"}).Decode(&number)
	var failure *llm.Error
	if !errors.As(err, &failure) || failure.Kind != llm.InvalidReply {
		t.Errorf("got %v", err)
	}
}
