//! Programs that answer, started in a process group of their own, so that whatever they start ends with them.

use std::{io, path::Path, process::Stdio};

use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};

/// A program under way. Dropping it ends the program and everything it started.
pub(crate) struct Group {
    child: Child,
}

/// The three streams of a program.
pub(crate) struct Streams {
    pub(crate) stdin: ChildStdin,
    pub(crate) stdout: ChildStdout,
    pub(crate) stderr: ChildStderr,
}

impl Group {
    /// Starts a command in `folder`, its three streams piped.
    pub(crate) fn start(command: std::process::Command, folder: &Path) -> io::Result<(Self, Streams)> {
        let mut command = Command::from(command);
        command.current_dir(folder).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        #[cfg(unix)]
        command.process_group(0);
        let mut child = command.kill_on_drop(true).spawn()?;
        let streams = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (Some(stdin), Some(stdout), Some(stderr)) = streams else {
            return Err(io::Error::other("it has no standard streams"));
        };
        Ok((Self { child }, Streams { stdin, stdout, stderr }))
    }

    /// Waits for its end.
    pub(crate) async fn wait(&mut self) -> io::Result<std::process::ExitStatus> {
        self.child.wait().await
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        #[cfg(unix)]
        if let Some(pid) = self.child.id().and_then(|id| rustix::process::Pid::from_raw(id as i32)) {
            // Err: it is gone already, which is all that is wanted.
            let _ = rustix::process::kill_process_group(pid, rustix::process::Signal::KILL);
        }
    }
}
