//! One call on its way.

use std::time::Duration;

use analysis::text::LineColumn;
use models::{AgentKind, Answer, Correction, Listener, ModelError, Request, Usage};
use sha2::{Digest, Sha256};
use tokio::task::AbortHandle;

use super::{ledger::Reservation, pace::Slot, stagger::Beginning};
use crate::{
    key::CallKey,
    options::AgentOptions,
    resume::Answered,
    rlm::{BadContext, ContextFile, Excerpt, source::attached},
    run::Retry,
    sandbox::protocol::{Asked, FailureKind, Purse},
};

/// A call the script made and that is not over.
pub(super) struct Call {
    /// The sandbox's own number of it.
    pub(super) said: u64,
    pub(super) at: LineColumn,
    pub(super) key: CallKey,
    pub(super) label: String,
    pub(super) prompt: String,
    /// What stands below the prompt. It is read when the call leaves: of many that wait none is in memory.
    pub(super) excerpt: Option<Excerpt>,
    pub(super) model: Option<String>,
    pub(super) options: AgentOptions,
    /// The kind of agent it names, where that is registered.
    pub(super) kind: Option<AgentKind>,
    /// Attempts made so far.
    pub(super) attempt: u32,
    /// Answers that did not satisfy the schema.
    pub(super) misfits: u32,
    /// Attempts that failed at the provider since the last answer.
    pub(super) failures: u32,
    /// The last answer and what is wrong with it.
    pub(super) correction: Option<Correction>,
    pub(super) stage: Stage,
    /// What calls of a REPL have besides.
    pub(super) asked: Option<Asked>,
    /// What it takes from besides the run's own.
    pub(super) purses: Vec<Purse>,
    /// Why it will have failed, if it does.
    pub(super) why: FailureKind,
    /// How it begins, where its provider keeps beginnings of that length.
    pub(super) beginning: Option<Beginning>,
    /// Bytes at the beginning of the prompt that others have too, if it is known to be so.
    pub(super) shared: Option<usize>,
    /// Its lane, which is that of its account.
    pub(super) lane: usize,
    /// Its place among the requests to its account, where these are capped: from when it leaves until it is over.
    pub(super) slot: Option<Slot>,
}

/// Where a call is.
pub(super) enum Stage {
    /// Waits for its turn.
    Queued,
    /// An earlier run has the answer.
    Cached(Answered),
    /// Has left.
    Flying(Flight),
    /// Waits between two attempts.
    Resting,
}

/// An attempt under way.
pub(super) struct Flight {
    pub(super) reservation: Reservation,
    /// When it is back, in simulated time; `None` where time is real.
    pub(super) due: Option<Duration>,
    pub(super) task: AbortHandle,
    pub(super) back: Option<Result<Answer, ModelError>>,
}

/// An attempt is back. `attempt` tells it apart from one that was given up.
pub(crate) struct Back {
    pub(super) call: u64,
    pub(super) attempt: u32,
    pub(super) result: Result<Answer, ModelError>,
}

impl Call {
    /// The request, with the text that stands below the prompt.
    pub(super) fn request(
        &self,
        contexts: &[ContextFile],
        reservation: &Reservation,
        listener: Listener,
    ) -> Result<Request, BadContext> {
        let kind = self.kind.as_ref();
        Ok(Request {
            prompt: whole(&self.prompt, self.excerpt.as_ref(), contexts)?,
            correction: self.correction.clone(),
            system: self.system().filter(|prompt| !prompt.is_empty()).map(str::to_owned),
            schema: self.options.schema.clone(),
            model: self.model.clone(),
            effort: self.options.effort.clone().or_else(|| kind?.effort.clone()),
            agent_type: self.options.agent_type.clone(),
            tools: kind.and_then(|kind| kind.tools.clone()),
            isolation: self.options.isolation.clone(),
            label: self.label.clone(),
            key: self.key.to_string(),
            attempt: self.attempt,
            max_output: reservation.max_output,
            shared: self.shared,
            code: self.asked.as_ref().is_some_and(|asked| asked.code),
            listener,
        })
    }

    /// The instructions above the prompt: the call's own, or those of its kind of agent.
    pub(super) fn system(&self) -> Option<&str> {
        let own = self.asked.as_ref().and_then(|asked| asked.system.as_deref());
        own.or(self.kind.as_ref().map(|kind| kind.prompt.as_str()))
    }

    /// Most output tokens that it asks for itself.
    pub(super) fn max_tokens(&self) -> Option<u64> {
        self.asked.as_ref()?.max_tokens
    }

    /// Bytes a model has to read.
    pub(super) fn bytes(&self) -> usize {
        let schema = self.options.schema.as_ref().map_or(0, |s| s.to_string().len());
        let correction = self.correction.as_ref().map_or(0, |wrong| wrong.answer.len() + wrong.told.len());
        let excerpt = self.excerpt.as_ref().map_or(0, Excerpt::bytes);
        self.prompt.len() + excerpt + correction + self.system().map_or(0, str::len) + schema
    }

    /// Whether it may use what is held back so that a run can finish: all may but what cells ask.
    pub(super) fn may_finish(&self) -> bool {
        self.asked.as_ref().is_none_or(|asked| asked.held)
    }

    /// Of these, those that the provider may be asked to keep, which may cost more than reading them.
    pub(super) fn kept(&self, shared: Option<usize>) -> usize {
        shared.map_or(0, |shared| shared + self.system().map_or(0, str::len))
    }

    pub(super) fn flight(&mut self) -> Option<&mut Flight> {
        match &mut self.stage {
            Stage::Flying(flight) => Some(flight),
            _ => None,
        }
    }
}

/// A prompt with what stands below it.
pub(super) fn whole(prompt: &str, excerpt: Option<&Excerpt>, contexts: &[ContextFile]) -> Result<String, BadContext> {
    Ok(match excerpt {
        Some(excerpt) => attached(prompt, &excerpt.text(contexts)?),
        None => prompt.to_owned(),
    })
}

/// How long to wait before the attempt after `failures` failures: doubled each time, less up to half of it, drawn from
/// seed and call so that runs repeat; never less than the provider asks for.
pub(super) fn wait(retry: &Retry, failures: u32, error: &ModelError, seed: u64, key: &str) -> Duration {
    let doubled = retry.wait.saturating_mul(1 << failures.saturating_sub(1).min(20)).min(retry.longest_wait);
    let digest = Sha256::digest(format!("{seed} {failures} {key}"));
    let share = f64::from(digest[0]) / 255.0;
    let jittered = doubled.mul_f64(1.0 - share / 2.0);
    match error {
        ModelError::RateLimited { retry_after: Some(asked) } => jittered.max(*asked),
        _ => jittered,
    }
}

/// What an attempt took, as far as it is known.
pub(super) fn usage(result: &Result<Answer, ModelError>) -> Usage {
    match result {
        Ok(answer) => answer.usage,
        Err(ModelError::CutOff(output)) => Usage { output: *output, ..Usage::default() },
        Err(_) => Usage::default(),
    }
}
