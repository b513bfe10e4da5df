package tests

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	scorebox "scorebox.dev/sdk"
	"scorebox.dev/sdk/http"
	"scorebox.dev/sdk/scoreboxtest"
)

type call = scorebox.Call

// redirects answers with these redirects, one after the other, and then with a page; it records what is sent.
func redirects(t *testing.T, leads ...http.Response) *[]http.Request {
	var sent []http.Request
	scoreboxtest.AnswerHTTP(t, func(request *http.Request) (*http.Response, error) {
		sent = append(sent, *request)
		if len(sent) <= len(leads) {
			return &leads[len(sent)-1], nil
		}
		return &http.Response{Status: 200, Body: []byte("here")}, nil
	})
	return &sent
}

func to(status int, location string) http.Response {
	return http.Response{Status: status, Headers: []http.Header{{Name: "Location", Value: location}}}
}

func request() *http.Request {
	request := http.Post("https://a.example/x/y?key=1").SetHeader("Authorization", "secret").JSON([]int{1})
	request.MaxRedirects = 3
	return request
}

func names(request http.Request) string {
	var names []string
	for _, header := range request.Headers {
		names = append(names, header.Name)
	}
	return strings.Join(names, " ")
}

func TestWithoutAnAnswerHTTPIsDenied(t *testing.T) {
	_, err := http.Get("https://a.example/?key=1").Send()
	equal(t, err.Error(), "http: denied: GET https://a.example/: "+
		"there is no host outside the sandbox; tests call scoreboxtest.AnswerHTTP")
}

func TestAJSONBodySaysWhatItIs(t *testing.T) {
	sent := redirects(t)
	if _, err := request().Send(); err != nil {
		t.Fatal(err)
	}
	equal(t, string((*sent)[0].Body), "[1]")
	equal(t, names((*sent)[0]), "Authorization content-type")
	equal(t, names(*http.Post("").SetHeader("Content-Type", "text/json").JSON(1)), "Content-Type")
}

func TestABodyWithoutAJSONFormIsNeverSent(t *testing.T) {
	sent := redirects(t)
	_, err := http.Post("https://a.example/x").JSON(func() {}).Send()
	if err == nil || !strings.HasPrefix(err.Error(), "http: invalid request: POST https://a.example/x: ") {
		t.Error(err)
	}
	equal(t, len(*sent), 0)
}

func TestASeeOtherBecomesAGetWithoutABody(t *testing.T) {
	for _, status := range []int{301, 302, 303} {
		sent := redirects(t, to(status, "../z"))
		response, err := request().Send()
		if err != nil {
			t.Fatal(err)
		}
		text, _ := response.Text()
		second := (*sent)[1]
		equal(t, fmt.Sprint(text, second.Method, second.URL, len(second.Body), names(second)),
			"hereGEThttps://a.example/z0Authorization")
	}
}

func TestATemporaryRedirectKeepsMethodAndBody(t *testing.T) {
	sent := redirects(t, to(307, "/z"), to(308, "https://b.example/"))
	if _, err := request().Send(); err != nil {
		t.Fatal(err)
	}
	third := (*sent)[2]
	equal(t, fmt.Sprint(third.Method, third.URL, string(third.Body), names(third)),
		"POSThttps://b.example/[1]content-type")
}

func TestTooManyRedirectsAreAnError(t *testing.T) {
	redirects(t, to(302, "/1"), to(302, "/2"), to(302, "/3"), to(302, "/4"))
	_, err := request().Send()
	equal(t, err.Error(), "http: too many redirects: GET https://a.example/3: "+
		"gave up after 3, the last of which leads to `/4`")
}

func TestARedirectIsAResponseUnlessItIsToBeFollowed(t *testing.T) {
	redirects(t, to(302, "/1"))
	response, err := http.Get("https://a.example/").Send()
	if err != nil || response.Status != 302 || response.IsSuccess() {
		t.Errorf("got %v, %v", response, err)
	}
}

