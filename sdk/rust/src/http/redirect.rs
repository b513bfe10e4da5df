//! Sends a request, and again to where the response leads on.

use std::borrow::Cow;

use super::host;
use super::{Error, Method, Request, Response, Url};

/// Headers that are about a body.
const OF_THE_BODY: [&str; 5] =
    ["content-type", "content-length", "content-encoding", "content-language", "content-location"];

/// Headers that another place must not see.
const OF_THE_PLACE: [&str; 3] = ["authorization", "cookie", "proxy-authorization"];

pub(super) fn send(request: &Request) -> Result<Response, Error> {
    let mut url = Url::parse(&request.url)?;
    let mut request = Cow::Borrowed(request);
    let mut redirects = 0;
    loop {
        let named = named(request.method, &url);
        let response = host::send(&request, &url).map_err(|error| error.about(&named))?;
        let Some(location) = location(&response).filter(|_| request.max_redirects > 0) else { return Ok(response) };
        if redirects == request.max_redirects {
            let text = format!("gave up after {redirects}, the last of which leads to `{location}`");
            return Err(Error::TooManyRedirects(text).about(&named));
        }
        redirects += 1;
        let next = url.join(location).map_err(|error| error.about(&named))?;
        request = Cow::Owned(redirected(request.into_owned(), response.status, &url, &next));
        url = next;
    }
}

/// How messages name a request. Without the query, which may hold what is nobody's business.
fn named(method: Method, url: &Url) -> String {
    [method.as_str(), " ", url.scheme(), "://", url.authority(), url.path()].concat()
}

/// Where a response leads on to.
fn location(response: &Response) -> Option<&str> {
    match response.status {
        301 | 302 | 303 | 307 | 308 => response.header("location"),
        _ => None,
    }
}

fn redirected(mut request: Request, status: u16, from: &Url, to: &Url) -> Request {
    request.url = to.to_string();
    if matches!(status, 301..=303) {
        if request.method != Method::Head {
            request.method = Method::Get;
        }
        request.body.clear();
        remove(&mut request, &OF_THE_BODY);
    }
    if !from.is_same_origin(to) {
        remove(&mut request, &OF_THE_PLACE);
    }
    request
}

fn remove(request: &mut Request, names: &[&str]) {
    request.headers.retain(|(header, _)| !names.iter().any(|name| header.eq_ignore_ascii_case(name)));
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;

    use super::*;
    use crate::http::testing;

    /// Answers the first requests with redirects and then with 200, and keeps what was sent.
    fn redirects(answers: &'static [(u16, &'static str)]) -> Rc<RefCell<Vec<Request>>> {
        let sent = Rc::new(RefCell::new(Vec::new()));
        let log = Rc::clone(&sent);
        testing::answer_with(move |request| {
            let mut log = log.borrow_mut();
            let answer = answers.get(log.len());
            log.push(request.clone());
            Ok(match answer {
                Some((status, location)) => Response::new(*status, "").with_header("Location", *location),
                None => Response::new(200, "here"),
            })
        });
        sent
    }

    fn request() -> Request {
        Request::post("https://a.example/x/y")
            .header("Authorization", "Bearer 1")
            .header("X-Kind", "1")
            .json(&[1])
            .follow_redirects(3)
    }

    fn names(request: &Request) -> Vec<&str> {
        request.headers.iter().map(|(name, _)| name.as_str()).collect()
    }

    #[test]
    fn a_redirect_is_a_response_unless_it_is_to_be_followed() {
        let sent = redirects(&[(302, "/z")]);
        assert_eq!(request().follow_redirects(0).send().unwrap().status, 302);
        assert_eq!(sent.borrow().len(), 1);
    }

    #[test]
    fn a_see_other_becomes_a_get_without_a_body() {
        for status in [301, 302, 303] {
            let sent = redirects(match status {
                301 => &[(301, "../z")],
                302 => &[(302, "../z")],
                _ => &[(303, "../z")],
            });
            assert_eq!(request().send().unwrap().text().unwrap(), "here");
            let sent = sent.borrow();
            assert_eq!((sent[1].method, sent[1].url.as_str()), (Method::Get, "https://a.example/z"));
            assert!(sent[1].body.is_empty());
            assert_eq!(names(&sent[1]), ["Authorization", "X-Kind"]);
        }
    }

    #[test]
    fn a_head_stays_a_head() {
        let sent = redirects(&[(303, "/z")]);
        Request::new(Method::Head, "https://a.example/").follow_redirects(1).send().unwrap();
        assert_eq!(sent.borrow()[1].method, Method::Head);
    }

    #[test]
    fn a_temporary_redirect_keeps_method_and_body() {
        let sent = redirects(&[(307, "/z"), (308, "/w")]);
        request().send().unwrap();
        let sent = sent.borrow();
        assert_eq!((sent[2].method, sent[2].url.as_str()), (Method::Post, "https://a.example/w"));
        assert_eq!(sent[2].body, b"[1]");
        assert_eq!(names(&sent[2]), ["Authorization", "X-Kind", "content-type"]);
    }

    #[test]
    fn credentials_do_not_go_to_another_place() {
        let sent = redirects(&[(307, "https://b.example/"), (307, "https://a.example/")]);
        request().header("Cookie", "a=1").send().unwrap();
        let sent = sent.borrow();
        assert_eq!(names(&sent[1]), ["X-Kind", "content-type"]);
        assert_eq!(names(&sent[2]), ["X-Kind", "content-type"], "not even on the way back");
    }

    #[test]
    fn too_many_redirects_are_an_error() {
        let sent = redirects(&[(302, "/1"), (302, "/2"), (302, "/3"), (302, "/4")]);
        let error = request().send().unwrap_err();
        let text = "GET https://a.example/3: gave up after 3, the last of which leads to `/4`";
        assert_eq!(error, Error::TooManyRedirects(text.to_owned()));
        assert_eq!(sent.borrow().len(), 4);
    }

    #[test]
    fn a_redirect_to_something_else_than_http_is_refused() {
        redirects(&[(302, "file:///etc/passwd")]);
        let error = request().send().unwrap_err();
        assert!(matches!(&error, Error::InvalidRequest(text) if text.starts_with("POST https://a.example/x/y: ")));
    }

    #[test]
    fn a_redirect_to_nowhere_and_a_not_modified_are_responses() {
        testing::answer_with(|_| Ok(Response::new(301, "")));
        assert_eq!(request().send().unwrap().status, 301);
        testing::answer_with(|_| Ok(Response::new(304, "").with_header("location", "/z")));
        assert_eq!(request().send().unwrap().status, 304);
    }
}
