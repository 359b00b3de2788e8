//! From a keystroke to diagnostics and hints, beside the least a server could do: parse and publish.
//!
//! `cargo bench -p callsheet-lsp`: the median of `edit_to_diagnostics_and_hints` is to stay within 1.5 times that of `parse_and_publish`.
//!
//! The script has what the median public script of 8 KB has: two thirds of it are prompts and comments, and it has a few findings. A key
//! is typed into a prompt, one into a comment, one into code, and then they are taken back one after another; each stands on a line
//! with a finding, so that it changes what is to be published. Both servers get the same messages, with the whole text, through
//! the same pipes; hints are asked for right behind the edit, as editors do. What a key costs in one kind of place alone is measured,
//! too.

use std::sync::Mutex;

use divan::Bencher;
use serde::{Deserialize, de::IgnoredAny};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, DuplexStream},
    runtime::Runtime,
};
use tower_lsp::{
    Client, LanguageServer, LspService, Server,
    jsonrpc::Result,
    ls_types::{
        Diagnostic, DidChangeTextDocumentParams, InitializeParams, InitializeResult, ServerCapabilities,
        TextDocumentSyncCapability, TextDocumentSyncKind,
    },
};

const URI: &str = "file:///project/.claude/workflows/triage.js";
const SCRIPT: &str = include_str!("triage.js");

/// Where keys are typed, behind these texts: in a prompt, a comment, code.
const PLACES: [&str; 3] = ["Be kind", "not twenty tickets", "open.slice(0, 5"];
const ALL: &[usize] = &[0, 1, 2];

fn main() {
    divan::main();
}

/// Parses and publishes, nothing else.
struct Least(Client);

impl LanguageServer for Least {
    async fn initialize(&self, _: InitializeParams) -> Result<InitializeResult> {
        let sync = Some(TextDocumentSyncCapability::Kind(TextDocumentSyncKind::FULL));
        let capabilities = ServerCapabilities { text_document_sync: sync, ..ServerCapabilities::default() };
        Ok(InitializeResult { capabilities, ..InitializeResult::default() })
    }

    async fn shutdown(&self) -> Result<()> {
        Ok(())
    }

    async fn did_change(&self, mut params: DidChangeTextDocumentParams) {
        let text = params.content_changes.pop().map(|change| change.text).unwrap_or_default();
        let script = analysis::script::parse(text);
        let found =
            script.errors.iter().map(|error| Diagnostic { message: error.message.clone(), ..Diagnostic::default() });
        self.0.publish_diagnostics(params.text_document.uri, found.collect(), Some(params.text_document.version)).await;
    }
}

struct Editor {
    runtime: Runtime,
    to_server: DuplexStream,
    from_server: BufReader<DuplexStream>,
    version: i64,
    /// The text, and in which of [`PLACES`] keys are typed, one after another.
    text: String,
    places: &'static [usize],
    steps: usize,
}

/// As much of a message as tells which it is.
#[derive(Deserialize)]
struct Message {
    id: Option<i64>,
    params: Option<Params>,
    error: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct Params {
    version: Option<i64>,
}

impl Editor {
    fn start(least: bool, places: &'static [usize]) -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let (to_server, input) = tokio::io::duplex(1 << 20);
        let (output, from_server) = tokio::io::duplex(1 << 20);
        if least {
            let (service, socket) = LspService::new(Least);
            runtime.spawn(Server::new(input, output, socket).serve(service));
        } else {
            runtime.spawn(callsheet_lsp::serve(input, output));
        }
        let (from_server, text) = (BufReader::new(from_server), SCRIPT.to_owned());
        let mut editor = Self { runtime, to_server, from_server, version: 1, text, places, steps: 0 };
        editor.send(json!({"id": 0, "method": "initialize", "params": {"capabilities": {}}}));
        editor.wait(|message| message.id == Some(0));
        editor.send(json!({"method": "initialized", "params": {}}));
        let document = json!({"uri": URI, "languageId": "javascript", "version": 1, "text": SCRIPT});
        editor.send(json!({"method": "textDocument/didOpen", "params": {"textDocument": document}}));
        editor
    }

