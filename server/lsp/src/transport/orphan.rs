//! A server must not outlive its editor, even if the editor dies without closing the pipe.

use std::{sync::Arc, time::Duration};

use tokio::sync::Notify;

const LOOK_EVERY: Duration = Duration::from_secs(3);

/// Watches the client's process.
#[derive(Clone, Debug, Default)]
pub(crate) struct Guardian {
    died: Arc<Notify>,
}

impl Guardian {
    /// Begins to watch the process, if it can be seen at all: in a container it may not be, and is then taken to live.
    pub(crate) fn watch(&self, process: u32) {
        if !is_alive(process) {
            return;
        }
        let died = self.died.clone();
        tokio::spawn(async move {
            while is_alive(process) {
                tokio::time::sleep(LOOK_EVERY).await;
            }
            died.notify_one();
        });
    }

    /// Waits for the watched process to be gone.
    pub(crate) async fn client_died(&self) {
        self.died.notified().await;
    }
}

#[cfg(unix)]
fn is_alive(process: u32) -> bool {
    let Some(pid) = i32::try_from(process).ok().and_then(rustix::process::Pid::from_raw) else { return false };
    // Not being allowed to signal it means that it is there.
    !matches!(rustix::process::test_kill_process(pid), Err(rustix::io::Errno::SRCH))
}

#[cfg(not(unix))]
fn is_alive(_: u32) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_process_that_ends_is_noticed_and_one_never_seen_is_not() {
        let mut child = std::process::Command::new("sleep").arg("60").spawn().unwrap();
        let guardian = Guardian::default();
        guardian.watch(child.id());
        let never = Guardian::default();
        never.watch(i32::MAX as u32);
        child.kill().unwrap();
        child.wait().unwrap();
        tokio::time::timeout(LOOK_EVERY * 2, guardian.client_died()).await.expect("the end is noticed");
        assert!(tokio::time::timeout(Duration::from_millis(50), never.client_died()).await.is_err());
    }
}
