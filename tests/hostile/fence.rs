//! The last fence: where the watch inside the sandbox failed, the system would end the process.

use std::{
    fs,
    path::Path,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use runtime::Status;

use super::inheritance::sandboxes;
use crate::scripted::{case, run::Stage};

/// A slice no other test has, so that the sandbox is known by its limit: what the slice and the spare time add up to.
const SLICE: &str = "987000 ms slice";
const FENCE: &str = "997";

/// Whether the system has this fence round a process, given by its folder under `/proc`.
fn fenced(process: &Path) -> bool {
    let limits = fs::read_to_string(process.join("limits")).unwrap_or_default();
    let line = limits.lines().find(|line| line.starts_with("Max cpu time")).unwrap_or_default();
    line.split_whitespace().nth(3) == Some(FENCE)
}

#[test]
fn a_sandbox_is_ended_by_the_system_where_its_watch_is_not_there() {
    let text = format!(
        "// spins\n// limits: {SLICE}\n// expect error: 987000 ms\n\
         export const meta = {{ name: \"spins\", description: \"d\" }};\nfor (;;);\n"
    );
    let stage = Stage::new(case::parse_file("spins", &text).expect("a good header").remove(0));
    let run = stage.start();
    let began = Instant::now();
    let process = loop {
        if let Some(found) = sandboxes().into_iter().find(|process| fenced(process)) {
            break found;
        }
        assert!(began.elapsed() < Duration::from_secs(60), "no sandbox has a limit of the processor's time");
        thread::sleep(Duration::from_millis(5));
    };
    // Nearer than it was set, so that the test does not take a quarter of an hour.
    let pid = process.file_name().expect("a number").to_string_lossy().into_owned();
    let status = Command::new("prlimit").args(["--pid", &pid, "--cpu=1:"]).status().expect("util-linux");
    assert!(status.success());
    let outcome = crate::scripted::run::TOKIO.block_on(run.wait());
    assert_eq!(outcome.status, Status::Failed);
    let said = outcome.error.expect("a reason").message;
    assert_eq!(said, "the script ran for more than 987000 ms without awaiting anything");
}
