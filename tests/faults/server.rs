//! A provider on loopback that answers, fails and counts as it is told.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::Notify,
};

use super::wires::Wire;

/// One request as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// The last user turn.
    pub(crate) prompt: String,
    /// How often this prompt was asked before.
    pub(crate) before: usize,
    /// The format it is in.
    pub(crate) wire: Wire,
    /// The whole body.
    pub(crate) body: Value,
    /// The request's head: method, path, headers.
    pub(crate) head: String,
}

/// What the server does with a request.
#[derive(Clone, Debug)]
pub(crate) enum Deed {
    /// A whole answer, streamed in the format of the request, with usage 10 in, 5 out; cut off where the request allows less.
    Answer(String),
    /// A call of the tool `repl` with this code, below a few words.
    Code(String),
    /// An answer that takes its time.
    Slowly(Duration, String),
    /// An answer once the test says so.
    Told(Arc<Notify>, String),
    /// A whole answer with these headers.
    Headed(Vec<(&'static str, String)>, String),
    /// An error status with headers.
    Status(u16, Vec<(&'static str, String)>),
    /// 429, as it comes where the account may spend no more.
    SpendLimit,
    /// 400 with this message.
    Refuse(String),
    /// Half an answer, then the end of the connection.
    Cut(String),
    /// The connection ends before anything is said.
    HangUp,
    /// 200, and then no protocol anybody knows.
    Garbage,
}

/// A running server. It stops with the test's runtime.
pub(crate) struct Server {
    /// `http://127.0.0.1:PORT`.
    pub(crate) base: String,
    served: Arc<Mutex<Vec<(Asked, bool)>>>,
    busy: Arc<Busy>,
}

/// Requests that are being answered.
#[derive(Default)]
struct Busy {
    now: AtomicUsize,
    most: AtomicUsize,
}

impl Busy {
    fn begin(&self) -> Answering<'_> {
        self.most.fetch_max(self.now.fetch_add(1, SeqCst) + 1, SeqCst);
        Answering(self)
    }
}

struct Answering<'a>(&'a Busy);

impl Drop for Answering<'_> {
    fn drop(&mut self) {
        self.0.now.fetch_sub(1, SeqCst);
    }
}

impl Server {
    /// Starts a server that decides by `decide`.
    pub(crate) async fn start(decide: impl Fn(&Asked) -> Deed + Send + Sync + 'static) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port on loopback");
        let base = format!("http://{}", listener.local_addr().expect("its address"));
        let served: Arc<Mutex<Vec<(Asked, bool)>>> = Arc::default();
        let busy = Arc::<Busy>::default();
        let (decide, log, at_work) = (Arc::new(decide), served.clone(), busy.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (decide, log, busy) = (decide.clone(), log.clone(), at_work.clone());
                tokio::spawn(async move {
                    // Err: the client hung up, which is its right.
                    let _ = serve(stream, &*decide, &log, &busy).await;
                });
            }
        });
        Server { base, served, busy }
    }

    /// Most requests that were being answered at once.
    pub(crate) fn most_at_once(&self) -> usize {
        self.busy.most.load(SeqCst)
    }

    /// Everything that was asked, in order.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.served.lock().expect("no panic while serving").iter().map(|(asked, _)| asked.clone()).collect()
    }

    /// What was answered in full, in order.
    pub(crate) fn whole(&self) -> Vec<Asked> {
        let served = self.served.lock().expect("no panic while serving");
        served.iter().filter(|(_, whole)| *whole).map(|(asked, _)| asked.clone()).collect()
    }

    /// How often each prompt was answered in full: what has been paid.
    pub(crate) fn paid(&self) -> HashMap<String, usize> {
        let mut paid = HashMap::new();
        for (asked, whole) in self.served.lock().expect("no panic while serving").iter() {
            *paid.entry(asked.prompt.clone()).or_default() += usize::from(*whole);
        }
        paid
    }
}

