//! The scheduler's end of the line to the sandbox.

use std::{
    io::{self, BufReader, Read, Write},
    os::unix::process::{CommandExt, ExitStatusExt},
    path::PathBuf,
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Arc, Mutex, PoisonError},
    thread,
};

use analysis::text::LineColumn;
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::sync::mpsc;

use crate::sandbox::{
    self, OUT_OF_MEMORY, OUT_OF_STACK, OUT_OF_TIME, Watch,
    protocol::{self, FromSandbox, ToSandbox},
};

/// Most messages that go up together.
const TOGETHER: usize = 64;

/// How often so many may wait for the scheduler before the sandbox has to.
const WAITING: usize = 4;

/// Most of the sandbox's last words that are kept, in bytes.
const LAST_WORDS: u64 = 16 << 10;

/// What comes up the line.
pub(super) enum Said {
    /// Messages that came together, in order.
    Messages(Vec<FromSandbox>),
    /// The sandbox is gone without having said so.
    Gone(Gone),
}

/// A running sandbox. Dropping it kills the sandbox and all it may have started.
pub(crate) struct Link {
    to: std::sync::mpsc::Sender<Vec<u8>>,
    pub(super) said: mpsc::Receiver<Said>,
    process: Arc<Mutex<Process>>,
}

#[derive(Default)]
struct Process {
    group: Option<Pid>,
    killed: bool,
}

impl Link {
    /// Starts the sandbox: `program` with its arguments, or a thread of this process.
    pub(crate) fn open(program: Option<(PathBuf, Vec<String>)>) -> io::Result<Self> {
        let (to, outgoing) = std::sync::mpsc::channel::<Vec<u8>>();
        let (up, said) = mpsc::channel(WAITING);
        let process = Arc::new(Mutex::new(Process::default()));
        let shared = process.clone();
        // The sandbox dies with the thread that started it, so this one stays until the end of the conversation.
        thread::Builder::new().name("sandbox".into()).spawn(move || {
            let why = match program {
                Some((program, args)) => talk_to_process(program, args, outgoing, &up, &shared),
                None => talk_to_thread(outgoing, &up),
            };
            let why = why.unwrap_or_else(|error| Gone::Broken(format!("the sandbox cannot be reached: {error}")));
            // Nobody may listen any more.
            let _ = up.blocking_send(Said::Gone(why));
        })?;
        Ok(Self { to, said, process })
    }

    /// Says something; the sandbox answers each message in turn. One that is gone has said so, or will.
    pub(super) fn say(&self, messages: &[ToSandbox]) -> io::Result<()> {
        let mut lines = Vec::new();
        for message in messages {
            lines.append(&mut protocol::line(message)?);
        }
        let _ = self.to.send(lines);
        Ok(())
    }

    pub(super) fn kill(&self) {
        let mut process = self.process.lock().unwrap_or_else(PoisonError::into_inner);
        process.killed = true;
        if let Some(group) = process.group.take() {
            // It may have ended by itself.
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.kill();
    }
}

fn talk_to_process(
    program: PathBuf,
    args: Vec<String>,
    outgoing: std::sync::mpsc::Receiver<Vec<u8>>,
    up: &mpsc::Sender<Said>,
    shared: &Mutex<Process>,
) -> io::Result<Gone> {
    let mut child = Command::new(&program)
        .args(args)
        .env_clear()
        .current_dir("/")
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| {
            io::Error::other(format!(
                "{} does not start: {error}; if callsheet was replaced or removed meanwhile, start it anew",
                program.display()
            ))
        })?;
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let (Some(stdin), Some(stdout), Some(stderr)) = (stdin, stdout, stderr) else {
        return Err(io::Error::other("the sandbox has no pipes"));
    };
    {
        let mut process = shared.lock().unwrap_or_else(PoisonError::into_inner);
        process.group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        if process.killed {
            child.kill()?;
        }
    }
    let last_words = thread::spawn(move || {
        let mut text = Vec::new();
        let mut stderr = stderr;
        // Losing last words loses only detail of a message.
        let _ = stderr.by_ref().take(LAST_WORDS).read_to_end(&mut text);
        let _ = io::copy(&mut stderr, &mut io::sink());
        String::from_utf8_lossy(&text).into_owned()
    });
    thread::spawn(move || write_all(outgoing, stdin));
    let broken = read_all(stdout, up);
    shared.lock().unwrap_or_else(PoisonError::into_inner).group = None;
    let status = end(&mut child, broken.is_err())?;
    let last_words = last_words.join().unwrap_or_default();
    broken?;
    Ok(cause(status, &last_words))
}

