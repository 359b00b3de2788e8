//! Keeping within what providers say they still take, instead of running into their refusals.

use std::{collections::HashMap, time::Duration};

use models::{Headroom, Room};
use tokio::time::Instant;

/// What each model's provider said last, and what has left since.
#[derive(Debug, Default)]
pub(super) struct Pace(HashMap<String, Heard>);

#[derive(Debug)]
struct Heard {
    at: Instant,
    headroom: Headroom,
    requests: u64,
    tokens: u64,
}

impl Pace {
    /// An answer of `model` came with this.
    pub(super) fn hear(&mut self, model: Option<&str>, headroom: Headroom, now: Instant) {
        let heard = Heard { at: now, headroom, requests: 0, tokens: 0 };
        self.0.insert(model.unwrap_or_default().to_owned(), heard);
    }

    /// When a request of about `tokens` may leave: `None` for now. One that is larger than what is ever left goes once the limit is
    /// whole again.
    pub(super) fn when(&self, model: Option<&str>, tokens: u64, now: Instant) -> Option<Instant> {
        let heard = self.0.get(model.unwrap_or_default())?;
        let after = |room: Option<Room>, gone: u64, needed: u64| {
            let room = room.filter(|room| room.left < gone + needed)?;
            // Limits fill up bit by bit; a provider that tells no time tells nothing.
            Some(heard.at + room.whole_in).filter(|at| *at > now && room.whole_in > Duration::ZERO)
        };
        let requests = after(heard.headroom.requests, heard.requests, 1);
        let tokens = after(heard.headroom.tokens, heard.tokens, tokens);
        requests.max(tokens)
    }

    /// A request of about `tokens` leaves.
    pub(super) fn leave(&mut self, model: Option<&str>, tokens: u64) {
        if let Some(heard) = self.0.get_mut(model.unwrap_or_default()) {
            heard.requests += 1;
            heard.tokens += tokens;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_used_up_and_then_waited_for() {
        let (mut pace, now) = (Pace::default(), Instant::now());
        assert_eq!(pace.when(Some("m"), 10, now), None, "nothing is known");
        let minute = Duration::from_secs(60);
        let room = |left| Some(Room { left, whole_in: minute });
        pace.hear(Some("m"), Headroom { requests: room(3), tokens: room(100) }, now);
        for _ in 0..2 {
            assert_eq!(pace.when(Some("m"), 45, now), None);
            pace.leave(Some("m"), 45);
        }
        assert_eq!(pace.when(Some("m"), 45, now), Some(now + minute), "ten tokens are left");
        assert_eq!(pace.when(Some("m"), 5, now), None);
        assert_eq!(pace.when(Some("other"), 45, now), None);
        pace.leave(Some("m"), 5);
        assert_eq!(pace.when(Some("m"), 1, now), Some(now + minute), "no request is left");
        assert_eq!(pace.when(Some("m"), 1_000_000, now + minute), None, "the limit is whole again");
    }
}
