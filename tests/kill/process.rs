//! The process that is killed: a scheduler with a model that notes every question in a file.

use std::{
    env,
    fs::{self, File},
    io::Write,
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::Mutex,
};

use models::{Model, Reply, Request};
use serde::{Deserialize, Serialize};

use crate::scripted::{
    case,
    model::Scripted,
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
    /// Where every question is noted, a JSON string a line.
    pub(super) asked: PathBuf,
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
    let note = File::options().create(true).append(true).open(&order.asked).expect("a file for notes");
    let model = Noting { model: Scripted::new(case.model.clone()), note: Mutex::new(note) };
    TOKIO.block_on(async {
        let run = runtime::start(spec, std::sync::Arc::new(model)).expect("the run starts");
        run.wait().await;
    });
}

/// Notes a question before it is asked, in one write, so that a kill cannot tear it.
struct Noting {
    model: Scripted,
    note: Mutex<File>,
}

impl Model for Noting {
    fn answer(&self, request: Request) -> Reply<'_> {
        let line = format!("{}\n", serde_json::Value::from(request.prompt.as_str()));
        self.note.lock().expect("no holder panics").write_all(line.as_bytes()).expect("noted");
        self.model.answer(request)
    }
}

/// The process that `parent` has started, if it has: the sandbox.
pub(super) fn child_of(parent: u32) -> Option<u32> {
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
