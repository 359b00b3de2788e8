//! What a sandbox gets from the process that starts it: three pipes, and nothing that process has opened.

use std::{
    fs,
    path::PathBuf,
    thread,
    time::{Duration, Instant},
};

use crate::scripted::{case, run::Stage};

/// The sandboxes this process has started and that are up, by their folders under `/proc`.
pub(super) fn sandboxes() -> Vec<PathBuf> {
    let own = std::process::id().to_string();
    let processes = fs::read_dir("/proc").expect("Linux").flatten().map(|entry| entry.path());
    let ours = |process: &PathBuf| {
        let stat = fs::read_to_string(process.join("stat")).unwrap_or_default();
        let parent = stat.rsplit_once(')').and_then(|(_, rest)| rest.split_whitespace().nth(1));
        parent == Some(&own) && fs::read(process.join("cmdline")).is_ok_and(|line| line.ends_with(b"\0sandbox\0"))
    };
    processes.filter(ours).collect()
}

/// What this process was itself started with and passes on: descriptors that are not closed on `exec`. None of ours is so.
fn passed_on() -> Vec<PathBuf> {
    const CLOSED_ON_EXEC: u32 = 0o2_000_000;
    let descriptors = fs::read_dir("/proc/self/fd").expect("Linux").flatten();
    let open = |entry: &fs::DirEntry| {
        let info = fs::read_to_string(PathBuf::from("/proc/self/fdinfo").join(entry.file_name())).unwrap_or_default();
        let flags = info.lines().find_map(|line| line.strip_prefix("flags:")).map(str::trim).unwrap_or_default();
        u32::from_str_radix(flags, 8).is_ok_and(|flags| flags & CLOSED_ON_EXEC == 0)
    };
    descriptors.filter(open).filter_map(|entry| fs::read_link(entry.path()).ok()).collect()
}

#[test]
fn a_sandbox_inherits_three_pipes_and_nothing_that_was_opened() {
    let text = "// waits\n// model: \"*\" -> never\n// expect: null\n\
                export const meta = { name: \"waits\", description: \"d\" };\nreturn agent(\"a\");\n";
    let stage = Stage::new(case::parse_file("waits", text).expect("a good header").remove(0));
    let secret = tempfile::NamedTempFile::new().expect("a file this process keeps open");
    let passed_on = passed_on();
    assert!(!passed_on.contains(&secret.path().to_owned()), "Rust opens files so that they are closed on exec");
    let run = stage.start();
    let began = Instant::now();
    let looked_at = loop {
        let found = sandboxes();
        if !found.is_empty() || began.elapsed() > Duration::from_secs(20) {
            break found;
        }
        thread::sleep(Duration::from_millis(5));
    };
    let mut seen = 0;
    for process in looked_at {
        let Ok(descriptors) = fs::read_dir(process.join("fd")) else { continue };
        // A sandbox of a test beside this one may end meanwhile.
        let targets = descriptors.flatten().filter_map(|fd| fs::read_link(fd.path()).ok());
        let strange: Vec<_> = targets
            .filter(|target| {
                let text = target.to_string_lossy();
                !text.starts_with("pipe:") && !text.ends_with("/statm") && !passed_on.contains(target)
            })
            .collect();
        assert!(strange.is_empty(), "{}: {strange:?}", process.display());
        if let Ok(environment) = fs::read(process.join("environ")) {
            assert_eq!(String::from_utf8_lossy(&environment), "");
            seen += 1;
        }
    }
    run.stop();
    drop(secret);
    assert!(seen > 0, "no sandbox was looked at");
}
