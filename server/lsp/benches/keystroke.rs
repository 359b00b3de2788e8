//! From a keystroke to diagnostics and hints, beside the least a server could do: parse and publish.
//!
//! `cargo bench -p callsheet-lsp`: the median of `edit_to_diagnostics_and_hints` is to stay within 1.5 times that of `parse_and_publish`
//! on the `mix` of keys. `prose` and `code` are what the mix is made of.
//!
//! - *The script* has what the median public script of 8 KB has: two thirds of it are prompts and comments, and it has a few findings.
//! - *The keys* are those of a person who writes it: every seventh of its long lines is emptied and typed in again, letter by letter, in
//!   turn with and without an editor that closes brackets and quotes. A line counts as prose if it is a comment or begins within a prompt:
//!   44 % of the keys are in such lines. 42 % of all leave a text that does not parse.
//! - *Both servers* get the same messages over the same pipes, as editors send them: what the key changed, not the whole text. The script is
//!   one of a workspace that is open and trusted.
//! - *The reference* uses the same library and the same parser, applies the change, parses the text, and publishes the syntax
//!   errors. It answers nothing, keeps nothing, and needs no protection from what it parses: less than that is no language server.
//! - *Done* is a key once the hints of the whole document are there, asked for right behind the edit. Nothing of a version is
//!   answered before its diagnostics are published, so these are there, too.

use std::{fs, sync::Mutex, thread, time::Duration};

use analysis::{carry::TextEdit, text::LineIndex};
use divan::Bencher;
use serde::{Deserialize, de::IgnoredAny};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, DuplexStream},
    runtime::Runtime,
};
use tower_lsp::{
    Client, LanguageServer, LspService, Server,
    jsonrpc::Result,
    ls_types::{
        Diagnostic, DidChangeTextDocumentParams, DidOpenTextDocumentParams, InitializeParams, InitializeResult,
        Position, PositionEncodingKind, ServerCapabilities, TextDocumentSyncCapability, TextDocumentSyncKind, Uri,
    },
};

/// All of it is ASCII: bytes, characters and UTF-16 units are the same.
const SCRIPT: &str = include_str!("triage.js");

/// Of the script's long lines one in so many is typed.
const EVERY: usize = 7;

/// Keys that are measured: all of the mix, those of its parts more than once.
const SAMPLES: u32 = 986;

fn main() {
    divan::main();
}

/// Which lines are typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Keys {
    Mix,
    Prose,
    Code,
}

const KEYS: [Keys; 3] = [Keys::Mix, Keys::Prose, Keys::Code];

impl std::fmt::Display for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Keys::Mix => "mix",
            Keys::Prose => "prose",
            Keys::Code => "code",
        })
    }
}

impl Keys {
    /// The texts that typing these lines leads to, one a key. The last is the first again.
    fn texts(self) -> Vec<String> {
        let lines: Vec<&str> = SCRIPT.lines().collect();
        let mut texts = vec![SCRIPT.to_owned()];
        let long = (0..lines.len()).filter(|at| lines[*at].trim().len() > 20);
        for (n, at) in long.step_by(EVERY).enumerate() {
            let is_prose = is_prose(&lines[..at], lines[at]);
            if self == Keys::Prose && !is_prose || self == Keys::Code && is_prose {
                continue;
            }
            let with = |line: &str| [&lines[..at], &[line], &lines[at + 1..]].concat().join("\n") + "\n";
            let indent = lines[at].len() - lines[at].trim_start().len();
            for (end, _) in lines[at].char_indices().skip(indent).chain([(lines[at].len(), ' ')]) {
                let typed = &lines[at][..end];
                let close = if n % 2 == 1 && !is_prose { closers(typed) } else { String::new() };
                texts.push(with(&format!("{typed}{close}")));
            }
        }
        texts.dedup();
        texts
    }
}

/// Whether a line is a comment or begins within a template.
fn is_prose(before: &[&str], line: &str) -> bool {
    let ticks: usize = before.iter().map(|line| line.replace("\\`", "").matches('`').count()).sum();
    ticks % 2 == 1 || line.trim_start().starts_with("//")
}

/// What an editor that closes brackets and quotes has put behind the cursor.
fn closers(typed: &str) -> String {
    let mut open = Vec::new();
    for letter in typed.chars() {
        match (letter, open.last()) {
            (quote, Some(last)) if quote == *last => drop(open.pop()),
            (_, Some('\'' | '`')) => {}
            ('\'' | '`', _) => open.push(letter),
            ('(', _) => open.push(')'),
            ('[', _) => open.push(']'),
            ('{', _) => open.push('}'),
            _ => {}
        }
    }
    open.iter().rev().collect()
}

/// Parses and publishes, nothing else.
struct Least {
    client: Client,
    text: Mutex<String>,
}

impl LanguageServer for Least {
    async fn initialize(&self, _: InitializeParams) -> Result<InitializeResult> {
        let capabilities = ServerCapabilities {
            position_encoding: Some(PositionEncodingKind::UTF8),
            text_document_sync: Some(TextDocumentSyncCapability::Kind(TextDocumentSyncKind::INCREMENTAL)),
            ..ServerCapabilities::default()
        };
        Ok(InitializeResult { capabilities, ..InitializeResult::default() })
    }

    async fn shutdown(&self) -> Result<()> {
        Ok(())
    }

    async fn did_open(&self, params: DidOpenTextDocumentParams) {
        *self.text.lock().expect("one at a time") = params.text_document.text;
    }

