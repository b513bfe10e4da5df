//go:build !wasip1

package llm

import "scorebox.dev/sdk/internal/native"

func complete(request Request) (*Response, error) {
	answer, is := native.Models.(func(Request) (*Response, error))
	if !is {
		return nil, denied("AnswerModels")
	}
	return answer(request)
}

func completeAll(requests []Request) []Result {
	results := make([]Result, 0, len(requests))
	for _, request := range requests {
		response, err := complete(request)
		results = append(results, Result{response, err})
	}
	return results
}

func embed(model string, texts []string) (*Embeddings, error) {
	answer, is := native.Embedders.(func(string, []string) (*Embeddings, error))
	if !is {
		return nil, denied("AnswerEmbeddings")
	}
	return answer(model, texts)
}

func denied(by string) error {
	return &Error{Denied, "there is no host outside the sandbox; tests call scoreboxtest." + by}
}
