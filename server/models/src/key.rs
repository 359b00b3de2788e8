//! Secrets: where they come from, and that they go nowhere else.

use std::{
    fmt,
    io::Read,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// Longest time a command may take to print a key: it may have to ask a person.
const PATIENCE: Duration = Duration::from_secs(60);

/// A secret. Never shown, never written.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Key(String);

impl Key {
    /// Wraps a secret; empty for servers that want none.
    pub fn new(secret: impl Into<String>) -> Self {
        Self(secret.into().trim().to_owned())
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn secret(&self) -> &str {
        &self.0
    }

    /// The text without the secret: providers repeat it when they refuse it.
    pub(crate) fn redacted(&self, text: String) -> String {
        if self.0.is_empty() { text } else { text.replace(&self.0, "…") }
    }

    /// The key that `line` prints, given to the system's shell with the provider's name as `CALLSHEET_PROVIDER`.
    ///
    /// # Errors
    ///
    /// A sentence that says why there is none. Neither the command nor what it printed is in it: either may hold a secret.
    pub(crate) fn printed_by(line: &str, provider: &str) -> Result<Self, String> {
        let mut command = crate::shell(line);
        command.env("CALLSHEET_PROVIDER", provider).stdin(Stdio::null()).stdout(Stdio::piped());
        let printed = run(&mut command).map_err(|e| format!("the command for the key {e}"))?;
        match Self::new(printed) {
            key if key.is_empty() => Err("the command for the key printed nothing".into()),
            key => Ok(key),
        }
    }
}

/// What a command prints; its standard error is the terminal's, where it may ask for a touch or a password.
fn run(command: &mut Command) -> Result<String, String> {
    let mut child = command.spawn().map_err(|e| format!("cannot start: {e}"))?;
    let end = Instant::now() + PATIENCE;
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if Instant::now() < end => thread::sleep(Duration::from_millis(5)),
            Ok(None) => {
                // It may be gone already, which is all that is wanted.
                let _ = child.kill().and_then(|()| child.wait());
                return Err(format!("took longer than {} s", PATIENCE.as_secs()));
            }
            Err(error) => return Err(format!("cannot be waited for: {error}")),
        }
    };
    if !status.success() {
        return Err(format!("failed ({status})"));
    }
    let mut printed = String::new();
    let mut out = child.stdout.take().ok_or("cannot be read")?;
    out.read_to_string(&mut printed).map_err(|_| "printed no text")?;
    Ok(printed)
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_never_shown() {
        let key = Key::new(" sk-planted\n");
        assert_eq!(key.secret(), "sk-planted");
        assert_eq!(format!("{key:?}"), "Key(…)");
        assert_eq!(key.redacted("wrong key sk-planted!".into()), "wrong key …!");
    }

    #[test]
    fn a_command_prints_it_or_says_why_not() {
        let printed = |line: &str| Key::printed_by(line, "anthropic").map(|k| k.secret().to_owned());
        assert_eq!(printed("echo sk-$CALLSHEET_PROVIDER"), Ok("sk-anthropic".into()));
        assert_eq!(printed("true").unwrap_err(), "the command for the key printed nothing");
        assert_eq!(printed("echo sk-planted; exit 3").unwrap_err(), "the command for the key failed (exit status: 3)");
    }
}
