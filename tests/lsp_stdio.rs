//! The real binary as a language server, over real pipes.

use std::{
    io::{BufRead, BufReader, Read, Write},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::cli::Copy;

/// Machines that build at the same time are slow.
const PATIENCE: Duration = Duration::from_secs(60);

const SCRIPT: &str = "\
export const meta = { name: 'twice', description: 'Asks twice' }
const answers = await parallel([1, 2].map(n => () => agent(`Question ${n}`)))
return answers.length
";

struct Server {
    child: Child,
    input: Option<ChildStdin>,
    messages: mpsc::Receiver<Value>,
    unread: Vec<Value>,
}

/// The next message of the server; `None` at its end.
fn read(output: &mut BufReader<ChildStdout>) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if output.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim().strip_prefix("Content-Length: ") {
            Some(value) => length = value.parse().ok()?,
            None => break,
        }
    }
    let mut body = vec![0; length];
    output.read_exact(&mut body).ok()?;
    serde_json::from_slice(&body).ok()
}

impl Server {
    fn start() -> Self {
        Self::start_with(Stdio::null())
    }

    fn start_with(log: Stdio) -> Self {
        Self::of(Path::new(env!("CARGO_BIN_EXE_callsheet")), log)
    }

    fn of(program: &Path, log: Stdio) -> Self {
        let mut child = Command::new(program)
            .arg("lsp")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .env_remove("CALLSHEET_LOG")
            .stderr(log)
            .spawn()
            .expect("the binary starts");
        let input = child.stdin.take();
        let mut output = BufReader::new(child.stdout.take().expect("a pipe"));
        let (sender, messages) = mpsc::channel();
        thread::spawn(move || while read(&mut output).is_some_and(|message| sender.send(message).is_ok()) {});
        let mut server = Self { child, input, messages, unread: Vec::new() };
        let window = json!({"workDoneProgress": true, "showDocument": {"support": true}});
        let params = json!({
            "processId": std::process::id(),
            "capabilities": {"window": window},
            "initializationOptions": {"run": {"simulatedLatencyMs": 20}},
        });
        server.send(json!({"id": 1, "method": "initialize", "params": params}));
        let answer = server.wait("the answer to initialize", |message| message["id"] == 1);
        assert_eq!(answer["result"]["serverInfo"]["name"], "callsheet");
        server.send(json!({"method": "initialized", "params": {}}));
        server
    }

    fn send(&mut self, mut message: Value) {
        message["jsonrpc"] = json!("2.0");
        let body = message.to_string();
        let input = self.input.as_mut().expect("an open pipe");
        write!(input, "Content-Length: {}\r\n\r\n{body}", body.len()).expect("the server reads");
        input.flush().expect("the server reads");
    }

    /// The first message that is wanted, however long ago it came; requests of the server are answered on the way.
    fn wait(&mut self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        if let Some(at) = self.unread.iter().position(&wanted) {
            return self.unread.remove(at);
        }
        loop {
            let message = self.messages.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("{what} did not come"));
            if message.get("method").is_some() && message.get("id").is_some() {
                self.send(json!({"id": message["id"], "result": {"success": true}}));
            }
            if wanted(&message) {
                return message;
            }
            self.unread.push(message);
        }
    }

    fn open(&mut self, uri: &str) {
        let document = json!({"uri": uri, "languageId": "javascript", "version": 1, "text": SCRIPT});
        self.send(json!({"method": "textDocument/didOpen", "params": {"textDocument": document}}));
        self.wait("diagnostics", |message| message["method"] == "textDocument/publishDiagnostics");
    }

    /// Runs the script, and gives the name of the run and the event of its end.
    fn run(&mut self, uri: &str) -> (String, Value) {
        self.open(uri);
        let params = json!({"command": "callsheet.run", "arguments": [{"uri": uri}]});
        self.send(json!({"id": 2, "method": "workspace/executeCommand", "params": params}));
        let answer = self.wait("the run's id", |message| message["id"] == 2);
        let id = answer["result"]["runId"].as_str().unwrap_or_else(|| panic!("an id: {answer}")).to_string();
        let end = self.wait("the run's end", |message| message["params"]["event"]["type"] == "runEnded");
        (id, end["params"]["event"].clone())
    }

    fn exit_code(mut self) -> Option<i32> {
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            if let Some(status) = self.child.try_wait().expect("a child") {
                return status.code();
            }
            thread::sleep(Duration::from_millis(20));
        }
        self.child.kill().expect("a child");
        panic!("the server did not end");
    }
}

