//! Between the bytes of a pipe and the server: what the library leaves open.
//!
//! It answers malformed messages and goes on, writes in the order in which things were posted, and ends when the client does.

mod connection;
mod orphan;
mod outgoing;
mod wellformed;

pub(crate) use orphan::Guardian;
pub(crate) use outgoing::Out;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::oneshot,
};
use tower_lsp::LspService;

use crate::{
    outbox::Outbox,
    owner::{self, Mailbox},
    server::Slot,
};

/// How long answers, and the end of runs, may still take once the client is gone.
const FAREWELL: Duration = Duration::from_secs(2);

/// How the server ended, and with it the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// After `shutdown`.
    Properly,
    /// Without.
    Abruptly,
}

impl Ended {
    /// The exit code the protocol asks for.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Properly => 0,
            Self::Abruptly => 1,
        }
    }
}

/// Serves one client until it says `exit`, closes its end or dies. Runs that are live then are stopped.
///
/// # Errors
///
/// When the thread the server needs cannot be started.
pub async fn serve(
    input: impl AsyncRead + Send + Unpin + 'static,
    output: impl AsyncWrite + Send + 'static,
) -> std::io::Result<Ended> {
    let shut_down = Arc::new(AtomicBool::new(false));
    let guardian = Guardian::default();
    let (mailbox, mails) = Mailbox::new();
    let mut client = None;
    let service = LspService::build(|theirs| {
        client = Some(theirs);
        Slot::new(mailbox.clone(), shut_down.clone(), guardian.clone())
    })
    .custom_method("window/workDoneProgress/cancel", Slot::cancel_progress)
    .custom_method("callsheet/runEvents", Slot::run_events)
    .custom_method("callsheet/runs", Slot::runs)
    .custom_method("callsheet/plan", Slot::plan)
    .custom_method("callsheet/trust", Slot::trust);
    #[cfg(test)]
    let service = crate::tests::add_methods(service);
    let (service, socket) = service.finish();
    let Some(client) = client else { return Ok(Ended::Abruptly) };
    let (out, outgoings) = Out::new();
    owner::start(&mailbox, mails, Outbox::new(client, out.clone()))?;

    let (last, no_more) = oneshot::channel();
    let serving = connection::serve(service, socket, input, out, last);
    let gone = async {
        tokio::select! {
            _ = no_more => {}
            () = guardian.client_died() => {}
        }
        tokio::time::sleep(FAREWELL).await;
    };
    tokio::select! {
        ((), ()) = async { tokio::join!(serving, outgoings.write(output)) } => {}
        () = gone => {}
    }
    let _ = tokio::time::timeout(FAREWELL, mailbox.stop_runs()).await;
    Ok(if shut_down.load(Ordering::SeqCst) { Ended::Properly } else { Ended::Abruptly })
}
