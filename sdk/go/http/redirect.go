package http

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// Headers that are about a body.
var ofTheBody = []string{"content-type", "content-length", "content-encoding", "content-language", "content-location"}

// Headers that another place must not see.
var ofThePlace = []string{"authorization", "cookie", "proxy-authorization"}

// follow sends a request, and again to where the response leads on.
func follow(request *Request) (*Response, error) {
	url, err := parse(request.URL)
	if err != nil {
		return nil, err
	}
	if err := checkTexts(request); err != nil {
		return nil, err
	}
	for redirects := 0; ; redirects++ {
		// Without the query, which may hold what is nobody's business.
		named := request.Method + " " + url.scheme + "://" + url.authority + url.path()
		response, err := send(request, url)
		if err != nil {
			return nil, about(err, named)
		}
		location, leadsOn := location(response)
		if !leadsOn || request.MaxRedirects <= 0 {
			return response, nil
		}
		if redirects == request.MaxRedirects {
			text := "gave up after " + strconv.Itoa(redirects) + ", the last of which leads to `" + location + "`"
			return nil, about(&Error{TooManyRedirects, text}, named)
		}
		next, err := url.join(location)
		if err != nil {
			return nil, about(err, named)
		}
		request = redirected(*request, response.Status, url, next)
		url = next
	}
}

// checkTexts sees to it that the host is sent text only, beside the URL; it would have to end the call otherwise.
func checkTexts(request *Request) error {
	if !utf8.ValidString(request.Method) {
		return &Error{InvalidRequest, "the method is no UTF-8"}
	}
	for _, header := range request.Headers {
		if !utf8.ValidString(header.Name) {
			return &Error{InvalidRequest, "the name of a header is no UTF-8"}
		}
	}
	return nil
}

// location is where a response leads on to.
func location(response *Response) (string, bool) {
	switch response.Status {
	case 301, 302, 303, 307, 308:
		return response.Header("location")
	}
	return "", false
}

func redirected(request Request, status int, from, to address) *Request {
	request.URL = to.String()
	if status <= 303 {
		if request.Method != "HEAD" {
			request.Method = "GET"
		}
		request.Body = nil
		request.Headers = without(request.Headers, ofTheBody)
	}
	if !from.isSameOrigin(to) {
		request.Headers = without(request.Headers, ofThePlace)
	}
	return &request
}

func without(headers []Header, names []string) []Header {
	var kept []Header
	for _, header := range headers {
		remove := false
		for _, name := range names {
			remove = remove || strings.EqualFold(header.Name, name)
		}
		if !remove {
			kept = append(kept, header)
		}
	}
	return kept
}
