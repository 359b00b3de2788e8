//! Between the bytes of a pipe and the server: reads what the client sends, has it handled, and posts what comes of that.
//!
//! In place of the library's own loop, which stops reading for good at the first message that is none.

use futures::{SinkExt, StreamExt, channel::mpsc, future, join, stream};
use tokio::{
    io::{AsyncRead, BufReader},
    sync::oneshot,
};
use tower::Service;
use tower_lsp::{
    ClientSocket,
    jsonrpc::{Request, Response},
};

use super::{
    outgoing::Out,
    wellformed::{Incoming, next},
};

/// Requests under way at once. Few slow ones must not hold up everything, even `shutdown`.
const CONCURRENCY: usize = 64;

/// Messages that wait for one of these to be done, before reading does.
const QUEUE: usize = 64;

/// Serves until the client says `exit`, or ends its messages, and all that it asked is answered. `ended` is dropped at its last message.
pub(super) async fn serve<S>(
    mut service: S,
    socket: ClientSocket,
    input: impl AsyncRead + Unpin,
    out: Out,
    ended: oneshot::Sender<()>,
) where
    S: Service<Request, Response = Option<Response>>,
{
    let (requests, mut responses) = socket.split();
    let (requests, no_more) = stream::abortable(requests);
    let (mut begun, handling) = mpsc::channel(QUEUE);
    let reading = async {
        let mut input = BufReader::new(input);
        while let Ok(Some(message)) = next(&mut input).await {
            match message {
                Incoming::Request(request) => {
                    let is_exit = request.method() == "exit";
                    if future::poll_fn(|context| service.poll_ready(context)).await.is_err()
                        || begun.send(service.call(request)).await.is_err()
                        || is_exit
                    {
                        break;
                    }
                }
                Incoming::Response(response) => {
                    if responses.send(response).await.is_err() {
                        break;
                    }
                }
                Incoming::Malformed(answer) => out.post(&answer),
            }
        }
        begun.disconnect();
        no_more.abort();
        drop(ended);
    };
    let answering = handling.buffer_unordered(CONCURRENCY).for_each(|answer| {
        if let Ok(Some(response)) = answer {
            out.post(&response);
        }
        future::ready(())
    });
    let asking = requests.for_each(|request| {
        out.post(&request);
        future::ready(())
    });
    join!(reading, answering, asking);
    out.end();
}
