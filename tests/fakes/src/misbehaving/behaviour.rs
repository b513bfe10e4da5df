use std::time::Duration;

/// One way to treat a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Misbehaviour {
    /// `/echo`: answers well, with the request as JSON: `method`, `path`, `headers` (lists by name), `body`.
    Echo,
    /// `/status/503`: answers with a status.
    Status(u16),
    /// `/redirect/307?to=URL`: answers with a status that redirects; the URL goes to the end of the query.
    Redirect {
        /// 301, 302, 303, 307 or 308.
        status: u16,
        /// The `Location`.
        to: String,
    },
    /// `/loop`: redirects to itself.
    RedirectLoop,
    /// `/endless`: a body without end.
    EndlessBody,
    /// `/huge`: announces a body of a tebibyte, sends the start of it, and waits.
    HugeLength,
    /// `/drip?every_ms=100`: sends a byte of the body at a time, for ever.
    DrippingBody(Duration),
    /// `/slow-headers?every_ms=100`: sends a byte of the headers at a time, for ever.
    SlowHeaders(Duration),
    /// `/many-headers`: sends headers without end.
    EndlessHeaders,
    /// `/gzip-bomb?bytes=1000000`: zeros, gzipped a thousandfold.
    GzipBomb(u64),
    /// `/truncated`: closes the connection in the middle of the body.
    TruncatedBody,
    /// `/reset`: resets the connection in the middle of the body.
    ResetAfterHeaders,
    /// `/invalid-http`: answers with something else than HTTP.
    InvalidHttp,
    /// `/never`: does not answer.
    NeverAnswers,
}

/// How much a bomb holds when its path does not say.
const DEFAULT_BOMB_BYTES: u64 = 1 << 30;
/// How long a slow answer waits between two bytes when its path does not say.
const DEFAULT_PACE_MS: u64 = 100;

impl Misbehaviour {
    /// What a path asks for; a path that is none of these is a 404.
    pub(crate) fn of_path(target: &str) -> Self {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let number = |name: &str, default: u64| {
            let values = query.split('&').filter_map(|pair| pair.split_once('='));
            values.filter(|(key, _)| *key == name).find_map(|(_, value)| value.parse().ok()).unwrap_or(default)
        };
        let pace = || Duration::from_millis(number("every_ms", DEFAULT_PACE_MS));
        let last_number = || path.rsplit('/').next().and_then(|last| last.parse().ok());
        match path {
            "/echo" => Self::Echo,
            "/loop" => Self::RedirectLoop,
            "/endless" => Self::EndlessBody,
            "/huge" => Self::HugeLength,
            "/drip" => Self::DrippingBody(pace()),
            "/slow-headers" => Self::SlowHeaders(pace()),
            "/many-headers" => Self::EndlessHeaders,
            "/gzip-bomb" => Self::GzipBomb(number("bytes", DEFAULT_BOMB_BYTES)),
            "/truncated" => Self::TruncatedBody,
            "/reset" => Self::ResetAfterHeaders,
            "/invalid-http" => Self::InvalidHttp,
            "/never" => Self::NeverAnswers,
            _ if path.starts_with("/redirect/") => Self::Redirect {
                status: last_number().unwrap_or(302),
                to: query.split_once("to=").map_or_else(String::new, |(_, url)| url.to_owned()),
            },
            _ if path.starts_with("/status/") => Self::Status(last_number().unwrap_or(404)),
            _ => Self::Status(404),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_says_how_to_misbehave() {
        for (target, wanted) in [
            ("/echo?a=b", Misbehaviour::Echo),
            ("/status/503", Misbehaviour::Status(503)),
            ("/drip?every_ms=7", Misbehaviour::DrippingBody(Duration::from_millis(7))),
            ("/slow-headers", Misbehaviour::SlowHeaders(Duration::from_millis(100))),
            ("/gzip-bomb?bytes=9", Misbehaviour::GzipBomb(9)),
            (
                "/redirect/307?to=http://10.0.0.1/?a=1&to=2",
                Misbehaviour::Redirect { status: 307, to: "http://10.0.0.1/?a=1&to=2".to_owned() },
            ),
            ("/elsewhere", Misbehaviour::Status(404)),
        ] {
            assert_eq!(Misbehaviour::of_path(target), wanted);
        }
    }
}
