//! An editor in memory, over the real codec. Dropping it fails the test if a message was left unread.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, DuplexStream},
    sync::Notify,
    task::JoinHandle,
};

use crate::{Ended, serve};

const PATIENCE: Duration = Duration::from_secs(20);

#[derive(Default)]
struct Unread {
    messages: Mutex<VecDeque<Value>>,
    more: Notify,
}

pub(crate) struct TestClient {
    to_server: DuplexStream,
    unread: Arc<Unread>,
    server: Option<JoinHandle<std::io::Result<Ended>>>,
    next_id: i64,
    version: i32,
    finished: bool,
}

/// Everything a good editor can do.
pub(crate) fn capabilities() -> Value {
    json!({
        "general": {"positionEncodings": ["utf-8", "utf-16"]},
        "window": {"workDoneProgress": true, "showDocument": {"support": true}},
        "textDocument": {
            "documentSymbol": {"hierarchicalDocumentSymbolSupport": true},
            "codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": []}}},
            "publishDiagnostics": {"relatedInformation": true},
        },
    })
}

impl TestClient {
    /// A client that has been through `initialize`.
    pub(crate) async fn start() -> Self {
        Self::with(capabilities(), json!(null)).await
    }

    pub(crate) async fn with(capabilities: Value, options: Value) -> Self {
        Self::introduced(capabilities, options, json!(null)).await
    }

    async fn introduced(capabilities: Value, options: Value, folders: Value) -> Self {
        let mut client = Self::connect();
        // Simulations begin at some time, and change numbers: only where a test is about them.
        let mut options = if options.is_null() { json!({}) } else { options };
        if options.get("simulations").is_none() {
            options["simulations"] = json!(0);
        }
        let params = json!({
            "processId": null, "capabilities": capabilities, "initializationOptions": options, "workspaceFolders": folders
        });
        client.request("initialize", params).await;
        client.notify("initialized", json!({})).await;
        client
    }

    /// A client whose workspace is a folder.
    pub(crate) async fn in_folder(folder: &std::path::Path, options: Value) -> Self {
        let uri = tower_lsp::ls_types::Uri::from_file_path(folder).unwrap();
        let folders = json!([{"uri": uri.as_str(), "name": "it"}]);
        Self::introduced(capabilities(), options, folders).await
    }

