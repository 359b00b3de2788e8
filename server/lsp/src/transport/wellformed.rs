//! Messages as the library understands them, and the answers to what is none.

use serde::Deserialize;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt};
use tower_lsp::jsonrpc::{Error, ErrorCode, Id, Request, Response};

/// The longest message, in bytes.
const LIMIT: u64 = 64 << 20;

/// The longest header line, in bytes.
const HEADER_LIMIT: u64 = 4 << 10;

/// What a client sends.
#[derive(Debug)]
pub(super) enum Incoming {
    /// A request or a notification.
    Request(Request),
    /// An answer to a request of ours.
    Response(Response),
    /// Neither; this is the answer to it.
    Malformed(Response),
}

/// Reads the next message; `None` at the end.
///
/// # Errors
///
/// Where reading fails, or the input ends within a message.
pub(super) async fn next(input: &mut (impl AsyncBufReadExt + Unpin)) -> std::io::Result<Option<Incoming>> {
    Ok(read(input).await?.map(|frame| match frame {
        Frame::Body(body) => understood(&body),
        Frame::TooLong => malformed(Id::Null, ErrorCode::InvalidRequest, "This message is longer than 64 MiB."),
        Frame::NoLength => malformed(Id::Null, ErrorCode::ParseError, "A message needs a Content-Length header."),
    }))
}

enum Frame {
    Body(Vec<u8>),
    TooLong,
    NoLength,
}

async fn read(input: &mut (impl AsyncBufReadExt + Unpin)) -> std::io::Result<Option<Frame>> {
    let mut length = None;
    let mut any = false;
    loop {
        let mut line = Vec::new();
        if (&mut *input).take(HEADER_LIMIT).read_until(b'\n', &mut line).await? == 0 {
            return Ok(None);
        }
        let line = String::from_utf8_lossy(&line).trim().to_ascii_lowercase();
        if line.is_empty() {
            if any {
                break;
            }
            continue;
        }
        any = true;
        if let Some((_, value)) = line.split_once("content-length:") {
            length = value.trim().parse::<u64>().ok();
        }
    }
    let Some(length) = length else { return Ok(Some(Frame::NoLength)) };
    if length > LIMIT {
        tokio::io::copy(&mut input.take(length), &mut tokio::io::sink()).await?;
        return Ok(Some(Frame::TooLong));
    }
    let mut body = vec![0; length as usize];
    input.read_exact(&mut body).await?;
    Ok(Some(Frame::Body(body)))
}

/// The message, mended where characters in it are broken, or what is wrong with it.
fn understood(body: &[u8]) -> Incoming {
    // Nearly all messages are these, and read once.
    if let Ok(request) = serde_json::from_slice::<Request>(body)
        && !request.method().is_empty()
    {
        return Incoming::Request(request);
    }
    let text = String::from_utf8_lossy(body);
    let read = |text: &str| serde_json::from_str::<Value>(text);
    let value = match read(&text).or_else(|_| read(&without_lone_surrogates(&text))) {
        Ok(value) => value,
        Err(why) => return malformed(Id::Null, ErrorCode::ParseError, format!("This message is not JSON: {why}.")),
    };
    let id = value.get("id").and_then(|id| Id::deserialize(id).ok()).unwrap_or_default();
    let message = match value.get("method") {
        Some(_) => Request::deserialize(value).map(Incoming::Request),
        None => Response::deserialize(value).map(Incoming::Response),
    };
    message.unwrap_or_else(|why| {
        malformed(id, ErrorCode::InvalidRequest, format!("This message is not JSON-RPC 2.0: {why}."))
    })
}

fn malformed(id: Id, code: ErrorCode, message: impl Into<String>) -> Incoming {
    Incoming::Malformed(Response::from_error(id, Error { code, message: message.into().into(), data: None }))
}