    async fn did_change(&self, params: DidChangeTextDocumentParams) {
        let text = {
            let mut text = self.text.lock().expect("one at a time");
            let lines = LineIndex::new(&text);
            let at = |p: Position| lines.start_of(p.line).expect("a line") as usize + p.character as usize;
            for change in params.content_changes {
                let range = change.range.expect("what the key changed");
                text.replace_range(at(range.start)..at(range.end), &change.text);
            }
            text.clone()
        };
        let script = analysis::script::parse(text);
        let found =
            script.errors.iter().map(|error| Diagnostic { message: error.message.clone(), ..Diagnostic::default() });
        let (uri, version) = (params.text_document.uri, params.text_document.version);
        self.client.publish_diagnostics(uri, found.collect(), Some(version)).await;
    }
}

struct Editor {
    /// The workspace, with the script in it.
    _folder: TempDir,
    uri: Uri,
    runtime: Runtime,
    to_server: DuplexStream,
    from_server: BufReader<DuplexStream>,
    version: i64,
    texts: Vec<String>,
    /// Which of the texts the editor shows.
    at: usize,
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
    fn start(least: bool, keys: Keys) -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let (to_server, input) = tokio::io::duplex(1 << 20);
        let (output, from_server) = tokio::io::duplex(1 << 20);
        if least {
            let (service, socket) = LspService::new(|client| Least { client, text: Mutex::default() });
            runtime.spawn(Server::new(input, output, socket).serve(service));
        } else {
            runtime.spawn(callsheet_lsp::serve(input, output));
        }
        let (folder, from_server) = (TempDir::new().expect("a folder"), BufReader::new(from_server));
        let file = folder.path().join(".claude/workflows/triage.js");
        fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
        fs::write(&file, SCRIPT).expect("a file");
        let [root, uri] = [folder.path(), &file].map(|path| Uri::from_file_path(path).expect("a path"));
        let (texts, version, at) = (keys.texts(), 1, 0);
        let mut editor = Self { _folder: folder, uri, runtime, to_server, from_server, version, texts, at };
        // What Visual Studio Code and Neovim can do, as far as it concerns this.
        let capabilities = json!({
            "general": {"positionEncodings": ["utf-8", "utf-16"]},
            "textDocument": {
                "publishDiagnostics": {"relatedInformation": true, "versionSupport": true},
                "inlayHint": {"resolveSupport": {"properties": ["textEdits", "tooltip"]}},
            },
        });
        let folders = json!([{"uri": root, "name": "project"}]);
        let params = json!({"capabilities": capabilities, "workspaceFolders": folders});
        editor.send(&json!({"id": 0, "method": "initialize", "params": params}));
        editor.wait(|message| message.id == Some(0));
        editor.send(&json!({"method": "initialized", "params": {}}));
        let document = json!({"uri": editor.uri, "languageId": "javascript", "version": 1, "text": SCRIPT});
        editor.send(&json!({"method": "textDocument/didOpen", "params": {"textDocument": document}}));
        // Until the workspace is read, too.
        thread::sleep(Duration::from_secs(1));
        editor
    }

    fn send(&mut self, message: &Value) {
        let body = format!(r#"{{"jsonrpc":"2.0",{}"#, &message.to_string()[1..]);
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

    /// The messages of the next key: the change, and the request for hints. They are made before the time is taken.
    fn next(&mut self) -> (Value, Value) {
        let was = &self.texts[self.at];
        self.at = (self.at + 1) % self.texts.len();
        let is = &self.texts[self.at];
        self.version += 1;
        let edit = TextEdit::between(was, is);
        let lines = LineIndex::new(was);
        let position = |at: u32| {
            let line = lines.line_of(at);
            json!({"line": line, "character": at - lines.start_of(line).expect("a line")})
        };
        let range = json!({"start": position(edit.start), "end": position(edit.end())});
        let added = &is[edit.start as usize..(edit.start + edit.added) as usize];
        let document = json!({"uri": self.uri, "version": self.version});
        let change = json!({"textDocument": document, "contentChanges": [{"range": range, "text": added}]});
        let everything = json!({"start": {"line": 0, "character": 0}, "end": {"line": 999, "character": 0}});
        let hints = json!({"textDocument": {"uri": self.uri}, "range": everything});
        (
            json!({"method": "textDocument/didChange", "params": change}),
            json!({"id": self.version, "method": "textDocument/inlayHint", "params": hints}),
        )
    }
}

#[divan::bench(args = KEYS, sample_count = SAMPLES, sample_size = 1)]
fn parse_and_publish(bencher: Bencher, keys: Keys) {
    let editor = Mutex::new(Editor::start(true, keys));
    bencher.with_inputs(|| editor.lock().expect("one at a time").next()).bench_values(|(change, _)| {
        let mut editor = editor.lock().expect("one at a time");
        let version = editor.version;
        editor.send(&change);
        editor.wait(|message| message.params.as_ref().and_then(|params| params.version) == Some(version));
    });
}

#[divan::bench(args = KEYS, sample_count = SAMPLES, sample_size = 1)]
fn edit_to_diagnostics_and_hints(bencher: Bencher, keys: Keys) {
    let editor = Mutex::new(Editor::start(false, keys));
    bencher.with_inputs(|| editor.lock().expect("one at a time").next()).bench_values(|(change, hints)| {
        let mut editor = editor.lock().expect("one at a time");
        let version = editor.version;
        editor.send(&change);
        editor.send(&hints);
        editor.wait(|message| message.id == Some(version));
    });
}
