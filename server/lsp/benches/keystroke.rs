//! From a keystroke to diagnostics and hints, beside the least a server could do: parse and publish.
//!
//! `cargo bench -p callsheet-lsp`: the median of `edit_to_diagnostics_and_hints` is to stay within 1.5 times that of `parse_and_publish`.

use std::sync::Mutex;

use divan::Bencher;
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

const URI: &str = "file:///project/.claude/workflows/release.js";
const SCRIPT: &str = include_str!("../src/tests/scripts/release.js");

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
}

impl Editor {
    fn start(least: bool) -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let (to_server, input) = tokio::io::duplex(1 << 20);
        let (output, from_server) = tokio::io::duplex(1 << 20);
        if least {
            let (service, socket) = LspService::new(Least);
            runtime.spawn(Server::new(input, output, socket).serve(service));
        } else {
            runtime.spawn(callsheet_lsp::serve(input, output));
        }
        let mut editor = Self { runtime, to_server, from_server: BufReader::new(from_server), version: 1 };
        editor.send(json!({"id": 0, "method": "initialize", "params": {"capabilities": {}}}));
        editor.wait(|message| message["id"] == 0);
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

    fn wait(&mut self, wanted: impl Fn(&Value) -> bool) {
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
                if wanted(&serde_json::from_slice(&body).expect("JSON")) {
                    return;
                }
            }
        });
    }

    /// One edit that moves a finding to another column, so that it is published each time.
    fn edit(&mut self) {
        self.version += 1;
        let padding = " ".repeat((self.version % 2) as usize + 1);
        let text = format!("{SCRIPT}agent('x',{padding}{{ lable: 'y' }})\n");
        let document = json!({"uri": URI, "version": self.version});
        let params = json!({"textDocument": document, "contentChanges": [{"text": text}]});
        self.send(json!({"method": "textDocument/didChange", "params": params}));
        let version = self.version;
        self.wait(move |message| message["params"]["version"] == version);
    }

    fn hints(&mut self) {
        let id = self.version;
        let range = json!({"start": {"line": 0, "character": 0}, "end": {"line": 999, "character": 0}});
        let params = json!({"textDocument": {"uri": URI}, "range": range});
        self.send(json!({"id": id, "method": "textDocument/inlayHint", "params": params}));
        self.wait(move |message| message["id"] == id);
    }
}

#[divan::bench]
fn parse_and_publish(bencher: Bencher) {
    let editor = Mutex::new(Editor::start(true));
    bencher.bench(|| editor.lock().expect("one at a time").edit());
}

#[divan::bench]
fn edit_to_diagnostics(bencher: Bencher) {
    let editor = Mutex::new(Editor::start(false));
    bencher.bench(|| editor.lock().expect("one at a time").edit());
}

#[divan::bench]
fn edit_to_diagnostics_and_hints(bencher: Bencher) {
    let editor = Mutex::new(Editor::start(false));
    bencher.bench(|| {
        let mut editor = editor.lock().expect("one at a time");
        editor.edit();
        editor.hints();
    });
}
