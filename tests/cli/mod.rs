//! The commands, as a person or a program calls them.

mod check;
mod compare;
mod doctor;
mod plan;
mod prices;
mod resume;
mod run;
mod runs;
mod usage;
mod write;

use std::{
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde_json::Value;

/// What a call of the program gave.
pub(crate) struct Called {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Called {
    /// All of standard output as one JSON value.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|e| panic!("{e} in {}{}", self.out, self.err))
    }

    /// Every line of standard output as a JSON value.
    pub(crate) fn json_lines(&self) -> Vec<Value> {
        let parse = |line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e} in {line}"));
        self.out.lines().map(parse).collect()
    }
}

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the workspace")
}

pub(crate) fn program(folder: &Path) -> Command {
    program_at(Path::new(env!("CARGO_BIN_EXE_callsheet")), folder)
}

/// The program as it stands at a path.
pub(crate) fn program_at(path: &Path, folder: &Path) -> Command {
    let mut command = Command::new(path);
    command
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .env("XDG_CONFIG_HOME", "/nowhere")
        .env("XDG_DATA_HOME", "/nowhere");
    command.env("XDG_RUNTIME_DIR", folder).stdin(Stdio::null());
    command
}

/// A copy of the program in a folder, to be started and then replaced.
pub(crate) struct Copy(PathBuf);

impl Copy {
    pub(crate) fn in_folder(folder: &Path) -> Self {
        let copy = folder.join("callsheet");
        // By another process: one that starts others while it has a program open for writing keeps them from being started.
        let status = Command::new("cp").arg(env!("CARGO_BIN_EXE_callsheet")).arg(&copy).status().expect("coreutils");
        assert!(status.success());
        Self(copy)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Puts another program in its place, as an upgrade does.
    pub(crate) fn replace(&self) {
        std::fs::remove_file(&self.0).expect("it was there");
        std::fs::write(&self.0, "#!/bin/sh\necho 'another version'\nexit 9\n").expect("a file");
    }
}

/// Calls the program in `folder`.
pub(crate) fn call(folder: &Path, arguments: &[&str]) -> Called {
    answer(program(folder).args(arguments).output().expect("the program starts"))
}

/// Calls the program in `folder` with `text` on standard input.
pub(crate) fn call_with(folder: &Path, arguments: &[&str], text: &str) -> Called {
    let mut command = program(folder);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    child.stdin.take().expect("piped").write_all(text.as_bytes()).expect("it reads");
    answer(child.wait_with_output().expect("it ends"))
}

pub(crate) fn answer(output: std::process::Output) -> Called {
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    Called { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
}

/// A folder with these files.
pub(crate) fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("inside the folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }
    folder
}

/// A script with this body.
pub(crate) fn script(body: &str) -> String {
    format!("export const meta = {{ name: 'sample', description: 'A sample' }}\n{body}\n")
}

#[test]
fn bad_usage_is_told_apart_and_told_in_json_to_programs() {
    let folder = folder(&[]);
    let [people, programs] = [&["plan"][..], &["plan", "--json"]].map(|arguments| call(folder.path(), arguments));
    assert_eq!((people.code, programs.code), (2, 2));
    assert!(people.err.contains("<FILE>"), "{}", people.err);
    assert_eq!(programs.json()["type"], "error");
    assert!(programs.json()["message"].as_str().is_some_and(|m| m.contains("<FILE>")), "{}", programs.out);

    let missing = call(folder.path(), &["run", "none.js", "--json"]);
    assert_eq!(
        (missing.code, missing.json()["message"].as_str()),
        (2, Some("cannot read none.js: there is no such file"))
    );
    assert_eq!(call(folder.path(), &["--help"]).code, 0);
}
