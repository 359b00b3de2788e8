//! What an account still takes, as its provider says, and the pauses it asks for.

use std::{
    collections::BTreeMap,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use models::{Headroom, Room};
use serde::{Deserialize, Serialize};

/// A moment that processes agree on: milliseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Moment(u64);

impl Moment {
    pub(crate) fn now() -> Self {
        Self(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis() as u64)
    }

    fn after(self, time: Duration) -> Self {
        Self(self.0.saturating_add(time.as_millis() as u64))
    }

    /// How long it is from `now` until then; `None` where it is past.
    fn from(self, now: Self) -> Option<Duration> {
        self.0.checked_sub(now.0).filter(|ms| *ms > 0).map(Duration::from_millis)
    }
}

/// What is known of an account.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Rates {
    /// A pause the provider asked for: when it did, and until when.
    pause: Option<(Moment, Moment)>,
    /// By model: providers have limits for each.
    heard: BTreeMap<String, Heard>,
}

/// What was said last, and what has left since: a bucket that the headers of answers fill.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Heard {
    at: Moment,
    headroom: Headroom,
    requests: u64,
    tokens: u64,
}

impl Rates {
    /// An answer of `model` came with this.
    pub(super) fn hear(&mut self, model: Option<&str>, headroom: Headroom, now: Moment) {
        let heard = Heard { at: now, headroom, requests: 0, tokens: 0 };
        self.heard.insert(model.unwrap_or_default().to_owned(), heard);
    }

    /// The provider wants nothing for a while.
    pub(super) fn pause(&mut self, wait: Duration, now: Moment) {
        let until = now.after(wait);
        if self.paused(now).is_none_or(|before| before < wait) {
            self.pause = Some((now, until));
        }
    }

    fn paused(&self, now: Moment) -> Option<Duration> {
        // What was said in the future was said by another clock, and counts for nothing.
        self.pause.filter(|(said, _)| *said <= now)?.1.from(now)
    }

    /// How long a request of about `tokens` has to wait. One that is larger than what is ever left goes once the limit is whole
    /// again.
    pub(super) fn wait(&self, model: Option<&str>, tokens: u64, now: Moment) -> Option<Duration> {
        let heard = self.heard.get(model.unwrap_or_default()).filter(|heard| heard.at <= now);
        let limits = heard.and_then(|heard| {
            let after = |room: Option<Room>, gone: u64, needed: u64| {
                let room = room.filter(|room| room.left < gone + needed)?;
                // Limits fill up bit by bit; a provider that tells no time tells nothing.
                heard.at.after(room.whole_in).from(now)
            };
            let requests = after(heard.headroom.requests, heard.requests, 1);
            requests.max(after(heard.headroom.tokens, heard.tokens, tokens))
        });
        self.paused(now).max(limits)
    }

    /// A request leaves.
    pub(super) fn leave(&mut self, model: Option<&str>, tokens: u64) {
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
        let (mut rates, now) = (Rates::default(), Moment(1_000_000));
        let pass = |rates: &mut Rates, model, tokens, now| {
            let wait = rates.wait(Some(model), tokens, now);
            if wait.is_none() {
                rates.leave(Some(model), tokens);
            }
            wait
        };
        assert_eq!(pass(&mut rates, "m", 10, now), None, "nothing is known");
        rates.hear(Some("m"), Headroom { requests: room(3), tokens: room(100) }, now);
        assert_eq!([45; 2].map(|tokens| pass(&mut rates, "m", tokens, now)), [None; 2]);
        assert_eq!(pass(&mut rates, "m", 45, now), Some(MINUTE), "ten tokens are left");
        assert_eq!(pass(&mut rates, "other", 45, now), None);
        assert_eq!(pass(&mut rates, "m", 5, now), None);
        assert_eq!(pass(&mut rates, "m", 1, now), Some(MINUTE), "no request is left");
        assert_eq!(pass(&mut rates, "m", 1_000_000, now.after(MINUTE)), None, "the limit is whole again");
    }

    #[test]
    fn the_longest_pause_counts_and_a_clock_that_is_set_back_ends_none() {
        let (mut rates, now) = (Rates::default(), Moment(1_000_000));
        rates.pause(2 * MINUTE, now);
        rates.pause(MINUTE, now);
        assert_eq!(rates.wait(None, 1, now), Some(2 * MINUTE));
        assert_eq!(rates.wait(None, 1, now.after(2 * MINUTE)), None);
        assert_eq!(rates.wait(None, 1, Moment(1)), None, "said later than now");
        let text = serde_json::to_string(&rates).unwrap();
        assert_eq!(serde_json::from_str::<Rates>(&text).unwrap(), rates);
    }
}
