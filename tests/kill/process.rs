//! The process that is killed: a scheduler whose model is a server of the suite.

use std::{
    env, fs,
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::Arc,
};

use models::{Http, Key, wire::OpenAiChat};
use serde::{Deserialize, Serialize};

use crate::scripted::{
    case,
    run::{TOKIO, spec},
};

/// The variable that carries the order.
const ORDER: &str = "CALLSHEET_KILL_ORDER";

/// What to run.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Order {
    /// The case, by name.
    pub(super) case: String,
    /// Where runs are kept.
    pub(super) runs: PathBuf,
    /// The run to go on with.
    pub(super) resume: Option<String>,
    /// Where the server is.
    pub(super) base: String,
    /// The model to ask for. It tells the server which of the trial's runs asks.
    pub(super) model: String,
}

impl Order {
    /// Starts a process of this program that does nothing but obey.
    pub(super) fn start(&self) -> Child {
        Command::new(env::current_exe().expect("this program"))
            .args(["--exact", "kill::process::scheduler", "--ignored", "--nocapture"])
            .env(ORDER, serde_json::to_string(self).expect("plain data"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("this program starts")
    }
}

#[test]
#[ignore = "the process that the kill suite starts and kills"]
fn scheduler() {
    let Ok(order) = env::var(ORDER) else { return };
    let order: Order = serde_json::from_str(&order).expect("an order");
    let cases = case::read_all(&super::folder());
    let case = cases.iter().find(|case| case.name == order.case).expect("a known case");
    let mut spec = spec(case, &super::folder(), &order.runs);
    spec.resume = order.resume.map(|run| run.parse().expect("the name of a run"));
    spec.simulated = false;
    let model = Http::new(Box::new(OpenAiChat::default()), &order.base, Key::default(), &order.model);
    let model = model.expect("a client");
    TOKIO.block_on(async {
        let run = runtime::start(spec, Arc::new(model)).expect("the run starts");
        run.wait().await;
    });
}

/// The process that `parent` has started, if it has: the sandbox.
pub(crate) fn child_of(parent: u32) -> Option<u32> {
    fs::read_dir("/proc").ok()?.flatten().find_map(|entry| {
        let pid: u32 = entry.file_name().to_str()?.parse().ok()?;
        let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
        // `pid (name) state parent …`, and the name may hold anything.
        let above: u32 = stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()?;
        (above == parent).then_some(pid)
    })
}

/// `kill -9`.
pub(super) fn kill(pid: u32) {
    // It may have ended by itself.
    let _ = Command::new("kill").args(["-9", &pid.to_string()]).stderr(Stdio::null()).status();
}
