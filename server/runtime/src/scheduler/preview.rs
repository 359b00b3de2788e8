//! What resuming a run would reuse, and what it would pay for, before anything is paid.

use std::{collections::BTreeMap, time::Duration};

use analysis::{
    estimate::{self, Assumptions, Cost, Request},
    text::LineColumn,
};
use serde_json::Value;
use tokio::time::timeout;

use super::{
    MOST_WORDS,
    admit::{Identified, one_too_many},
    call::whole,
    link::{Link, Said},
};
use crate::{
    event::RunError,
    key::{CallKey, Keys},
    launch,
    resume::Cache,
    run::{RunSpec, StartError},
    sandbox::protocol::{Call, FromSandbox, Settled, ToSandbox},
    saved::Shelf,
};

/// What a run resumed now would do, as far as the answers that are there tell.
#[derive(Debug, Default)]
pub struct Preview {
    /// Calls that are answered from the journal, at no cost.
    pub cached: Vec<Previewed>,
    /// Calls that run.
    pub live: Vec<Previewed>,
    /// Whether the script comes to its end on the answers that are there. Where it does not, calls may follow that
    /// depend on the answers of those in `live`.
    pub complete: bool,
    /// The error the script ends with, where it comes to its end with one.
    pub error: Option<RunError>,
}

impl Preview {
    /// What the calls that run will take. What follows on their answers is not in it.
    pub fn cost(&self, assumptions: &Assumptions) -> Cost {
        estimate::requests(self.live.iter().map(Previewed::request), assumptions)
    }

    /// Calls that may have been paid for already and run again.
    pub fn may_be_paid(&self) -> impl Iterator<Item = &Previewed> {
        self.live.iter().filter(|call| call.may_be_paid)
    }

    /// Calls that may repeat what an earlier run did in a tree of its own: only [`RunSpec::repeat_isolated`] lets them.
    pub fn repeats(&self) -> impl Iterator<Item = &Previewed> {
        self.live.iter().filter(|call| call.repeats())
    }
}

/// A call of a preview.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Previewed {
    /// Identity of the call.
    pub key: CallKey,
    /// Name for people.
    pub label: String,
    /// Its progress group.
    pub phase: Option<String>,
    /// Where in the script.
    pub at: LineColumn,
    /// The model in force.
    pub model: Option<String>,
    /// Its prompt, for an estimate of what it takes.
    pub prompt: String,
    /// JSON Schema of its answer, for the same.
    pub schema: Option<Value>,
    /// An earlier run began it and has no answer of it.
    pub begun: bool,
    /// It was under way when the earlier run broke off: it may have been paid for already.
    pub may_be_paid: bool,
    /// It has a git worktree of its own, so running it again may repeat what it did.
    pub isolated: bool,
}

impl Previewed {
    /// The call as a request to estimate.
    pub fn request(&self) -> Request<'_> {
        Request { prompt: &self.prompt, schema: self.schema.as_ref(), model: self.model.as_deref() }
    }

    /// Whether running it may repeat what an earlier run did in a tree of its own: only [`RunSpec::repeat_isolated`] lets it.
    pub fn repeats(&self) -> bool {
        self.begun && self.isolated
    }
}