#[test]
fn a_session_ends_with_0() {
    let mut server = Server::start();
    server.open("file:///project/.claude/workflows/twice.js");
    let range = json!({"start": {"line": 0, "character": 0}, "end": {"line": 9, "character": 0}});
    let params = json!({"textDocument": {"uri": "file:///project/.claude/workflows/twice.js"}, "range": range});
    server.send(json!({"id": 2, "method": "textDocument/inlayHint", "params": params}));
    let hints = server.wait("hints", |message| message["id"] == 2);
    assert!(hints["result"].to_string().contains("×2"), "{hints}");
    server.send(json!({"id": 3, "method": "shutdown"}));
    server.wait("the answer to shutdown", |message| message["id"] == 3);
    server.send(json!({"method": "exit"}));
    assert_eq!(server.exit_code(), Some(0));
}

#[test]
fn standard_error_has_the_log_and_can_be_gone() {
    let complaint = json!({"uri": "file:///project/.claude/workflows/none.js", "version": 2});
    let complaint = json!({"textDocument": complaint, "contentChanges": [{"text": ""}]});
    let complaint = json!({"method": "textDocument/didChange", "params": complaint});
    let gone = {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        writer
    };
    let (mut reader, writer) = std::io::pipe().expect("a pipe");
    for log in [gone, writer] {
        let mut server = Server::start_with(log.into());
        server.send(complaint.clone());
        server.send(json!({"id": 2, "method": "shutdown"}));
        server.wait("the answer to shutdown", |message| message["id"] == 2);
        server.send(json!({"method": "exit"}));
        assert_eq!(server.exit_code(), Some(0));
    }
    let mut log = String::new();
    reader.read_to_string(&mut log).expect("text");
    let [line] = log.lines().collect::<Vec<_>>()[..] else { panic!("one line: {log}") };
    assert!(line.contains(" WARN callsheet_lsp") && line.contains("none.js"), "{line}");
    assert!(!line.contains('\u{1b}'), "no colours: {line}");
}

#[test]
fn a_client_that_hangs_up_ends_the_server_with_1() {
    let mut server = Server::start();
    server.open("file:///project/.claude/workflows/twice.js");
    server.input = None;
    assert_eq!(server.exit_code(), Some(1));
}

#[test]
fn a_run_goes_through_its_own_process() {
    let folder = tempfile::tempdir().expect("a folder");
    let uri = format!("file://{}/twice.workflow.js", folder.path().display());
    let mut server = Server::start();
    let (id, end) = server.run(&uri);
    assert_eq!((&end["status"], &end["result"]), (&json!("ok"), &json!(2)), "{end}");
    let shown = server.wait("the transcript", |message| message["method"] == "window/showDocument");
    assert!(
        shown["params"]["uri"].as_str().is_some_and(|uri| uri.ends_with(&format!("{id}/transcript.md"))),
        "{shown}"
    );
    server.send(json!({"id": 3, "method": "shutdown"}));
    server.wait("the answer to shutdown", |message| message["id"] == 3);
    server.send(json!({"method": "exit"}));
    assert_eq!(server.exit_code(), Some(0));
}

#[test]
fn a_run_starts_though_the_program_was_replaced() {
    let folder = tempfile::tempdir().expect("a folder");
    let copy = Copy::in_folder(folder.path());
    let mut server = Server::of(copy.path(), Stdio::null());
    copy.replace();
    let (_, end) = server.run(&format!("file://{}/twice.workflow.js", folder.path().display()));
    assert_eq!((&end["status"], &end["result"]), (&json!("ok"), &json!(2)), "{end}");
}
