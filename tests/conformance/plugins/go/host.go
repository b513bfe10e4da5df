package main

import (
	scorebox "scorebox.dev/sdk"
	"scorebox.dev/sdk/http"
	"scorebox.dev/sdk/llm"
	"scorebox.dev/sdk/log"
	"scorebox.dev/sdk/tracing"
)

type judgesConfig struct {
	Model     string   `json:"model"`
	Questions []string `json:"questions"`
}

func judges(call *scorebox.Call) (any, error) {
	var config judgesConfig
	if err := call.Config(&config); err != nil {
		return nil, err
	}
	requests := []llm.Request{}
	for _, question := range config.Questions {
		requests = append(requests, llm.Request{Model: config.Model, Messages: []llm.Message{llm.User(question)}})
	}
	answers := []any{}
	for _, result := range llm.CompleteAll(requests) {
		if result.Err != nil {
			answers = append(answers, map[string]string{"error": result.Err.Error()})
		} else {
			answers = append(answers, result.Response.Text)
		}
	}
	return answers, nil
}

type embedsConfig struct {
	Model string   `json:"model"`
	Texts []string `json:"texts"`
}

func embeds(call *scorebox.Call) (any, error) {
	var config embedsConfig
	if err := call.Config(&config); err != nil {
		return nil, err
	}
	reply, err := llm.Embed(config.Model, config.Texts)
	if err != nil {
		return nil, err
	}
	vectors := [][]float64{}
	for _, vector := range reply.Vectors {
		wide := []float64{}
		for _, number := range vector {
			wide = append(wide, float64(number))
		}
		vectors = append(vectors, wide)
	}
	return map[string]any{"vectors": vectors, "model": reply.Model, "input_tokens": reply.Usage.InputTokens}, nil
}

type fetchesConfig struct {
	URL    string  `json:"url"`
	Method string  `json:"method" default:"GET"`
	Body   *string `json:"body"`
}

func fetches(call *scorebox.Call) (any, error) {
	var config fetchesConfig
	if err := call.Config(&config); err != nil {
		return nil, err
	}
	request := http.New(config.Method, config.URL).SetHeader("x-conformance", "yes")
	if config.Body != nil {
		request.SetBody([]byte(*config.Body))
	}
	response, err := request.Send()
	if err != nil {
		return nil, err
	}
	body, err := response.Text()
	if err != nil {
		return nil, err
	}
	fetched := map[string]any{"status": response.Status, "body": body, "content_type": nil}
	if contentType, has := response.Header("content-type"); has {
		fetched["content_type"] = contentType
	}
	return fetched, nil
}

func spans(*scorebox.Call) (any, error) {
	recordSpans()
	return true, nil
}

func predictWithSpans(*scorebox.PredictCall) (any, error) {
	recordSpans()
	return true, nil
}

func recordSpans() {
	outer := tracing.StartWith("outer", tracing.Chain, map[string]int{"q": 1})
	inner := tracing.Start("inner", tracing.LLM)
	inner.SetAttribute("gen_ai.request.model", "m")
	inner.SetAttribute("gen_ai.usage.input_tokens", 3)
	inner.EndWith(map[string]string{"a": "b"})
	tracing.Start("broken", tracing.Tool).Fail("it broke")
	outer.End()
}

func logs(*scorebox.Call) (any, error) {
	for level := log.LevelTrace; level <= log.LevelError; level++ {
		log.Log(level, level.String()+" ünïcödé \x00 end")
	}
	return true, nil
}
