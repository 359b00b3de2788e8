//! What leaves the program: text for people, JSON for programs, one sentence for what failed.

use std::io::{self, IsTerminal, Write};

use serde::Serialize;

/// Why a command could not do its work.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The command makes no sense, or names what is not there: one sentence with the way out.
    #[error("{0}")]
    Usage(String),
    /// What was written could not be delivered.
    #[error("cannot write: {0}")]
    Write(#[from] io::Error),
}

impl Failure {
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::Usage(message.into())
    }

    /// Whether the reader went away, as `head` does: nothing is wrong then.
    pub(crate) fn is_broken_pipe(&self) -> bool {
        matches!(self, Self::Write(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }
}

/// Writes a line to standard output.
pub(crate) fn line(line: &str) -> io::Result<()> {
    text(&format!("{line}\n"))
}

/// Writes a text to standard output as it is.
pub(crate) fn text(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

/// Writes lines to standard output.
pub(crate) fn lines(lines: &[String]) -> Result<(), Failure> {
    Ok(lines.iter().try_for_each(|text| line(text))?)
}

/// Writes a value to standard output as JSON, for people and programs: indented.
pub(crate) fn json(value: &impl Serialize) -> io::Result<()> {
    line(&serde_json::to_string_pretty(value)?)
}

/// Writes a value to standard output as one line of JSON.
pub(crate) fn json_line(value: &impl Serialize) -> io::Result<()> {
    line(&serde_json::to_string(value)?)
}

/// Writes a line to standard error. What cannot be written there cannot be reported either.
pub(crate) fn note(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// Says what failed: a sentence on standard error, or `{"type":"error","message":…}` on standard output.
pub(crate) fn complain(failure: &Failure, as_json: bool) {
    if as_json {
        let error = serde_json::json!({"type": "error", "message": failure.to_string()});
        let _ = json_line(&error);
    } else {
        note(&format!("error: {failure}"));
    }
}

/// Whether people read standard output in colour.
pub(crate) fn in_colour() -> bool {
    io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty())
}
