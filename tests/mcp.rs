//! An agent's conversation with `callsheet mcp`, message by message as its client would send them.

use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::cli::{Copy, folder, program, program_at, script};

struct Client {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    next: u64,
}

impl Client {
    fn start(folder: &Path) -> Self {
        Self::of(program(folder))
    }

    fn of(mut command: Command) -> Self {
        command.arg("mcp").stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("the program starts");
        let input = child.stdin.take().expect("piped");
        let output = BufReader::new(child.stdout.take().expect("piped"));
        let mut client = Self { child, input, output, next: 0 };
        let hello = json!({"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}});
        assert_eq!(client.ask("initialize", hello)["result"]["serverInfo"]["name"], "callsheet");
        client.send(json!({"jsonrpc": "2.0", "method": "notifications/initialized"}));
        client
    }

    fn send(&mut self, message: Value) {
        writeln!(self.input, "{message}").expect("it reads");
    }

    fn ask(&mut self, method: &str, params: Value) -> Value {
        self.next += 1;
        self.send(json!({"jsonrpc": "2.0", "id": self.next, "method": method, "params": params}));
        let mut line = String::new();
        self.output.read_line(&mut line).expect("an answer");
        let answer: Value = serde_json::from_str(&line).unwrap_or_else(|e| panic!("{e} in {line:?}"));
        assert_eq!(answer["id"], self.next);
        answer
    }

    /// The status of a run once it is over.
    fn ended(&mut self, run: &Value) -> Value {
        let begun = Instant::now();
        loop {
            let status = self.call("run_status", json!({"run": run["run"]})).expect("a status");
            if status["status"] != "running" || begun.elapsed() > Duration::from_secs(60) {
                return status;
            }
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// What a tool says: its structure, or the text of its error.
    fn call(&mut self, tool: &str, arguments: Value) -> Result<Value, String> {
        let answer = self.ask("tools/call", json!({"name": tool, "arguments": arguments}));
        let result = &answer["result"];
        match result["isError"] == true {
            true => Err(result["content"][0]["text"].as_str().expect("a text").to_owned()),
            false => Ok(result["structuredContent"].clone()),
        }
    }
}

#[test]
fn an_agent_checks_prices_and_runs_what_it_wrote() {
    let workflow =
        script("const found = await parallel(args.map((a) => () => agent(`Look at ${a}`)))\nreturn found.length");
    let folder = folder(&[("a.workflow.js", &workflow)]);
    let mut client = Client::start(folder.path());

    let listed = client.ask("tools/list", json!({}));
    let names: Vec<&str> =
        listed["result"]["tools"].as_array().expect("tools").iter().filter_map(|t| t["name"].as_str()).collect();
    assert_eq!(names, ["check_workflow", "plan_workflow", "run_workflow", "run_status"]);

    let draft = script("return await agent('hi', { lable: 'x' })");
    let findings = client.call("check_workflow", json!({"text": draft})).expect("findings");
    assert_eq!(findings["findings"][0]["code"], "WF304");
    let plan = client.call("plan_workflow", json!({"path": "a.workflow.js", "args": ["x", "y"]})).expect("a plan");
    assert_eq!((&plan["agents"]["low"], &plan["agents"]["high"]), (&json!(2), &json!(2)));
    let plan = client.call("plan_workflow", json!({"text": draft})).expect("a plan of a draft");
    assert_eq!(plan["agents"]["high"], 1);

    let run = client.call("run_workflow", json!({"path": "a.workflow.js", "args": ["x", "y"]})).expect("a run");
    assert_eq!(run["simulated"], true);
    let ended = client.ended(&run);
    assert_eq!((&ended["status"], &ended["result"], &ended["totals"]["agents"]), (&json!("ok"), &json!(2), &json!(2)));
}

#[test]
fn a_server_whose_program_was_replaced_goes_on_with_the_one_it_is() {
    let folder = folder(&[("a.workflow.js", &script("return (await agent('hi')).length > 0"))]);
    let copy = Copy::in_folder(folder.path());
    let mut client = Client::of(program_at(copy.path(), folder.path()));
    copy.replace();
    let plan = client.call("plan_workflow", json!({"path": "a.workflow.js"})).expect("a plan");
    assert_eq!(plan["agents"]["high"], 1);
    let run = client.call("run_workflow", json!({"path": "a.workflow.js"})).expect("a run");
    let ended = client.ended(&run);
    assert_eq!((&ended["status"], &ended["result"]), (&json!("ok"), &json!(true)), "{ended}");
}

#[test]
fn what_an_agent_got_wrong_is_told_to_it() {
    let folder = folder(&[("a.workflow.js", &script("return Date.now()"))]);
    let mut client = Client::start(folder.path());
    let mut error = |tool, arguments| client.call(tool, arguments).expect_err("an error");
    assert!(error("plan_workflow", json!({})).contains("`path`"));
    assert!(error("plan_workflow", json!({"path": "none.js"})).contains("there is no such file"));
    assert!(error("check_workflow", json!({"file": "a.workflow.js"})).contains("unknown field `file`"));
    assert!(error("run_status", json!({"run": "../.."})).contains("there is no run"));
    assert!(error("run_workflow", json!({"path": "a.workflow.js"})).contains("line 2, column 8"));
    assert!(!folder.path().join(".callsheet").exists());

    drop(client.input);
    assert_eq!(client.child.wait().expect("it ends").code(), Some(0));
}