async fn serve(
    mut stream: TcpStream,
    decide: &(dyn Fn(&Asked) -> Deed + Send + Sync),
    log: &Mutex<Vec<(Asked, bool)>>,
    busy: &Busy,
) -> std::io::Result<()> {
    while let Some((head, body)) = request(&mut stream).await? {
        let _answering = busy.begin();
        let wire = Wire::of(&head);
        let turns = wire.turns(&body);
        let prompt = turns.into_iter().rfind(|(role, _)| role == "user").map(|(_, text)| text).unwrap_or_default();
        let (asked, deed) = {
            let mut log = log.lock().expect("no panic while serving");
            let before = log.iter().filter(|(a, _)| a.prompt == prompt).count();
            let asked = Asked { prompt, before, wire, body, head };
            let deed = decide(&asked);
            log.push((
                asked.clone(),
                matches!(deed, Deed::Answer(_) | Deed::Code(_) | Deed::Slowly(..) | Deed::Told(..) | Deed::Headed(..)),
            ));
            (asked, deed)
        };
        tracing::debug!(prompt = asked.prompt, ?deed, "served");
        let most = asked.wire.limit(&asked.body);
        let model = asked.wire.model(&asked.head, &asked.body);
        let answer = async |stream: &mut TcpStream, text: &str, most| {
            answer(stream, asked.wire.events(&model, text, most), most).await
        };
        match deed {
            Deed::Answer(text) => answer(&mut stream, &text, Some(most)).await?,
            Deed::Code(code) => answer_with(&mut stream, "", asked.wire.call(&model, &code), true).await?,
            Deed::Slowly(time, text) => {
                tokio::time::sleep(time).await;
                answer(&mut stream, &text, Some(most)).await?;
            }
            Deed::Told(when, text) => {
                when.notified().await;
                answer(&mut stream, &text, Some(most)).await?;
            }
            Deed::Headed(headers, text) => {
                let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
                answer_with(&mut stream, &headers, asked.wire.events(&model, &text, Some(most)), true).await?;
            }
            Deed::Status(status, headers) => {
                let body =
                    json!({"error": {"type": "told_to", "message": format!("told to answer {status}")}}).to_string();
                let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
                let head = format!("HTTP/1.1 {status} Told\r\ncontent-length: {}\r\n{headers}\r\n", body.len());
                stream.write_all((head + &body).as_bytes()).await?;
            }
            Deed::SpendLimit | Deed::Refuse(_) => {
                let (status, body) = match deed {
                    Deed::Refuse(message) => (400, json!({"error": {"message": message}})),
                    _ => (429, json!({"error": {"code": "insufficient_quota", "message": "told to"}})),
                };
                let body = body.to_string();
                let head = format!("HTTP/1.1 {status} Told\r\ncontent-length: {}\r\n\r\n", body.len());
                stream.write_all((head + &body).as_bytes()).await?;
            }
            Deed::Cut(text) => {
                answer(&mut stream, &text, None).await?;
                return Ok(());
            }
            Deed::HangUp => return Ok(()),
            Deed::Garbage => {
                stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 21\r\n\r\n<html>no stream</html").await?;
            }
        }
    }
    Ok(())
}

async fn request(stream: &mut TcpStream) -> std::io::Result<Option<(String, Value)>> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|w| w == b"\r\n\r\n") {
            break end + 4;
        }
        if stream.read_buf(&mut bytes).await? == 0 {
            return Ok(None);
        }
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let length = head.to_ascii_lowercase();
    let length = length.lines().find_map(|l| l.strip_prefix("content-length:")?.trim().parse().ok()).unwrap_or(0);
    while bytes.len() < end + length {
        if stream.read_buf(&mut bytes).await? == 0 {
            return Ok(None);
        }
    }
    Ok(Some((head, serde_json::from_slice(&bytes[end..end + length]).unwrap_or_default())))
}

async fn answer(stream: &mut TcpStream, events: Vec<String>, most: Option<u64>) -> std::io::Result<()> {
    answer_with(stream, "", events, most.is_some()).await
}

async fn answer_with(stream: &mut TcpStream, headers: &str, events: Vec<String>, whole: bool) -> std::io::Result<()> {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n";
    stream.write_all(format!("{head}{headers}\r\n").as_bytes()).await?;
    for event in events {
        stream.write_all(format!("{:x}\r\n{event}\r\n", event.len()).as_bytes()).await?;
    }
    if whole {
        stream.write_all(b"0\r\n\r\n").await?;
    }
    stream.flush().await
}
