//! How fast a provider may be asked: what it says it still takes, and the pauses it asks for. All runs of this process that
//! ask the same provider share it.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, Mutex, PoisonError},
    time::Duration,
};

use models::{Headroom, Room};
use tokio::time::Instant;

/// What is known of the providers that this process asks, by name.
static PROVIDERS: LazyLock<Mutex<HashMap<String, Pace>>> = LazyLock::new(Mutex::default);

/// What is known of one provider.
#[derive(Clone, Debug, Default)]
pub(super) struct Pace(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    /// The provider asked for a pause until then.
    pause: Option<Instant>,
    /// By model: providers have limits for each.
    heard: HashMap<String, Heard>,
}

/// What was said last, and what has left since: a bucket that the headers of answers fill.
#[derive(Debug)]
struct Heard {
    at: Instant,
    headroom: Headroom,
    requests: u64,
    tokens: u64,
}

impl Pace {
    /// That of `provider`. A run without one has its own.
    pub(super) fn of(provider: Option<&str>) -> Self {
        let Some(provider) = provider else { return Self::default() };
        let mut providers = PROVIDERS.lock().unwrap_or_else(PoisonError::into_inner);
        providers.entry(provider.to_owned()).or_default().clone()
    }

    fn with<T>(&self, body: impl FnOnce(&mut State) -> T) -> T {
        body(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// An answer of `model` came with this.
    pub(super) fn hear(&self, model: Option<&str>, headroom: Headroom, now: Instant) {
        let heard = Heard { at: now, headroom, requests: 0, tokens: 0 };
        self.with(|state| state.heard.insert(model.unwrap_or_default().to_owned(), heard));
    }

    /// The provider wants nothing for a while, from whichever run.
    pub(super) fn pause(&self, until: Instant) {
        self.with(|state| state.pause = state.pause.max(Some(until)));
    }

    /// Lets a request of about `tokens` leave, or says when to ask again.
    pub(super) fn pass(&self, model: Option<&str>, tokens: u64, now: Instant) -> Result<(), Instant> {
        self.with(|state| match state.ready(model, tokens, now) {
            Some(ready) => Err(ready),
            None => {
                state.leave(model, tokens);
                Ok(())
            }
        })
    }

    /// Lets a request leave in any case, after the wait that it gives.
    pub(super) fn book(&self, model: Option<&str>, tokens: u64, now: Instant) -> Duration {
        self.with(|state| {
            let ready = state.ready(model, tokens, now);
            state.leave(model, tokens);
            ready.map_or(Duration::ZERO, |ready| ready - now)
        })
    }
}

impl State {
    /// When a request may leave: `None` for now. One that is larger than what is ever left goes once the limit is whole again.
    fn ready(&self, model: Option<&str>, tokens: u64, now: Instant) -> Option<Instant> {
        let limits = self.heard.get(model.unwrap_or_default()).map(|heard| {
            let after = |room: Option<Room>, gone: u64, needed: u64| {
                let room = room.filter(|room| room.left < gone + needed)?;
                // Limits fill up bit by bit; a provider that tells no time tells nothing.
                Some(heard.at + room.whole_in).filter(|_| room.whole_in > Duration::ZERO)
            };
            let requests = after(heard.headroom.requests, heard.requests, 1);
            requests.max(after(heard.headroom.tokens, heard.tokens, tokens))
        });
        self.pause.max(limits.flatten()).filter(|at| *at > now)
    }

    fn leave(&mut self, model: Option<&str>, tokens: u64) {
        if let Some(heard) = self.heard.get_mut(model.unwrap_or_default()) {
            heard.requests += 1;
            heard.tokens += tokens;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn room(left: u64) -> Option<Room> {
        Some(Room { left, whole_in: MINUTE })
    }

    #[test]
    fn what_is_left_is_used_up_and_then_waited_for() {
        let (pace, now) = (Pace::of(None), Instant::now());
        assert_eq!(pace.pass(Some("m"), 10, now), Ok(()), "nothing is known");
        pace.hear(Some("m"), Headroom { requests: room(3), tokens: room(100) }, now);
        assert_eq!([45; 2].map(|tokens| pace.pass(Some("m"), tokens, now)), [Ok(()); 2]);
        assert_eq!(pace.pass(Some("m"), 45, now), Err(now + MINUTE), "ten tokens are left");
        assert_eq!(pace.pass(Some("other"), 45, now), Ok(()));
        assert_eq!(pace.pass(Some("m"), 5, now), Ok(()));
        assert_eq!(pace.pass(Some("m"), 1, now), Err(now + MINUTE), "no request is left");
        assert_eq!(pace.pass(Some("m"), 1_000_000, now + MINUTE), Ok(()), "the limit is whole again");
    }

    #[test]
    fn all_runs_that_ask_a_provider_share_its_limits_and_its_pause() {
        let [one, other] = [(); 2].map(|()| Pace::of(Some("pace-test")));
        let now = Instant::now();
        one.hear(None, Headroom { requests: room(2), tokens: None }, now);
        assert_eq!((one.pass(None, 1, now), other.pass(None, 1, now)), (Ok(()), Ok(())));
        assert_eq!(one.pass(None, 1, now), Err(now + MINUTE), "the other run took the second");
        other.pause(now + 2 * MINUTE);
        other.pause(now + MINUTE);
        assert_eq!(one.book(None, 1, now), 2 * MINUTE);
        assert_eq!(one.pass(None, 1, now + 2 * MINUTE), Ok(()));
        assert_eq!(Pace::of(Some("another")).pass(None, 1, now), Ok(()));
    }
}