    /// What the first hint says that has `words` in it, once there is one: up to the second part of its label.
    pub(crate) async fn hint_with(&mut self, uri: &str, words: &str) -> String {
        let everything = json!({"start": {"line": 0, "character": 0}, "end": {"line": 9999, "character": 0}});
        for _ in 0..500 {
            let params = json!({"textDocument": {"uri": uri}, "range": everything});
            let hints = self.request("textDocument/inlayHint", params).await;
            for hint in hints.as_array().into_iter().flatten() {
                let parts = hint["label"].as_array().into_iter().flatten().filter_map(|part| part["value"].as_str());
                let parts: Vec<&str> = parts.collect();
                if parts.concat().contains(words) {
                    return parts.into_iter().take(2).collect();
                }
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        panic!("no hint of {uri} says {words:?}");
    }

    /// The last lens of a script, once it has `word` in it.
    pub(crate) async fn lens_with(&mut self, uri: &str, word: &str) -> String {
        // A simulation gives way to everything else on the machine.
        for _ in 0..3000 {
            let lenses = self.request("textDocument/codeLens", json!({"textDocument": {"uri": uri}})).await;
            let title = lenses.as_array().and_then(|lenses| lenses.last()?["command"]["title"].as_str());
            if let Some(title) = title.filter(|title| title.contains(word)) {
                return title.to_owned();
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("no lens of {uri} says {word:?}");
    }

    /// A client that has said nothing yet.
    pub(crate) fn connect() -> Self {
        let (to_server, input) = tokio::io::duplex(1 << 20);
        let (output, from_server) = tokio::io::duplex(1 << 20);
        let unread = Arc::new(Unread::default());
        let theirs = unread.clone();
        tokio::spawn(async move {
            let mut from_server = BufReader::new(from_server);
            while let Some(message) = read(&mut from_server).await {
                theirs.messages.lock().unwrap().push_back(message);
                theirs.more.notify_one();
            }
        });
        let server = Some(tokio::spawn(serve(input, output)));
        Self { to_server, unread, server, next_id: 0, version: 0, finished: false }
    }

    /// Sends bytes as they are.
    pub(crate) async fn raw(&mut self, bytes: &[u8]) {
        self.to_server.write_all(bytes).await.unwrap();
    }

    pub(crate) async fn send(&mut self, message: Value) {
        let body = message.to_string();
        self.raw(format!("Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes()).await;
    }

    pub(crate) async fn notify(&mut self, method: &str, params: Value) {
        self.send(json!({"jsonrpc": "2.0", "method": method, "params": params})).await;
    }

    /// Asks and takes the answer whole: with `result` or `error`.
    pub(crate) async fn ask(&mut self, method: &str, params: Value) -> Value {
        self.next_id += 1;
        let id = self.next_id;
        let mut message = json!({"jsonrpc": "2.0", "id": id, "method": method});
        if !params.is_null() {
            message["params"] = params;
        }
        self.send(message).await;
        self.take(&format!("the answer to {method}"), |m| m.get("method").is_none() && m["id"] == id).await
    }

    /// Asks without waiting for the answer; gives the request's id.
    pub(crate) async fn begin(&mut self, method: &str, params: Value) -> i64 {
        self.next_id += 1;
        let id = self.next_id;
        self.send(json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params})).await;
        id
    }

    /// The answer to the request `id`, of whichever method.
    pub(crate) async fn answer_to(&mut self, id: Value) -> Value {
        self.take("an answer", |m| m.get("method").is_none() && m["id"] == id).await
    }

    /// Asks and takes the result.
    pub(crate) async fn request(&mut self, method: &str, params: Value) -> Value {
        let answer = self.ask(method, params).await;
        assert!(answer.get("error").is_none(), "{method}: {answer}");
        answer["result"].clone()
    }

    /// The next message of a method, parameters only.
    pub(crate) async fn notification(&mut self, method: &str) -> Value {
        self.take(method, |m| m["method"] == method).await["params"].clone()
    }

    /// Answers the next request of a method; gives its parameters.
    pub(crate) async fn answer(&mut self, method: &str, result: Value) -> Value {
        let request = self.take(method, |m| m["method"] == method && m.get("id").is_some()).await;
        self.send(json!({"jsonrpc": "2.0", "id": request["id"], "result": result})).await;
        request["params"].clone()
    }

    /// The methods of messages that are not read yet.
    pub(crate) fn unread(&self) -> Vec<String> {
        let messages = self.unread.messages.lock().unwrap();
        messages.iter().map(|message| message["method"].as_str().unwrap_or_default().into()).collect()
    }

    /// Forgets messages of a method that a test does not care about.
    pub(crate) fn ignore(&mut self, method: &str) {
        self.unread.messages.lock().unwrap().retain(|m| m["method"] != method);
    }

    pub(crate) async fn open(&mut self, uri: &str, text: &str) {
        self.version = 1;
        let document = json!({"uri": uri, "languageId": "javascript", "version": 1, "text": text});
        self.notify("textDocument/didOpen", json!({"textDocument": document})).await;
    }

    /// Opens a script and takes its first diagnostics.
    pub(crate) async fn open_script(&mut self, uri: &str, text: &str) -> Vec<Value> {
        self.open(uri, text).await;
        self.diagnostics(uri).await
    }

    /// The next diagnostics of a script.
    pub(crate) async fn diagnostics(&mut self, uri: &str) -> Vec<Value> {
        let of = |m: &Value| m["method"] == "textDocument/publishDiagnostics" && m["params"]["uri"] == uri;
        self.take("diagnostics", of).await["params"]["diagnostics"].as_array().unwrap().clone()
    }

    pub(crate) async fn change(&mut self, uri: &str, changes: Value) {
        self.version += 1;
        self.change_to(self.version, uri, changes).await;
    }

    pub(crate) async fn change_to(&mut self, version: i32, uri: &str, changes: Value) {
        let document = json!({"uri": uri, "version": version});
        self.notify("textDocument/didChange", json!({"textDocument": document, "contentChanges": changes})).await;
    }

    async fn take(&mut self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let unread = self.unread.clone();
        let taking = async move {
            loop {
                if let Some(message) = {
                    let mut messages = unread.messages.lock().unwrap();
                    messages.iter().position(&wanted).and_then(|at| messages.remove(at))
                } {
                    return message;
                }
                unread.more.notified().await;
            }
        };
        match tokio::time::timeout(PATIENCE, taking).await {
            Ok(message) => message,
            Err(_) => panic!("no {what}; unread: {:?}", self.unread.messages.lock().unwrap()),
        }
    }

    /// Says goodbye properly and waits for the server's end.
    pub(crate) async fn finish(mut self) {
        self.request("shutdown", json!(null)).await;
        self.notify("exit", json!(null)).await;
        assert_eq!(self.ended().await, Ended::Properly);
    }

    /// Says goodbye; messages of these methods may still be under way.
    pub(crate) async fn finish_ignoring(mut self, methods: &[&str]) {
        self.request("shutdown", json!(null)).await;
        self.notify("exit", json!(null)).await;
        assert_eq!(self.ended().await, Ended::Properly);
        methods.iter().for_each(|method| self.ignore(method));
    }

    /// Closes the pipe without a word and waits for the server's end.
    pub(crate) async fn hang_up(mut self) -> Ended {
        let (gone, _) = tokio::io::duplex(1);
        self.to_server = gone;
        self.ended().await
    }

    pub(crate) async fn ended(&mut self) -> Ended {
        self.finished = true;
        let server = self.server.take().unwrap();
        tokio::time::timeout(PATIENCE, server).await.expect("the server ends").unwrap().unwrap()
    }
}

impl Drop for TestClient {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert!(self.finished, "a conversation ends with finish()");
            let unread = self.unread.messages.lock().unwrap();
            assert!(unread.is_empty(), "unread: {unread:#?}");
        }
    }
}

async fn read(input: &mut BufReader<DuplexStream>) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if input.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        match line.trim() {
            "" => break,
            line => length = line.strip_prefix("Content-Length: ")?.parse().ok()?,
        }
    }
    let mut body = vec![0; length];
    input.read_exact(&mut body).await.ok()?;
    Some(serde_json::from_slice(&body).expect("the server sends JSON"))
}