    fn send(&mut self, mut message: Value) {
        message["jsonrpc"] = json!("2.0");
        let body = message.to_string();
        let frame = format!("Content-Length: {}\r\n\r\n{body}", body.len());
        self.runtime.block_on(self.to_server.write_all(frame.as_bytes())).expect("the server reads");
    }

    /// Reads messages until `done` has seen all it waits for.
    fn wait(&mut self, mut done: impl FnMut(&Message) -> bool) {
        let from_server = &mut self.from_server;
        self.runtime.block_on(async move {
            loop {
                let mut length = 0;
                loop {
                    let mut line = String::new();
                    from_server.read_line(&mut line).await.expect("the server writes");
                    match line.trim().strip_prefix("Content-Length: ") {
                        Some(value) => length = value.parse().expect("a length"),
                        None => break,
                    }
                }
                let mut body = vec![0; length];
                from_server.read_exact(&mut body).await.expect("a whole message");
                let message: Message = serde_json::from_slice(&body).expect("a message");
                assert!(message.error.is_none(), "{}", String::from_utf8_lossy(&body));
                if done(&message) {
                    return;
                }
            }
        });
    }

    /// Types a key in the next place, or takes it back.
    fn edit(&mut self) {
        self.version += 1;
        let place = PLACES[self.places[self.steps % self.places.len()]];
        let typed = format!("{place}1");
        self.text = match (self.steps / self.places.len()).is_multiple_of(2) {
            true => self.text.replacen(place, &typed, 1),
            false => self.text.replacen(&typed, place, 1),
        };
        self.steps += 1;
        let document = json!({"uri": URI, "version": self.version});
        let params = json!({"textDocument": document, "contentChanges": [{"text": self.text}]});
        self.send(json!({"method": "textDocument/didChange", "params": params}));
    }

    fn edit_to_diagnostics(&mut self) {
        self.edit();
        let version = self.version;
        self.wait(|message| message.params.as_ref().and_then(|params| params.version) == Some(version));
    }

    fn edit_to_diagnostics_and_hints(&mut self) {
        self.edit();
        let version = self.version;
        let range = json!({"start": {"line": 0, "character": 0}, "end": {"line": 999, "character": 0}});
        let params = json!({"textDocument": {"uri": URI}, "range": range});
        self.send(json!({"id": version, "method": "textDocument/inlayHint", "params": params}));
        let (mut published, mut hinted) = (false, false);
        self.wait(|message| {
            published |= message.params.as_ref().and_then(|params| params.version) == Some(version);
            hinted |= message.id == Some(version);
            published && hinted
        });
    }
}

#[divan::bench]
fn parse_and_publish(bencher: Bencher) {
    let editor = Mutex::new(Editor::start(true, ALL));
    bencher.bench(|| editor.lock().expect("one at a time").edit_to_diagnostics());
}

#[divan::bench]
fn edit_to_diagnostics(bencher: Bencher) {
    let editor = Mutex::new(Editor::start(false, ALL));
    bencher.bench(|| editor.lock().expect("one at a time").edit_to_diagnostics());
}

#[divan::bench]
fn edit_to_diagnostics_and_hints(bencher: Bencher) {
    let editor = Mutex::new(Editor::start(false, ALL));
    bencher.bench(|| editor.lock().expect("one at a time").edit_to_diagnostics_and_hints());
}

#[divan::bench(args = ["prompt", "comment", "code"])]
fn edit_to_diagnostics_and_hints_in(bencher: Bencher, kind: &str) {
    let places: &'static [usize] = match kind {
        "prompt" => &[0],
        "comment" => &[1],
        _ => &[2],
    };
    let editor = Mutex::new(Editor::start(false, places));
    bencher.bench(|| editor.lock().expect("one at a time").edit_to_diagnostics_and_hints());
}
