//! A call comes in: counted, read, looked for in the journal, queued.

use std::sync::Arc;

use jsonschema::Validator;

use super::{
    call::{Call, Stage},
    owner::{Ended, Scheduler},
};
use crate::{
    event::{EventKind, RunError},
    id::CallId,
    key,
    options::AgentOptions,
    sandbox::protocol::{self, Failure, FailureKind, Settled, ToSandbox},
};

/// One in so many calls is held back for root models, so that a recursive language model can finish.
const HELD_BACK: u64 = 20;

impl Scheduler {
    /// Takes a call in, refuses it with an exception, or ends the run where it is one too many.
    pub(super) fn admit(&mut self, said: protocol::Call) -> Result<(), Box<Ended>> {
        let limit = self.spec.limits.max_agents;
        if let Some(asked) = &said.asked {
            // A share is held back, so that what has begun can be finished.
            let open = if asked.held { limit } else { limit - (limit / HELD_BACK).max(1).min(limit) };
            if self.made >= open {
                let message =
                    format!("the run may make {limit} calls, and {} are made; the request was not sent", self.made);
                let failure = Failure { kind: FailureKind::Budget, message, attempts: 0 };
                let (outcome, spent) = (Settled::Failed(failure), self.ledger.spent_output());
                self.post(ToSandbox::Settle { id: said.id, outcome, spent });
                return Ok(());
            }
        }
        if self.made >= limit {
            let message =
                format!("the run may call at most {limit} agents, nested workflows included; this is one more");
            return Err(Ended::failed(RunError { workflow: said.workflow, ..RunError::at(message, said.at) }));
        }
        match self.read(&said) {
            Ok((options, schema)) => self.enqueue(said, options, schema),
            Err(message) => {
                self.post(ToSandbox::Settle {
                    id: said.id,
                    outcome: Settled::Throw(message),
                    spent: self.ledger.spent_output(),
                });
                Ok(())
            }
        }
    }

    /// The sandbox has checked most of this; what it says is not trusted, so it is read again.
    fn read(&self, said: &protocol::Call) -> Result<(AgentOptions, Option<Arc<Validator>>), String> {
        let options = AgentOptions::from_json(&said.options)?;
        self.spec.kind(&options)?;
        let schema = options.schema.as_ref().map(jsonschema::validator_for).transpose();
        Ok((options, schema.map_err(|e| e.to_string())?.map(Arc::new)))
    }

    fn enqueue(
        &mut self,
        said: protocol::Call,
        options: AgentOptions,
        schema: Option<Arc<Validator>>,
    ) -> Result<(), Box<Ended>> {
        for unknown in &options.unknown {
            self.warn(format!("agent() has no option `{unknown}`; it is ignored"), said.at);
        }
        // What `read` let pass is there, or needs not be.
        let kind = self.spec.kind(&options).ok().flatten().cloned();
        let model = self.spec.model_of(&options, kind.as_ref());
        let mut content = key::content(&said.prompt, system(&said), model.as_deref(), &options, kind.as_ref());
        let phase = options.phase.clone().or(said.phase);
        if self.spec.dialect.key_includes_label_and_phase {
            content = key::named_content(&content, options.label.as_deref(), phase.as_deref());
        }
        let key = self.keys.next(said.path, content);
        let label = options.label.clone().unwrap_or_else(|| key::label(&said.prompt));
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
            schema: options.schema.clone(),
            model: model.clone(),
            effort: options.effort.clone().or_else(|| kind.as_ref()?.effort.clone()),
            agent_type: options.agent_type.clone(),
            isolation: options.isolation.clone(),
        });
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
                self.queue.push_back(id);
                Stage::Queued
            }
        };
        let call = Call {
            at: said.at,
            key,
            label,
            prompt: said.prompt,
            model,
            options,
            kind,
            schema,
            attempt: 0,
            misfits: 0,
            failures: 0,
            correction: None,
            stage,
            asked: said.asked,
            why: FailureKind::Provider,
        };
        self.sandbox_ids.insert(id, said.id);
        self.calls.insert(id, call);
        Ok(())
    }
}

/// The instructions above the prompt of a call.
pub(super) fn system(call: &protocol::Call) -> Option<&str> {
    call.asked.as_ref()?.system.as_deref()
}
