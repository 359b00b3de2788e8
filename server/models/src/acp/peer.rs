//! JSON-RPC with an agent: one line, one message; while we wait for an answer we hear what the agent says and asks.

use std::collections::VecDeque;

use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    process::{ChildStdin, ChildStdout},
};

use crate::wire::json as json_of;

/// Longest message an agent may send.
const MOST_BYTES: u64 = 64 << 20;

/// The way to an agent.
pub(super) struct Peer {
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    issued: u64,
    noise: VecDeque<String>,
}

/// Who hears what the agent says while we wait.
pub(super) trait Hears {
    /// A notification.
    fn told(&mut self, method: &str, params: &Value);
    /// A request; the error is the code and the message of the answer.
    fn asked(&mut self, method: &str, params: &Value) -> Result<Value, (i64, String)>;
}

/// Why a call of the agent has no result.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The agent is gone, or speaks something else.
    Gone(String),
    /// It says no: the code and the message.
    Said(i64, String),
}

impl Peer {
    pub(super) fn new(input: ChildStdin, output: ChildStdout) -> Self {
        Self { input, output: BufReader::new(output), issued: 0, noise: VecDeque::new() }
    }

    /// Calls a method of the agent and waits for its result.
    pub(super) async fn call(&mut self, method: &str, params: Value, ears: &mut impl Hears) -> Result<Value, Trouble> {
        self.issued += 1;
        let id = self.issued;
        self.say(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params})).await;
        loop {
            let message = self.next().await?;
            match (message["method"].as_str(), message.get("id")) {
                (Some(method), None) => ears.told(method, &message["params"]),
                (Some(method), Some(asked)) => {
                    let answer = match ears.asked(method, &message["params"]) {
                        Ok(result) => json!({"jsonrpc": "2.0", "id": asked, "result": result}),
                        Err((code, message)) => {
                            json!({"jsonrpc": "2.0", "id": asked, "error": {"code": code, "message": message}})
                        }
                    };
                    self.say(&answer).await;
                }
                (None, Some(answered)) if *answered == id => {
                    let error = &message["error"];
                    if error.is_null() {
                        return Ok(message["result"].clone());
                    }
                    let said = error["message"].as_str().unwrap_or("it gave no reason");
                    let details = [&error["data"]["details"], &error["data"]["message"], &error["data"]];
                    let details = details.iter().find_map(|d| d.as_str()).map(|d| format!(": {d}"));
                    let said = format!("{said}{}", details.unwrap_or_default());
                    return Err(Trouble::Said(error["code"].as_i64().unwrap_or_default(), said));
                }
                _ => {}
            }
        }
    }

    /// Says something. An agent that does not listen has ended, and what it said before that is worth more than that: the next look
    /// for a message tells.
    async fn say(&mut self, message: &Value) {
        let line = format!("{message}\n");
        let _ = self.input.write_all(line.as_bytes()).await.and(self.input.flush().await);
    }

    /// The next message. Lines that are none are kept for the error, should it come to one: agents print there why they end.
    async fn next(&mut self) -> Result<Value, Trouble> {
        let mut line = Vec::new();
        loop {
            line.clear();
            let read = (&mut self.output).take(MOST_BYTES).read_until(b'\n', &mut line).await;
            match read {
                Ok(0) => {
                    let said: Vec<String> = self.noise.drain(..).collect();
                    let said = if said.is_empty() { String::new() } else { format!(", saying: {}", said.join(" ")) };
                    return Err(Trouble::Gone(format!("it ended before it answered{said}")));
                }
                Ok(_) if line.last() != Some(&b'\n') && line.len() as u64 == MOST_BYTES => {
                    return Err(Trouble::Gone(format!("it sent a message of more than {} MiB", MOST_BYTES >> 20)));
                }
                Ok(_) => {}
                Err(error) => return Err(Trouble::Gone(format!("it cannot be heard: {error}"))),
            }
            let text = String::from_utf8_lossy(&line);
            match json_of(&text) {
                Ok(message) if message.is_object() => return Ok(message),
                _ => {
                    self.noise.push_back(text.trim().to_owned());
                    if self.noise.len() > 4 {
                        self.noise.pop_front();
                    }
                }
            }
        }
    }
}
