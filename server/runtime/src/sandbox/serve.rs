//! The sandbox's side of the conversation.

use std::{
    any::Any,
    cell::RefCell,
    collections::VecDeque,
    io::{self, BufReader, Read, Write},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    rc::Rc,
    sync::Arc,
    task,
    time::{Duration, Instant},
};

use analysis::text::LineColumn;
use boa_engine::{
    Context, JsNativeError, JsResult, JsValue,
    builtins::promise::PromiseState,
    job::{Job, JobExecutor},
    object::builtins::JsPromise,
    realm::Realm,
};
use serde_json::Value;

use super::{
    convert::{Undefined, from_json, to_json},
    errors, globals,
    host::{Host, Pending},
    protocol::{Failure, FailureKind, FromSandbox, Settled, Start, ToSandbox, Walls, receive},
    repl::{self, Over, Repl},
    watch::{Watch, too_big},
};
use crate::{
    event::RunError,
    rlm::{BadContext, text::Text},
};

/// How long what was said may stay unsent while further messages wait.
const LATEST: Duration = Duration::from_millis(20);

/// Jobs that wait, in order.
#[derive(Default)]
pub(super) struct Queue(RefCell<VecDeque<Job>>);

impl JobExecutor for Queue {
    fn enqueue_job(self: Rc<Self>, job: Job, _context: &mut Context) {
        self.0.borrow_mut().push_back(job);
    }

    /// Runs until nothing waits, or something ended the run.
    fn run_jobs(self: Rc<Self>, context: &mut Context) -> JsResult<()> {
        let host = Host::of(context)?;
        while host.fatal().is_none() {
            let Some(job) = self.0.borrow_mut().pop_front() else { break };
            match job {
                Job::PromiseJob(job) => job.call(context).map(drop)?,
                Job::GenericJob(job) => job.call(context).map(drop)?,
                // Only `import()` makes these, and the loader refuses at the first poll.
                Job::AsyncJob(job) => {
                    let context = RefCell::new(&mut *context);
                    let refusal = pin!(job.call(&context)).poll(&mut task::Context::from_waker(task::Waker::noop()));
                    if let task::Poll::Ready(outcome) = refusal {
                        outcome?;
                    }
                }
                // Timers are not offered, and finalizers would make runs differ.
                _ => {}
            }
        }
        context.clear_kept_objects();
        Ok(())
    }
}

/// Reads what to run, runs it, and answers until it is over or nobody listens any more.
pub(crate) fn serve(
    input: impl Read,
    output: impl Write + 'static,
    raise: impl FnOnce(&Walls) -> io::Result<Arc<Watch>>,
) -> io::Result<()> {
    let mut input = BufReader::with_capacity(1 << 16, input);
    let Some(ToSandbox::Start(start)) = receive(&mut input)? else {
        return Err(io::Error::other("the first message must be the script"));
    };
    // Files are read before the walls go up.
    let texts = start.contexts.iter().map(|file| Ok((file.name.clone(), Rc::new(Text::of_file(file)?))));
    let texts = texts.collect::<Result<Vec<_>, BadContext>>();
    let watch = raise(&start.walls)?;
    let (texts, unread) = match texts {
        Ok(texts) => (texts, None),
        Err(error) => (Vec::new(), Some(error)),
    };
    let host = Host::new(output, &start, watch, Repl::new(&start, texts))?;
    if let Some(error) = unread {
        host.say(&FromSandbox::Ended { result: None, error: Some(RunError::new(error.to_string())) });
        return host.flush();
    }
    let queue = Rc::new(Queue::default());
    let mut context = globals::context(&host, queue).map_err(|e| io::Error::other(e.to_string()))?;
    let run = AssertUnwindSafe(|| match Running::start(&start, host.clone(), &mut context) {
        Ok(mut running) => running.until_over(&mut input, &mut context),
        Err(error) => {
            let error = host.fatal().unwrap_or_else(|| errors::of_error(error, &mut context));
            Ok(Some(FromSandbox::Ended { result: None, error: Some(error) }))
        }
    });
    let ended = match catch_unwind(run) {
        Ok(ended) => ended?,
        // The engine cannot bear being interrupted everywhere (async generators): what counts is why it was.
        Err(panic) => {
            let error = host.fatal().unwrap_or_else(|| broken(&*panic, start.walls.memory, &mut context));
            Some(FromSandbox::Ended { result: None, error: Some(error) })
        }
    };
    if let Some(ended) = ended {
        host.say(&ended);
    }
    host.flush()
}

