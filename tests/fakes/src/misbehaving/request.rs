use std::io;

use serde_json::{Map, Value, json};
use tokio::io::{AsyncRead, AsyncReadExt as _};

/// The longest head that is read.
const MAX_HEAD_BYTES: usize = 1 << 20;

/// A request of HTTP/1.1, read just well enough to be answered badly.
#[derive(Debug, PartialEq)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) target: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Request {
    /// Reads the next request; `None` when the client is done. What follows it stays in `buffer`.
    pub(crate) async fn read(stream: &mut (impl AsyncRead + Unpin), buffer: &mut Vec<u8>) -> io::Result<Option<Self>> {
        let head_end = loop {
            if let Some(end) = find(buffer, b"\r\n\r\n") {
                break end;
            }
            if buffer.len() > MAX_HEAD_BYTES {
                return Err(io::Error::other("the head of the request is too long"));
            }
            if stream.read_buf(buffer).await? == 0 {
                return Ok(None);
            }
        };
        let head = String::from_utf8_lossy(&buffer[..head_end]).into_owned();
        buffer.drain(..head_end + 4);
        let mut lines = head.split("\r\n");
        let mut first = lines.next().unwrap_or_default().split(' ').map(str::to_owned);
        let (method, target) = (first.next().unwrap_or_default(), first.next().unwrap_or_default());
        let headers = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
            .collect();
        let mut request = Self { method, target, headers, body: Vec::new() };
        request.body = request.read_body(stream, buffer).await?;
        Ok(Some(request))
    }

    async fn read_body(&self, stream: &mut (impl AsyncRead + Unpin), buffer: &mut Vec<u8>) -> io::Result<Vec<u8>> {
        if self.header("transfer-encoding").is_some_and(|coding| coding.eq_ignore_ascii_case("chunked")) {
            return read_chunks(stream, buffer).await;
        }
        let length = self.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
        take(stream, buffer, length).await
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The request as JSON; bytes of the body that are no text are replaced.
    pub(crate) fn to_json(&self) -> Value {
        let mut headers = Map::new();
        for (name, value) in &self.headers {
            let values = headers.entry(name).or_insert_with(|| json!([]));
            if let Value::Array(values) = values {
                values.push(json!(value));
            }
        }
        json!({
            "method": self.method,
            "path": self.target,
            "headers": headers,
            "body": String::from_utf8_lossy(&self.body),
        })
    }
}

async fn read_chunks(stream: &mut (impl AsyncRead + Unpin), buffer: &mut Vec<u8>) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let line = read_line(stream, buffer).await?;
        let digits = line.split(';').next().unwrap_or_default().trim();
        let length = usize::from_str_radix(digits, 16).map_err(io::Error::other)?;
        if length == 0 {
            while !read_line(stream, buffer).await?.is_empty() {}
            return Ok(body);
        }
        body.extend(take(stream, buffer, length).await?);
        read_line(stream, buffer).await?;
    }
}

async fn read_line(stream: &mut (impl AsyncRead + Unpin), buffer: &mut Vec<u8>) -> io::Result<String> {
    loop {
        if let Some(end) = find(buffer, b"\r\n") {
            let line = String::from_utf8_lossy(&buffer[..end]).into_owned();
            buffer.drain(..end + 2);
            return Ok(line);
        }
        more(stream, buffer).await?;
    }
}

async fn take(stream: &mut (impl AsyncRead + Unpin), buffer: &mut Vec<u8>, length: usize) -> io::Result<Vec<u8>> {
    while buffer.len() < length {
        more(stream, buffer).await?;
    }
    Ok(buffer.drain(..length).collect())
}

async fn more(stream: &mut (impl AsyncRead + Unpin), buffer: &mut Vec<u8>) -> io::Result<()> {
    match stream.read_buf(buffer).await? {
        0 => Err(io::ErrorKind::UnexpectedEof.into()),
        _ => Ok(()),
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn requests_on_one_connection_are_read_one_by_one() {
        let mut stream = &b"POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi\
                           PUT /b HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n\
                           GET /c HTTP/1.1\r\nX: 1\r\nx: 2\r\n\r\n"[..];
        let mut buffer = Vec::new();
        let mut seen = Vec::new();
        while let Some(request) = Request::read(&mut stream, &mut buffer).await.unwrap() {
            seen.push(request.to_json());
        }
        let headers = |json: &Value| json["headers"].clone();
        assert_eq!(seen.iter().map(|json| &json["body"]).collect::<Vec<_>>(), ["hi", "abcd", ""]);
        assert_eq!(seen.iter().map(|json| &json["path"]).collect::<Vec<_>>(), ["/a", "/b", "/c"]);
        assert_eq!(headers(&seen[2]), json!({"x": ["1", "2"]}));
    }
}