/// Puts U+FFFD for escapes that are half a surrogate pair, which JavaScript sends when an edit cuts a character in two.
fn without_lone_surrogates(json: &str) -> String {
    let unit = |at: usize| {
        let digits = json.get(at..at + 6)?.strip_prefix("\\u")?;
        u16::from_str_radix(digits, 16).ok()
    };
    let mut out = String::with_capacity(json.len());
    let mut at = 0;
    while let Some(c) = json[at..].chars().next() {
        let (taken, put) = match (unit(at), unit(at + 6)) {
            (Some(0xd800..0xdc00), Some(0xdc00..0xe000)) => (12, &json[at..at + 12]),
            (Some(0xd800..0xe000), _) => (6, "\\ufffd"),
            (Some(_), _) => (6, &json[at..at + 6]),
            (None, _) if c == '\\' && json[at + 1..].starts_with('\\') => (2, "\\\\"),
            (None, _) => (c.len_utf8(), &json[at..at + c.len_utf8()]),
        };
        out.push_str(put);
        at += taken;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What comes of `input`, one message a line.
    async fn read_all(input: &[u8]) -> String {
        let (mut input, mut out) = (tokio::io::BufReader::new(input), String::new());
        while let Some(message) = next(&mut input).await.unwrap() {
            out += &match message {
                Incoming::Request(request) => serde_json::to_string(&request).unwrap(),
                Incoming::Response(response) => format!("answer {}", serde_json::to_string(&response).unwrap()),
                Incoming::Malformed(answer) => format!("malformed {}", serde_json::to_string(&answer).unwrap()),
            };
            out.push('\n');
        }
        out
    }

    fn frame(body: &[u8]) -> Vec<u8> {
        [format!("Content-Length: {}\r\n\r\n", body.len()).as_bytes(), body].concat()
    }

    #[tokio::test]
    async fn messages_are_read_and_others_become_errors() {
        let good = r#"{"jsonrpc":"2.0","method":"x","params":{"t":"\ud83d\ude00"}}"#;
        let input = [
            frame(good.as_bytes()),
            frame(b"{oops"),
            b"garbage\r\n\r\n".to_vec(),
            frame(b"[]"),
            frame(br#"{"jsonrpc":"1.0","id":7,"method":"x"}"#),
            frame(br#"{"jsonrpc":"2.0","id":7,"result":null}"#),
            b"Content-Length: 9999999999999\r\n\r\n".to_vec(),
        ]
        .concat();
        expect_test::expect![[r#"
            {"jsonrpc":"2.0","method":"x","params":{"t":"😀"}}
            malformed {"jsonrpc":"2.0","error":{"code":-32700,"message":"This message is not JSON: key must be a string at line 1 column 2."},"id":null}
            malformed {"jsonrpc":"2.0","error":{"code":-32700,"message":"A message needs a Content-Length header."},"id":null}
            malformed {"jsonrpc":"2.0","error":{"code":-32600,"message":"This message is not JSON-RPC 2.0: invalid type: sequence, expected struct Response."},"id":null}
            malformed {"jsonrpc":"2.0","error":{"code":-32600,"message":"This message is not JSON-RPC 2.0: expected JSON-RPC version \"2.0\"."},"id":7}
            answer {"jsonrpc":"2.0","result":null,"id":7}
            malformed {"jsonrpc":"2.0","error":{"code":-32600,"message":"This message is longer than 64 MiB."},"id":null}
        "#]]
        .assert_eq(&read_all(&input).await);
    }

    #[tokio::test]
    async fn broken_characters_are_mended() {
        let lone = r#"{"jsonrpc":"2.0","method":"x","params":{"t":"a\ud83d \\ud83d \ud83d\ude00"}}"#;
        let invalid = b"{\"jsonrpc\":\"2.0\",\"method\":\"x\",\"params\":{\"t\":\"a\xff\"}}";
        let input = [frame(lone.as_bytes()), frame(invalid)].concat();
        expect_test::expect![[r#"
            {"jsonrpc":"2.0","method":"x","params":{"t":"a� \\ud83d 😀"}}
            {"jsonrpc":"2.0","method":"x","params":{"t":"a�"}}
        "#]]
        .assert_eq(&read_all(&input).await);
    }
}