/// Waits for the end; a sandbox that broke the rules is killed first.
fn end(child: &mut Child, broken: bool) -> io::Result<ExitStatus> {
    if broken {
        child.kill()?;
    }
    child.wait()
}

/// Why a sandbox is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Gone {
    /// It ran out of memory, where that is known after this place.
    Memory(Option<Place>),
    /// The script did not await anything for too long, after this place.
    Time(Option<Place>),
    /// The stack overflowed, after this place.
    Stack(Option<Place>),
    /// It is broken.
    Broken(String),
}

/// A place in the script, or in a nested workflow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) at: LineColumn,
    pub(super) workflow: Option<String>,
}

impl Place {
    /// Reads `line column`, after which the name of a nested workflow may stand.
    fn read(line: &str) -> Option<Self> {
        let mut parts = line.splitn(3, ' ');
        let at = LineColumn { line: parts.next()?.parse().ok()?, column: parts.next()?.parse().ok()? };
        (at.line > 0).then(|| Self { at, workflow: parts.next().map(str::to_owned) })
    }
}

/// Why a sandbox ended before its script did.
fn cause(status: ExitStatus, last_words: &str) -> Gone {
    let place = || Place::read(last_words.trim().lines().last()?);
    match status.code() {
        Some(OUT_OF_MEMORY) => return Gone::Memory(place()),
        Some(OUT_OF_TIME) => return Gone::Time(place()),
        Some(OUT_OF_STACK) => return Gone::Stack(place()),
        _ => {}
    }
    // Before its walls were up.
    if last_words.contains("memory allocation of") {
        return Gone::Memory(None);
    }
    Gone::Broken(match status.signal().and_then(Signal::from_named_raw) {
        // The last fence, behind the watch, which could have told the line.
        Some(Signal::XCPU) => return Gone::Time(None),
        Some(Signal::KILL) => "the sandbox was killed from outside, perhaps for want of memory".into(),
        _ => {
            let first = last_words.lines().find(|l| !l.trim().is_empty()).unwrap_or("it gave no reason");
            format!("the sandbox broke down ({status}): {first}")
        }
    })
}

fn talk_to_thread(outgoing: std::sync::mpsc::Receiver<Vec<u8>>, up: &mpsc::Sender<Said>) -> io::Result<Gone> {
    let (their_input, our_output) = io::pipe()?;
    let (our_input, their_output) = io::pipe()?;
    let serve = move || sandbox::serve(their_input, their_output, |walls| Ok(Watch::blind(walls)));
    let script = thread::Builder::new().name("script".into()).stack_size(sandbox::STACK).spawn(serve)?;
    thread::spawn(move || write_all(outgoing, our_output));
    read_all(our_input, up)?;
    match script.join() {
        Ok(Ok(())) => Ok(Gone::Broken("the sandbox ended early".into())),
        Ok(Err(error)) => Ok(Gone::Broken(format!("the sandbox broke down: {error}"))),
        Err(_) => Ok(Gone::Broken("the sandbox broke down".into())),
    }
}

/// Writes until the sandbox is gone or the scheduler is.
fn write_all(outgoing: std::sync::mpsc::Receiver<Vec<u8>>, mut to: impl Write) {
    while let Ok(line) = outgoing.recv() {
        if to.write_all(&line).and_then(|()| to.flush()).is_err() {
            break;
        }
    }
}

fn read_all(from: impl Read, up: &mpsc::Sender<Said>) -> io::Result<()> {
    let mut from = BufReader::with_capacity(1 << 16, from);
    let mut messages = Vec::new();
    loop {
        let message = protocol::receive(&mut from);
        let goes_on = matches!(message, Ok(Some(_)));
        let read = message.map(|message| messages.extend(message));
        // What is here already goes up together: each time somebody has to be woken.
        if goes_on && messages.len() < TOGETHER && from.buffer().contains(&b'\n') {
            continue;
        }
        let heard = messages.is_empty() || up.blocking_send(Said::Messages(std::mem::take(&mut messages))).is_ok();
        read?;
        if !goes_on || !heard {
            return Ok(());
        }
    }
}
