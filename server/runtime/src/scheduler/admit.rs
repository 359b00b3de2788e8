//! A call comes in: counted, read, looked for in the journal, queued.

use models::AgentKind;

use super::{
    call::{Call, Stage},
    ledger::HELD_BACK,
    owner::{Ended, Scheduler},
    stagger::Beginning,
};
use crate::{
    event::{EventKind, RunError},
    id::CallId,
    key::{self, CallKey, Keys},
    options::AgentOptions,
    run::RunSpec,
    sandbox::protocol::{self, Failure, FailureKind, Settled},
};

/// What a call asks for, and what makes it the same call in another run.
pub(super) struct Identified {
    pub(super) options: AgentOptions,
    /// The kind of agent it names, where that is registered.
    pub(super) kind: Option<AgentKind>,
    /// The model in force.
    pub(super) model: Option<String>,
    pub(super) phase: Option<String>,
    pub(super) label: String,
    pub(super) key: CallKey,
}

impl Identified {
    /// Reads a call; the error is for the script. The sandbox has checked most of this; what it says is not trusted.
    pub(super) fn read(said: &protocol::Call, spec: &RunSpec, keys: &mut Keys) -> Result<Self, String> {
        let options = AgentOptions::from_json(&said.options)?;
        let kind = spec.kind(&options)?.cloned();
        let model = spec.model_of(&options, kind.as_ref());
        let mut content = key::content(
            &said.prompt,
            said.excerpt.as_ref(),
            said.asked.as_ref(),
            model.as_deref(),
            &options,
            kind.as_ref(),
        );
        let phase = options.phase.clone().or(said.phase.clone());
        if spec.dialect.key_includes_label_and_phase {
            content = key::named_content(&content, options.label.as_deref(), phase.as_deref());
        }
        let key = keys.next(said.path.clone(), content);
        let label = options.label.clone().unwrap_or_else(|| key::label(&said.prompt));
        Ok(Self { options, kind, model, phase, label, key })
    }
}

/// Why a run ends with a call that is one more than it may make.
pub(super) fn one_too_many(said: &protocol::Call, limit: u64) -> RunError {
    let message = format!("the run may call at most {limit} agents, nested workflows included; this is one more");
    RunError { workflow: said.workflow.clone(), ..RunError::at(message, said.at) }
}

impl Scheduler {
    /// Takes a call in, refuses it with an exception, or ends the run where it is one too many.
    pub(super) fn admit(&mut self, said: protocol::Call) -> Result<(), Box<Ended>> {
        let limit = self.spec.limits.max_agents;
        let now = self.elapsed();
        said.purses.iter().for_each(|purse| self.ledger.open(purse, now));
        if let Some(message) = said.asked.as_ref().and_then(|asked| self.no_more(asked.held)) {
            let message = format!("{message}; the request was not sent");
            let failure = Failure { kind: FailureKind::Budget, message, attempts: 0, made: false };
            self.tell(said.id, Settled::Failed(failure));
            return Ok(());
        }
        if self.made >= limit {
            return Err(Ended::failed(one_too_many(&said, limit)));
        }
        match Identified::read(&said, &self.spec, &mut self.keys) {
            Ok(identified) => self.enqueue(said, identified),
            Err(message) => {
                self.tell(said.id, Settled::Throw(message));
                Ok(())
            }
        }
    }

    /// Why a REPL may send no further request, if it may not. `held`: whether it may use the share that is held back.
    pub(super) fn no_more(&self, held: bool) -> Option<String> {
        let (limit, sent) = (self.spec.limits.max_agents, self.made + self.retried);
        // A share is held back, so that what has begun can be finished.
        let open = if held { limit } else { limit - (limit / HELD_BACK).max(1).min(limit) };
        (sent >= open).then(|| format!("the run may make {limit} calls, and {sent} are made"))
    }

    fn enqueue(&mut self, said: protocol::Call, identified: Identified) -> Result<(), Box<Ended>> {
        let Identified { options, kind, model, phase, label, key } = identified;
        for unknown in &options.unknown {
            self.warn(format!("agent() has no option `{unknown}`; it is ignored"), said.at);
        }
        let answered = self.cache.take(&key);
        if answered.is_none() && options.isolation.is_some() && self.cache.begun(&key) && !self.spec.repeat_isolated {
            let message = format!(
                "call {label:?} works in a tree of its own, and an earlier run began it without an answer: again, it may do its \
                 work twice; look at what it left, then resume with `--repeat-worktrees`"
            );
            return Err(Ended::failed(RunError { workflow: said.workflow, ..RunError::at(message, said.at) }));
        }
        self.made += 1;
        let id = self.made;
        self.journal.append(EventKind::AgentQueued {
            call: CallId(id),
            key: key.clone(),
            label: label.clone(),
            phase,
            workflow: said.workflow,
            at: said.at,
            prompt: said.prompt.clone(),
            excerpt: said.excerpt.clone(),
            schema: options.schema.clone(),
            model: model.clone(),
            effort: options.effort.clone().or_else(|| kind.as_ref()?.effort.clone()),
            agent_type: options.agent_type.clone(),
            isolation: options.isolation.clone(),
        });
        let account = self.model.account(model.as_deref());
        let least = account.as_ref().and_then(|account| account.keeps_from);
        let lane = self.lanes.of(account);
        let stage = match answered {
            Some(answered) => {
                self.cached.insert(answered.order, id);
                Stage::Cached(answered)
            }
            None => {
                if self.cache.may_be_paid(&key) {
                    let message = format!(
                        "call {label:?} was under way when the earlier run broke off, and may already have been paid for; it runs again"
                    );
                    self.journal.append(EventKind::Warning { message, at: said.at });
                }
                self.lanes.queue(lane, id);
                Stage::Queued
            }
        };
        let mut call = Call {
            said: said.id,
            at: said.at,
            key,
            label,
            prompt: said.prompt,
            excerpt: said.excerpt,
            model,
            options,
            kind,
            attempt: 0,
            misfits: 0,
            failures: 0,
            correction: None,
            stage,
            asked: said.asked,
            purses: said.purses,
            why: FailureKind::Provider,
            beginning: None,
            shared: None,
            lane,
            slot: None,
        };
        call.beginning = least.and_then(|least| Beginning::of(&call, least));
        self.calls.insert(id, call);
        Ok(())
    }
}