/// Runs the script of `spec` on the answers of the run it resumes, and asks no model.
pub async fn preview(spec: &RunSpec) -> Result<Preview, StartError> {
    launch::check(&spec.source, &spec.script_path).map_err(StartError::Script)?;
    let cache = Cache::of(spec)?;
    let program = spec.sandbox.program().map_err(StartError::Sandbox)?;
    let mut link = Link::open(program).map_err(StartError::Sandbox)?;
    let mut looking = Looking {
        spec,
        cache,
        shelf: Shelf::of(spec),
        keys: Keys::default(),
        answers: BTreeMap::new(),
        now: Vec::new(),
        preview: Preview::default(),
    };
    link.say(&[ToSandbox::Start(spec.first_message())]).map_err(StartError::Sandbox)?;
    // Of what was said, how much the sandbox has not dealt with.
    let mut unanswered = 1;
    let patience = spec.limits.slice + Duration::from_secs(1);
    loop {
        let said = timeout(patience, link.said.recv()).await.ok().flatten();
        let Some(Said::Messages(messages)) = said else {
            let error = RunError::new("the script hit a limit of its sandbox; run it to see which");
            return Ok(Preview { complete: true, error: Some(error), ..looking.preview });
        };
        for message in messages {
            match message {
                FromSandbox::Idle if unanswered > 1 => unanswered -= 1,
                FromSandbox::Idle => {
                    let next = looking.next();
                    if next.is_empty() {
                        return Ok(looking.preview);
                    }
                    unanswered = next.len();
                    link.say(&next).map_err(StartError::Sandbox)?;
                }
                FromSandbox::Ended { error, .. } => {
                    return Ok(Preview { complete: true, error, ..looking.preview });
                }
                message => {
                    if let Some(error) = looking.hear(message) {
                        return Ok(Preview { complete: true, error: Some(error), ..looking.preview });
                    }
                }
            }
        }
    }
}

struct Looking<'a> {
    spec: &'a RunSpec,
    cache: Cache,
    shelf: Shelf,
    keys: Keys,
    /// Answers to hand over, in the order in which they once came.
    answers: BTreeMap<usize, ToSandbox>,
    /// What comes before all answers.
    now: Vec<ToSandbox>,
    preview: Preview,
}

impl Looking<'_> {
    /// What the sandbox hears next: as in a run, answers that follow on one another together.
    fn next(&mut self) -> Vec<ToSandbox> {
        if !self.now.is_empty() {
            return vec![self.now.remove(0)];
        }
        let Some((mut order, first)) = self.answers.pop_first() else { return Vec::new() };
        let mut next = vec![first];
        while next.len() < MOST_WORDS
            && let Some(message) = self.answers.remove(&(order + 1))
        {
            order += 1;
            next.push(message);
        }
        next
    }

    /// Why the run ends with what the script said, if it does.
    fn hear(&mut self, message: FromSandbox) -> Option<RunError> {
        match message {
            FromSandbox::Call(call) => {
                let (limit, made) = (self.spec.limits.max_agents, self.preview.cached.len() + self.preview.live.len());
                // Calls of REPLs are refused with an exception, and earlier: what they may make is not told here.
                if call.asked.is_none() && made as u64 >= limit {
                    return Some(one_too_many(&call, limit));
                }
                self.call(*call);
            }
            FromSandbox::Load { id, reference } => self.now.push(self.shelf.loaded(id, &reference, 0)),
            _ => {}
        }
        None
    }

    fn call(&mut self, call: Call) {
        let identified = match Identified::read(&call, self.spec, &mut self.keys) {
            Ok(identified) => identified,
            Err(message) => {
                self.now.push(ToSandbox::Settle { id: call.id, outcome: Settled::Throw(message), spent: 0 });
                return;
            }
        };
        let Identified { options, model, phase, label, key, .. } = identified;
        let answered = self.cache.take(&key);
        let previewed = Previewed {
            label,
            phase,
            at: call.at,
            model,
            // A file that is not what it was ends the run; here it is only for an estimate.
            prompt: whole(&call.prompt, call.excerpt.as_ref(), &self.spec.contexts).unwrap_or(call.prompt),
            schema: options.schema,
            begun: self.cache.begun(&key),
            may_be_paid: self.cache.may_be_paid(&key),
            isolated: options.isolation.is_some(),
            key,
        };
        match answered {
            Some(answered) => {
                let outcome = Settled::Value(answered.result);
                self.answers.insert(answered.order, ToSandbox::Settle { id: call.id, outcome, spent: 0 });
                self.preview.cached.push(previewed);
            }
            None => self.preview.live.push(previewed),
        }
    }
}