/// What is said where the engine panics.
fn broken(panic: &(dyn Any + Send), memory: u64, context: &mut Context) -> RunError {
    let said = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref().copied());
    let said = said.unwrap_or("it gave no reason");
    let message = match said {
        // More than any machine has.
        said if said.contains("capacity overflow") || said.contains("string allocation") => too_big(memory),
        said => format!("the sandbox broke down: {said}"),
    };
    // What was broken off halfway may not bear to be asked.
    let place = catch_unwind(AssertUnwindSafe(|| errors::place(context))).ok().flatten();
    RunError { message, at: place, workflow: None }
}

struct Running {
    host: Rc<Host>,
    main: JsPromise,
    budget: Option<u64>,
    /// Nested workflows under way.
    children: Vec<Child>,
    /// Calls nobody waited for, known once the script has returned.
    floating: Option<Vec<(LineColumn, Option<String>)>>,
}

/// A nested workflow under way, and the number of the promise of its result.
struct Child {
    realm: Realm,
    promise: JsPromise,
    id: u64,
}

impl Running {
    fn start(start: &Start, host: Rc<Host>, context: &mut Context) -> JsResult<Self> {
        globals::furnish(start.args.as_ref(), start.budget, context)?;
        let main = globals::start(context)?;
        let main = JsPromise::resolve(main, context)?;
        Ok(Self { host, main, budget: start.budget, children: Vec::new(), floating: None })
    }

    /// The last message; `None` where the scheduler has gone.
    fn until_over(
        &mut self,
        input: &mut BufReader<impl Read>,
        context: &mut Context,
    ) -> io::Result<Option<FromSandbox>> {
        let mut flushed = Instant::now();
        loop {
            if let Err(error) = context.run_jobs() {
                let error = errors::of_error(error, context);
                // A cell is ended by itself; what was said first counts.
                if !self.host.repl.end(self.host.frame(), Over::Limit(error.message.clone(), error.at)) {
                    self.host.fail(error);
                }
                continue;
            }
            if self.host.fatal().is_none() && repl::step(&self.host, context) {
                continue;
            }
            if self.settle_children(context) {
                continue;
            }
            if let Some(ended) = self.ended(context) {
                return Ok(Some(ended));
            }
            self.host.say(&FromSandbox::Idle);
            // Where the next message is here already, what came of this one can wait a little.
            if !input.buffer().contains(&b'\n') || flushed.elapsed() > LATEST {
                self.host.flush()?;
                flushed = Instant::now();
            }
            self.host.watch.rest();
            let message = receive(input)?;
            self.host.watch.go();
            match message {
                None => return Ok(None),
                Some(ToSandbox::Start(_)) => return Err(io::Error::other("a second script")),
                Some(ToSandbox::Settle { id, outcome, spent }) => {
                    self.host.set_spent(spent);
                    self.host.repl.spent.borrow_mut().answer(id, &outcome);
                    settle(&self.host, id, outcome, context);
                }
                Some(ToSandbox::Loaded { id, name, source }) => {
                    if let Some(args) = self.host.enter(id) {
                        self.nest(id, name, args.as_ref(), &source, context);
                    }
                }
            }
        }
    }

    fn ended(&mut self, context: &mut Context) -> Option<FromSandbox> {
        let failed = |error| Some(FromSandbox::Ended { result: None, error: Some(error) });
        if let Some(error) = self.host.fatal() {
            return failed(error);
        }
        match self.main.state() {
            PromiseState::Rejected(error) => failed(errors::of_value(&error, context)),
            PromiseState::Pending if !self.host.waits() => failed(RunError::new(format!("the script {PARKED}"))),
            PromiseState::Pending => None,
            PromiseState::Fulfilled(value) => {
                let pending = self.host.pending();
                let empty = pending.is_empty();
                let floating = self.floating.get_or_insert(pending);
                if !empty {
                    return None;
                }
                if self.host.raced() {
                    for (at, _) in floating.drain(..) {
                        self.host.say(&FromSandbox::Late { at });
                    }
                }
                if let Some((at, workflow)) = floating.first() {
                    let error = RunError { workflow: workflow.clone(), ..RunError::at(left_alone(floating), *at) };
                    return failed(error);
                }
                match to_json(&value, "the result", Undefined::Refused, context) {
                    Ok(result) => Some(FromSandbox::Ended { result, error: None }),
                    // Reading it may run the script's own code, which may hit a limit.
                    Err(message) => failed(self.host.fatal().unwrap_or_else(|| RunError::new(message))),
                }
            }
        }
    }

