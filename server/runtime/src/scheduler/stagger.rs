//! Calls that begin alike: where a provider keeps the beginnings of prompts, the first of them goes ahead, and the others follow
//! once it is being answered. So the beginning is paid for once and not by each.

use std::{collections::HashMap, sync::Arc, time::Duration};

use analysis::units::Tokens;
use sha2::{Digest, Sha256};
use tokio::time::Instant;

use super::call::Call;

/// Longest time that others wait for the first: the official tool's number.
const LONGEST: Duration = Duration::from_secs(5);

/// Bytes of text that are a token or more, in any language: what is shorter may be too short for a provider to keep.
const BYTES_A_TOKEN: usize = 4;

/// What calls have to have in common to wait for one another: model, schema, instructions, and the beginning of the prompt as far
/// as it must be the same to be worth it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Beginning {
    digest: [u8; 32],
    /// Bytes of the prompt in it.
    prompt: usize,
}

impl Beginning {
    /// That of a call of a provider which keeps beginnings from `least` tokens on; `None` where the call is shorter.
    pub(super) fn of(call: &Call, least: Tokens) -> Option<Self> {
        let least = usize::try_from(least.0).ok()?.checked_mul(BYTES_A_TOKEN)?;
        let system = call.system().unwrap_or_default();
        let prompt = least.saturating_sub(system.len());
        let beginning = call.prompt.as_bytes().get(..prompt)?;
        let mut digest = Sha256::new();
        let schema = call.options.schema.as_ref().map(|schema| schema.to_string()).unwrap_or_default();
        let model = call.model.as_deref().unwrap_or_default();
        for part in [model.as_bytes(), schema.as_bytes(), system.as_bytes(), beginning] {
            digest.update(part.len().to_le_bytes());
            digest.update(part);
        }
        Some(Self { digest: digest.finalize().into(), prompt })
    }
}

/// Which beginnings providers have, or are about to.
#[derive(Debug, Default)]
pub(super) struct Stagger(HashMap<Beginning, Known>);

#[derive(Debug)]
struct Known {
    /// How prompts begin that have it.
    prompt: Arc<str>,
    /// The call that goes ahead, and until when others wait for it; nothing once it is being answered.
    ahead: Option<(u64, Instant)>,
}

/// How a call leaves.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Turn {
    /// As any other.
    Alone,
    /// Behind one that went ahead with these first bytes of the prompt.
    Behind(usize),
    /// Ahead of others that begin with this.
    Ahead(Arc<str>),
}

impl Turn {
    /// Bytes at the beginning of the prompt that others have too.
    pub(super) fn shared(&self) -> Option<usize> {
        match self {
            Self::Alone => None,
            Self::Behind(bytes) => Some(*bytes),
            Self::Ahead(prompt) => Some(prompt.len()),
        }
    }
}

impl Stagger {
    /// Whether a call waits for another: for one that went ahead, or for those that may yet come.
    pub(super) fn holds(&self, beginning: &Beginning, more_may_come: bool, now: Instant) -> bool {
        match self.0.get(beginning) {
            Some(known) => known.ahead.is_some_and(|(_, until)| now < until),
            None => more_may_come,
        }
    }

    /// Those who have waited long enough wait no longer.
    pub(super) fn expire(&mut self, now: Instant) {
        for known in self.0.values_mut() {
            known.ahead.take_if(|(_, until)| *until <= now);
        }
    }

    /// When the first of those who wait need wait no longer.
    pub(super) fn due(&self) -> Option<Instant> {
        self.0.values().filter_map(|known| Some(known.ahead?.1)).min()
    }

    /// How a call would leave now, before those that are queued `behind` it.
    pub(super) fn turn<'a>(&self, call: &Call, behind: impl Iterator<Item = &'a Call>) -> Turn {
        let Some(beginning) = &call.beginning else { return Turn::Alone };
        if let Some(known) = self.0.get(beginning) {
            let same = call.prompt.starts_with(&*known.prompt);
            return if same { Turn::Behind(known.prompt.len()) } else { Turn::Alone };
        }
        let alike = behind.filter(|other| other.beginning.as_ref() == Some(beginning));
        let shared = alike.map(|other| common(&call.prompt, &other.prompt)).min();
        match shared {
            Some(bytes) => Turn::Ahead(cut(&call.prompt[..bytes], beginning.prompt).into()),
            None => Turn::Alone,
        }
    }

    /// A call leaves.
    pub(super) fn leave(&mut self, id: u64, beginning: Option<Beginning>, turn: &Turn, now: Instant) {
        if let (Some(beginning), Turn::Ahead(prompt)) = (beginning, turn) {
            self.0.insert(beginning, Known { prompt: prompt.clone(), ahead: Some((id, now + LONGEST)) });
        }
    }

    /// Whether others wait for a call.
    pub(super) fn leads(&self, id: u64, beginning: Option<&Beginning>) -> bool {
        let known = beginning.and_then(|beginning| self.0.get(beginning));
        known.and_then(|known| known.ahead).is_some_and(|(ahead, _)| ahead == id)
    }

    /// A call is being answered, or it is back with nothing: then the next one goes ahead.
    pub(super) fn heard(&mut self, id: u64, beginning: Option<&Beginning>, answered: bool) {
        let Some(beginning) = beginning.filter(|beginning| self.leads(id, Some(beginning))) else { return };
        if answered {
            self.0.entry(*beginning).and_modify(|known| known.ahead = None);
        } else {
            self.0.remove(beginning);
        }
    }
}

/// Bytes that two texts have in common at their beginning, up to a whole character.
fn common(one: &str, other: &str) -> usize {
    let same = one.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count();
    one.floor_char_boundary(same)
}

/// The text up to the end of its last line, or else of its last word, if that leaves `least` bytes: so that no token is cut.
fn cut(text: &str, least: usize) -> &str {
    let ends = [text.rfind('\n'), text.rfind(char::is_whitespace)];
    let end = ends.into_iter().map(|at| at.map_or(0, |at| text.ceil_char_boundary(at + 1))).find(|end| *end >= least);
    &text[..end.unwrap_or(text.len())]
}
