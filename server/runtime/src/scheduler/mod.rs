//! The one path of every call: counted, looked for in the journal, queued, paid for in advance, sent, checked, repeated
//! where that may help, written down, answered.
//!
//! One task owns all of it. Scheduler and sandbox take turns (see the protocol), and the script hears of completions one
//! after the other, so that a run is a function of script, arguments, seed and the order of completions; simulated runs
//! order completions by simulated time. The owner never waits for the disk: a call leaves once its line is written, and
//! the script hears of an answer once its line is flushed.

mod admit;
mod answer;
mod attempt;
mod call;
mod deliver;
mod lanes;
mod ledger;
mod link;
mod owner;
mod pace;
mod preview;
mod stagger;

use tokio::sync::mpsc;

pub(crate) use ledger::MOST_OUTPUT;
pub(crate) use link::Link;
pub(crate) use owner::Scheduler;
pub(crate) use pace::folder as accounts_folder;
pub use preview::{Preview, Previewed, preview};

use crate::id::CallId;

/// Most words handed to the sandbox at once.
const MOST_WORDS: usize = 64;

/// What a person asks of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Command {
    Stop,
    Skip(CallId),
    Retry(CallId),
}

/// What reaches the owner besides the sandbox's words.
pub(crate) enum Input {
    Command(Command),
    /// A call that others wait for is being answered.
    Heard(u64),
    Back(Box<call::Back>),
}

/// The way to the owner.
#[derive(Clone, Debug)]
pub(crate) struct Commands(mpsc::UnboundedSender<Input>);

impl Commands {
    /// A run that is over hears nothing, and needs not.
    pub(crate) fn send(&self, command: Command) {
        let _ = self.0.send(Input::Command(command));
    }

    fn heard(&self, call: u64) {
        let _ = self.0.send(Input::Heard(call));
    }

    fn back(&self, back: call::Back) {
        let _ = self.0.send(Input::Back(Box::new(back)));
    }
}

pub(crate) fn channel() -> (Commands, mpsc::UnboundedReceiver<Input>) {
    let (sender, receiver) = mpsc::unbounded_channel();
    (Commands(sender), receiver)
}
