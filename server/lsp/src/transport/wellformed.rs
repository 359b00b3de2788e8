//! Lets through only messages the library can read: at the first other one it stops reading for good.

use std::{borrow::Cow, task};

use futures::future::{self, Either, Ready};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWriteExt, BufReader, DuplexStream};
use tower::Service;
use tower_lsp::jsonrpc::{Error, ErrorCode, Request, Response};

/// A request that stands for a message that was none; its answer is the error in its parameters.
const METHOD: &str = "callsheet/malformed";

/// The server, with answers to messages that were none.
pub(crate) struct Answering<S>(pub(crate) S);

impl<S> Service<Request> for Answering<S>
where
    S: Service<Request, Response = Option<Response>>,
    S::Future: Send + 'static,
{
    type Response = Option<Response>;
    type Error = S::Error;
    type Future = Either<S::Future, Ready<Result<Self::Response, Self::Error>>>;

    fn poll_ready(&mut self, context: &mut task::Context<'_>) -> task::Poll<Result<(), Self::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        if request.method() != METHOD {
            return Either::Left(self.0.call(request));
        }
        let (_, id, params) = request.into_parts();
        let error =
            params.and_then(|params| serde_json::from_value(params).ok()).unwrap_or_else(Error::invalid_request);
        Either::Right(future::ready(Ok(Some(Response::from_error(id.unwrap_or_default(), error)))))
    }
}

/// The longest message, in bytes.
const LIMIT: u64 = 64 << 20;

/// The longest header line, in bytes.
const HEADER_LIMIT: u64 = 4 << 10;

/// Reads messages from `input` until its end and passes them on, malformed ones as requests for an error.
pub(crate) async fn forward(input: impl AsyncRead + Unpin, mut output: DuplexStream) {
    let mut input = BufReader::new(input);
    while let Ok(Some(message)) = read(&mut input).await {
        let body = match message {
            Frame::Body(body) => checked(&body).into_owned(),
            Frame::TooLong => error(Value::Null, ErrorCode::InvalidRequest, "This message is longer than 64 MiB."),
            Frame::NoLength => error(Value::Null, ErrorCode::ParseError, "A message needs a Content-Length header."),
        };
        let header = format!("Content-Length: {}\r\n\r\n", body.len());
        if output.write_all(header.as_bytes()).await.is_err() || output.write_all(&body).await.is_err() {
            return;
        }
    }
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

/// The message as it is, mended, or as a request for an error.
fn checked(body: &[u8]) -> Cow<'_, [u8]> {
    // Nearly all messages are read once, here, and never taken apart.
    if serde_json::from_slice::<Request>(body).is_ok_and(|request| !request.method().is_empty()) {
        return body.into();
    }
    let text = String::from_utf8_lossy(body);
    let (value, mended) = match serde_json::from_str::<Value>(&text) {
        Ok(value) => (value, matches!(text, Cow::Owned(_))),
        Err(_) => match serde_json::from_str::<Value>(&without_lone_surrogates(&text)) {
            Ok(value) => (value, true),
            Err(why) => {
                return error(Value::Null, ErrorCode::ParseError, &format!("This message is not JSON: {why}.")).into();
            }
        },
    };
    let wrong = match value.get("method") {
        Some(_) => Request::deserialize(&value).err(),
        None => Response::deserialize(&value).err(),
    };
    match wrong {
        Some(why) => {
            let id = value.get("id").filter(|id| id.is_i64() || id.is_string()).cloned().unwrap_or_default();
            error(id, ErrorCode::InvalidRequest, &format!("This message is not JSON-RPC 2.0: {why}.")).into()
        }
        None if mended => serde_json::to_vec(&value).unwrap_or_default().into(),
        None => body.into(),
    }
}

fn error(id: Value, code: ErrorCode, message: &str) -> Vec<u8> {
    let error = Error { code, message: message.to_string().into(), data: None };
    json!({"jsonrpc": "2.0", "id": id, "method": METHOD, "params": error}).to_string().into_bytes()
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

    /// What `forward` makes of `input`, one message a line.
    async fn forwarded(input: &[u8]) -> String {
        let (ours, mut theirs) = tokio::io::duplex(1 << 20);
        forward(input, ours).await;
        let mut out = String::new();
        theirs.read_to_string(&mut out).await.unwrap();
        let bodies = out.split("Content-Length: ").skip(1).filter_map(|frame| frame.split_once("\r\n\r\n"));
        bodies.map(|(_, body)| body.to_string() + "\n").collect()
    }

    fn frame(body: &[u8]) -> Vec<u8> {
        [format!("Content-Length: {}\r\n\r\n", body.len()).as_bytes(), body].concat()
    }

    #[tokio::test]
    async fn messages_go_through_and_others_become_errors() {
        let good = r#"{"jsonrpc":"2.0","method":"x","params":{"t":"\ud83d\ude00"}}"#;
        let input = [
            frame(good.as_bytes()),
            frame(b"{oops"),
            b"garbage\r\n\r\n".to_vec(),
            frame(b"[]"),
            frame(br#"{"jsonrpc":"1.0","id":7,"method":"x"}"#),
            b"Content-Length: 9999999999999\r\n\r\n".to_vec(),
        ]
        .concat();
        expect_test::expect![[r#"
            {"jsonrpc":"2.0","method":"x","params":{"t":"\ud83d\ude00"}}
            {"jsonrpc":"2.0","id":null,"method":"callsheet/malformed","params":{"code":-32700,"message":"This message is not JSON: key must be a string at line 1 column 2."}}
            {"jsonrpc":"2.0","id":null,"method":"callsheet/malformed","params":{"code":-32700,"message":"A message needs a Content-Length header."}}
            {"jsonrpc":"2.0","id":null,"method":"callsheet/malformed","params":{"code":-32600,"message":"This message is not JSON-RPC 2.0: invalid type: sequence, expected struct Response."}}
            {"jsonrpc":"2.0","id":7,"method":"callsheet/malformed","params":{"code":-32600,"message":"This message is not JSON-RPC 2.0: expected JSON-RPC version \"2.0\"."}}
            {"jsonrpc":"2.0","id":null,"method":"callsheet/malformed","params":{"code":-32600,"message":"This message is longer than 64 MiB."}}
        "#]]
        .assert_eq(&forwarded(&input).await);
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
        .assert_eq(&forwarded(&input).await);
    }
}
