//go:build !wasip1

package http

import (
	"strconv"

	"scorebox.dev/sdk/internal/native"
)

func send(request *Request, _ address) (*Response, error) {
	answer, is := native.HTTP.(func(*Request) (*Response, error))
	if !is {
		return nil, &Error{Denied, "there is no host outside the sandbox; tests call scoreboxtest.AnswerHTTP"}
	}
	response, err := answer(request)
	if err == nil && len(response.Body) > request.MaxBodyBytes {
		return nil, &Error{BodyTooLarge, "more than " + strconv.Itoa(request.MaxBodyBytes) + " bytes"}
	}
	return response, err
}
