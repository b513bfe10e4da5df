package http

import (
	"strings"
	"unicode/utf8"
)

// address is an absolute URL, taken apart as far as the host wants it; the host is what checks it for real.
type address struct {
	scheme       string
	authority    string
	pathAndQuery string // begins with a slash
}

// parse takes a URL apart. By hand rather than with net/url, so that all SDKs take and refuse the same texts.
func parse(text string) (address, error) {
	invalid := func(why string) (address, error) {
		hint := "; a URL is written like https://app.example:8443/path?key=value"
		return address{}, &Error{InvalidRequest, "`" + text + "` " + why + hint}
	}
	if !utf8.ValidString(text) {
		return address{}, &Error{InvalidRequest, "the URL is no UTF-8"}
	}
	if strings.ContainsFunc(text, isSpaceOrControl) {
		return invalid("holds white space")
	}
	var url address
	var rest string
	switch {
	case len(text) >= 8 && strings.EqualFold(text[:8], "https://"):
		url.scheme, rest = "https", text[8:]
	case len(text) >= 7 && strings.EqualFold(text[:7], "http://"):
		url.scheme, rest = "http", text[7:]
	default:
		return invalid("does not begin with https:// or http://")
	}
	rest, _, _ = strings.Cut(rest, "#")
	end := strings.IndexAny(rest, "/?")
	if end < 0 {
		end = len(rest)
	}
	url.authority, url.pathAndQuery = rest[:end], rest[end:]
	if url.authority == "" {
		return invalid("names no host")
	}
	if strings.Contains(url.authority, "@") {
		// Without the text: it holds a password.
		text := "a URL with a user name or a password in it; the operator's grant can add such a header"
		return address{}, &Error{InvalidRequest, text}
	}
	if !strings.HasPrefix(url.pathAndQuery, "/") {
		url.pathAndQuery = "/" + url.pathAndQuery
	}
	return url, nil
}

func (url address) String() string { return url.scheme + "://" + url.authority + url.pathAndQuery }

func (url address) path() string {
	path, _, _ := strings.Cut(url.pathAndQuery, "?")
	return path
}

// join is the URL that a reference, such as a Location header, leads to from here (RFC 3986, section 5).
func (url address) join(reference string) (address, error) {
	reference, _, _ = strings.Cut(reference, "#")
	origin := url.scheme + "://" + url.authority
	switch {
	case hasScheme(reference):
		return parse(reference)
	case strings.HasPrefix(reference, "//"):
		return parse(url.scheme + ":" + reference)
	case reference == "":
		return parse(origin + url.pathAndQuery)
	case reference[0] == '?':
		return parse(origin + url.path() + reference)
	case reference[0] == '/':
		return parse(origin + withoutDots(reference))
	default:
		path := url.path()
		return parse(origin + withoutDots(path[:strings.LastIndex(path, "/")+1]+reference))
	}
}

func (url address) isSameOrigin(other address) bool {
	return url.scheme == other.scheme && strings.EqualFold(url.withoutDefaultPort(), other.withoutDefaultPort())
}

func (url address) withoutDefaultPort() string {
	if url.scheme == "https" {
		return strings.TrimSuffix(url.authority, ":443")
	}
	return strings.TrimSuffix(url.authority, ":80")
}

func hasScheme(reference string) bool {
	end := strings.IndexAny(reference, ":/?")
	if end <= 0 || reference[end] != ':' {
		return false
	}
	first := reference[0] | 0x20
	return 'a' <= first && first <= 'z'
}

// withoutDots resolves `.` and `..` in the path.
func withoutDots(pathAndQuery string) string {
	path, query, hasQuery := strings.Cut(pathAndQuery, "?")
	segments := strings.Split(path, "/")[1:]
	var kept []string
	for index, segment := range segments {
		isLast := index == len(segments)-1
		switch segment {
		case ".":
		case "..":
			kept = kept[:max(len(kept)-1, 0)]
		default:
			kept = append(kept, segment)
			continue
		}
		if isLast {
			kept = append(kept, "")
		}
	}
	resolved := "/" + strings.Join(kept, "/")
	if hasQuery {
		resolved += "?" + query
	}
	return resolved
}

func isSpaceOrControl(character rune) bool {
	switch {
	case character <= ' ', character >= 0x7f && character <= 0xa0:
		return true
	case character == 0x1680, character >= 0x2000 && character <= 0x200a, character == 0x2028, character == 0x2029,
		character == 0x202f, character == 0x205f, character == 0x3000:
		return true
	}
	return false
}