    /// Runs a saved workflow in a realm of its own; data goes in and out as copies.
    fn nest(&mut self, id: u64, name: String, args: Option<&Value>, source: &str, context: &mut Context) {
        let total = self.budget;
        let host = self.host.clone();
        let started = host.within(format!("workflow({name})"), Some((name, source)), || {
            globals::in_new_realm(context, |context| {
                globals::furnish(args, total, context)?;
                let value = globals::start(context)?;
                Ok((context.realm().clone(), JsPromise::resolve(value, context)?))
            })
        });
        match started {
            Err(error) => {
                let error = errors::of_error(error, context);
                settle(&self.host, id, failed(error.message), context);
            }
            Ok((realm, promise)) => self.children.push(Child { realm, promise, id }),
        }
    }

    /// Settles the promises of nested workflows that are over; whether there were any.
    fn settle_children(&mut self, context: &mut Context) -> bool {
        if self.host.fatal().is_some() {
            return false;
        }
        self.children.retain(|child| self.host.is_awaited(child.id));
        let over = |child: &mut Child| !matches!(child.promise.state(), PromiseState::Pending);
        let mut children: Vec<Child> = self.children.extract_if(.., over).collect();
        if children.is_empty() && !self.host.waits() {
            // Nothing can happen any more, so the one that began last is stuck, and those above it wait for it.
            children.extend(self.children.pop());
        }
        for child in &children {
            let before = context.enter_realm(child.realm.clone());
            let outcome = match child.promise.state() {
                PromiseState::Fulfilled(value) => {
                    to_json(&value, "the nested workflow's result", Undefined::Refused, context)
                }
                PromiseState::Rejected(error) => Err(errors::of_value(&error, context).message),
                PromiseState::Pending => Err(format!("the nested workflow {PARKED}")),
            };
            context.enter_realm(before);
            match outcome {
                Ok(None) => drop(self.host.take(child.id).map(|to| resolve(&to, JsValue::undefined(), context))),
                Ok(Some(json)) => settle(&self.host, child.id, Settled::Value(json), context),
                Err(message) => settle(&self.host, child.id, failed(message), context),
            }
        }
        !children.is_empty()
    }
}

/// What is wrong with a script that can never go on.
const PARKED: &str = "waits for a promise that never settles: nothing it started is still under way";

/// The end of a workflow that has no result.
fn failed(message: String) -> Settled {
    Settled::Failed(Failure { kind: FailureKind::Workflow, message, attempts: 1, made: true })
}

fn left_alone(floating: &[(LineColumn, Option<String>)]) -> String {
    let places: Vec<String> = floating.iter().map(|(at, _)| at.to_string()).collect();
    let (agents, were) = if places.len() == 1 { ("an agent was", "it") } else { ("agents were", "them") };
    let most = places.iter().take(10).cloned().collect::<Vec<_>>().join(", ");
    format!("{agents} still at work when the script returned, and nobody waited: add `await` to {were} (at {most})")
}

/// Settles the promise `id`, in the realm of the REPL that made it.
pub(super) fn settle(host: &Rc<Host>, id: u64, outcome: Settled, context: &mut Context) {
    let Some(pending) = host.take(id) else { return };
    host.repl.answered(host, id, &outcome);
    let Some((node, realm)) = repl::current(host) else { return fulfil(&pending, outcome, context) };
    let before = context.enter_realm(realm);
    let failed = match &outcome {
        Settled::Value(_) => None,
        Settled::Throw(message) => Some(("usage", message, 1)),
        Settled::Failed(Failure { kind, message, attempts, .. }) => Some((kind.name(), message, *attempts)),
    };
    match failed {
        Some((kind, message, attempts)) => {
            let error = repl::error(node, kind, message, attempts, context);
            if let Some(object) = error.as_object() {
                errors::mark(&object, pending.at, context);
            }
            // As below.
            let _ = pending.resolvers.reject.call(&JsValue::undefined(), &[error], context);
        }
        None => fulfil(&pending, outcome, context),
    }
    context.enter_realm(before);
}

fn fulfil(pending: &Pending, outcome: Settled, context: &mut Context) {
    match outcome {
        Settled::Value(value) => match from_json(&value, context) {
            Ok(value) => resolve(pending, value, context),
            Err(message) => reject(pending, message, context),
        },
        Settled::Throw(message) | Settled::Failed(Failure { message, .. }) => reject(pending, message, context),
    }
}

fn resolve(pending: &Pending, value: JsValue, context: &mut Context) {
    // Resolving functions never throw: ECMA-262, 27.2.1.3.
    let _ = pending.resolvers.resolve.call(&JsValue::undefined(), &[value], context);
}

fn reject(pending: &Pending, message: String, context: &mut Context) {
    let error = errors::placed(JsNativeError::error().with_message(message), pending.at, context);
    // As above.
    let _ = pending.resolvers.reject.call(&JsValue::undefined(), &[error], context);
}
