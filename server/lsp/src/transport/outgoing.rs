//! What goes to the client, in the order in which it was posted: what is told of a text before it is asked about goes before the answer.

use serde::Serialize;
use tokio::{
    io::{AsyncWrite, AsyncWriteExt, BufWriter},
    sync::{mpsc, oneshot},
};

enum Outgoing {
    Message(Vec<u8>),
    /// Tells that all before it is on its way.
    Reached(oneshot::Sender<()>),
    End,
}

/// Messages on their way out.
pub(crate) struct Outgoings(mpsc::UnboundedReceiver<Outgoing>);

/// The way out.
#[derive(Clone)]
pub(crate) struct Out(mpsc::UnboundedSender<Outgoing>);

#[derive(Serialize)]
struct Notification<'a, P> {
    jsonrpc: &'static str,
    method: &'a str,
    params: P,
}

impl Out {
    /// A way out, to be written by [`Outgoings::write`].
    pub(crate) fn new() -> (Self, Outgoings) {
        let (sender, receiver) = mpsc::unbounded_channel();
        (Self(sender), Outgoings(receiver))
    }

    /// Posts a message; never blocks, and is lost only once the client is gone.
    pub(crate) fn post(&self, message: &impl Serialize) {
        match serde_json::to_vec(message) {
            Ok(body) => drop(self.0.send(Outgoing::Message(body))),
            Err(error) => tracing::error!(%error, "a message cannot be written as JSON"),
        }
    }

    /// Posts a notification.
    pub(crate) fn notify(&self, method: &str, params: impl Serialize) {
        self.post(&Notification { jsonrpc: "2.0", method, params });
    }

    /// Waits until all that was posted before is on its way, or the client is gone.
    pub(crate) async fn reached(&self) {
        let (done, waiting) = oneshot::channel();
        let _ = self.0.send(Outgoing::Reached(done));
        let _ = waiting.await;
    }

    /// Nothing that is posted from now on goes out.
    pub(crate) fn end(&self) {
        let _ = self.0.send(Outgoing::End);
    }
}

impl Outgoings {
    /// Writes what is posted, until its end or the client's.
    pub(crate) async fn write(mut self, output: impl AsyncWrite) {
        let output = std::pin::pin!(output);
        if let Err(error) = self.write_to(&mut BufWriter::new(output)).await {
            tracing::debug!(%error, "the client reads no more");
        }
    }

    async fn write_to(&mut self, output: &mut (impl AsyncWrite + Unpin)) -> std::io::Result<()> {
        while let Some(next) = self.0.recv().await {
            match next {
                Outgoing::Message(body) => {
                    output.write_all(format!("Content-Length: {}\r\n\r\n", body.len()).as_bytes()).await?;
                    output.write_all(&body).await?;
                    if self.0.is_empty() {
                        output.flush().await?;
                    }
                }
                Outgoing::Reached(done) => {
                    output.flush().await?;
                    let _ = done.send(());
                }
                Outgoing::End => return output.flush().await,
            }
        }
        output.flush().await
    }
}