func TestReferencesLeadWhereRFC3986Says(t *testing.T) {
	for reference, target := range map[string]string{
		"g":                     "http://a.example/b/c/g",
		"./g":                   "http://a.example/b/c/g",
		"g/":                    "http://a.example/b/c/g/",
		"/g":                    "http://a.example/g",
		"//g.example":           "http://g.example/",
		"?y":                    "http://a.example/b/c/d?y",
		"g?y":                   "http://a.example/b/c/g?y",
		"#s":                    "http://a.example/b/c/d?q",
		"":                      "http://a.example/b/c/d?q",
		".":                     "http://a.example/b/c/",
		"..":                    "http://a.example/b/",
		"../g":                  "http://a.example/b/g",
		"../../../../g":         "http://a.example/g",
		"g?y/../x":              "http://a.example/b/c/g?y/../x",
		"g;x=1/../y":            "http://a.example/b/c/y",
		"https://g.example:1/x": "https://g.example:1/x",
		"HTTP://g.example?a#b":  "http://g.example/?a",
	} {
		sent := redirects(t, to(302, reference))
		get := http.Get("http://a.example/b/c/d?q")
		get.MaxRedirects = 1
		if _, err := get.Send(); err != nil {
			t.Errorf("%s: %v", reference, err)
			continue
		}
		if got := (*sent)[1].URL; got != target {
			t.Errorf("%s: got %s, wanted %s", reference, got, target)
		}
	}
}

func TestWhatIsNoURLIsNeverSent(t *testing.T) {
	sent := redirects(t)
	for _, url := range []string{"a.example/x", "ftp://a.example/", "https:///x", "https://a.example/a b", "", "é"} {
		_, err := http.Get(url).Send()
		if err == nil || !strings.HasPrefix(err.Error(), "http: invalid request: `"+url+"` ") {
			t.Errorf("%s: %v", url, err)
		}
	}
	_, err := http.Get("https://ada:secret@a.example/").Send()
	if err == nil || strings.Contains(err.Error(), "secret") {
		t.Error(err)
	}
	equal(t, len(*sent), 0)
}

func TestWhatIsNoUTF8IsNeverSent(t *testing.T) {
	sent := redirects(t, to(302, "/\xff"))
	for wanted, request := range map[string]*http.Request{
		"the URL is no UTF-8":              http.Get("https://a.example/\xff"),
		"the method is no UTF-8":           http.New("G\xffT", "https://a.example/"),
		"the name of a header is no UTF-8": http.Get("https://a.example/").SetHeader("x-\xff", "1"),
	} {
		_, err := request.Send()
		var failure *http.Error
		if !errors.As(err, &failure) || failure.Kind != http.InvalidRequest || failure.Text != wanted {
			t.Errorf("%s: %v", wanted, err)
		}
	}
	equal(t, len(*sent), 0)
	_, err := request().Send()
	equal(t, err.Error(), "http: invalid request: POST https://a.example/x/y: the URL is no UTF-8")
	equal(t, len(*sent), 1)
}

func TestABodyIsBoundedAndReadAsWhatItIs(t *testing.T) {
	scoreboxtest.AnswerHTTP(t, func(*http.Request) (*http.Response, error) {
		return &http.Response{Status: 502, Body: []byte{0xff}, Headers: []http.Header{{Name: "X-A", Value: "1"}}}, nil
	})
	response, err := http.Get("https://a.example/").Send()
	if err != nil {
		t.Fatal(err)
	}
	value, _ := response.Header("x-a")
	equal(t, value, "1")
	_, err = response.Text()
	equal(t, err.Error(), "http: invalid reply: the body is no UTF-8")
	if err := response.Decode(new(int)); err == nil || !strings.Contains(err.Error(), "of status 502: ") {
		t.Error(err)
	}
	small := http.Get("https://a.example/")
	small.MaxBodyBytes = 0
	_, err = small.Send()
	equal(t, err.Error(), "http: body too large: GET https://a.example/: more than 0 bytes")
}
