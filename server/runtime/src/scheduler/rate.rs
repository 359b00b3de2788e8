//! How fast a provider may be asked: one pair of token buckets for all runs of this process that ask it.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use crate::run::Rate;

/// What all runs of this process know of the providers they ask, by name.
static PROVIDERS: LazyLock<Mutex<HashMap<String, Gate>>> = LazyLock::new(Mutex::default);

/// The way to a provider.
#[derive(Clone, Debug, Default)]
pub(super) struct Gate(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    requests: Option<Bucket>,
    tokens: Option<Bucket>,
    /// The provider asked for a pause until then.
    pause: Option<Instant>,
}

/// Filled evenly, up to a minute's worth, and full at first: what providers describe.
#[derive(Debug)]
struct Bucket {
    per_minute: f64,
    level: f64,
    at: Instant,
}

impl Gate {
    /// The gate of `provider`, with the limits that were told last. A run without a provider has one of its own.
    pub(super) fn of(provider: Option<&str>, rate: Rate) -> Self {
        let gate = match provider {
            Some(provider) => {
                let mut providers = PROVIDERS.lock().unwrap_or_else(PoisonError::into_inner);
                providers.entry(provider.to_owned()).or_default().clone()
            }
            None => Self::default(),
        };
        gate.with(|state| {
            let now = Instant::now();
            Bucket::limit(&mut state.requests, rate.requests_per_minute, now);
            Bucket::limit(&mut state.tokens, rate.tokens_per_minute, now);
        });
        gate
    }

    fn with<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Lets a request through that will take about so many tokens, or says when to ask again.
    pub(super) fn pass(&self, tokens: u64, now: Instant) -> Result<(), Instant> {
        self.with(|state| {
            let ready = state.ready(tokens, now);
            if ready > now {
                return Err(ready);
            }
            state.take(tokens);
            Ok(())
        })
    }

    /// Lets a request through in any case, at a time when it may go. Gives how long it has to wait.
    pub(super) fn book(&self, tokens: u64, now: Instant) -> Duration {
        self.with(|state| {
            let ready = state.ready(tokens, now);
            state.take(tokens);
            ready - now
        })
    }

    /// The answer took tokens that were not known before.
    pub(super) fn took(&self, tokens: u64, now: Instant) {
        self.with(|state| {
            if let Some(bucket) = &mut state.tokens {
                bucket.refill(now);
                bucket.level -= tokens as f64;
            }
        });
    }

    /// The provider wants nothing for a while, from whichever run.
    pub(super) fn pause(&self, until: Instant) {
        self.with(|state| state.pause = Some(state.pause.map_or(until, |pause| pause.max(until))));
    }
}

impl State {
    fn ready(&mut self, tokens: u64, now: Instant) -> Instant {
        let requests = self.requests.as_mut().map_or(Duration::ZERO, |bucket| bucket.wait(1.0, now));
        let tokens = self.tokens.as_mut().map_or(Duration::ZERO, |bucket| bucket.wait(tokens as f64, now));
        (now + requests.max(tokens)).max(self.pause.unwrap_or(now))
    }

    fn take(&mut self, tokens: u64) {
        for (bucket, amount) in [(&mut self.requests, 1.0), (&mut self.tokens, tokens as f64)] {
            if let Some(bucket) = bucket {
                bucket.level -= amount;
            }
        }
    }
}

impl Bucket {
    fn limit(bucket: &mut Option<Self>, per_minute: Option<u64>, now: Instant) {
        let Some(per_minute) = per_minute.map(|n| n.max(1) as f64) else { return };
        match bucket {
            Some(bucket) => {
                bucket.refill(now);
                bucket.per_minute = per_minute;
            }
            None => *bucket = Some(Self { per_minute, level: per_minute, at: now }),
        }
    }

    fn refill(&mut self, now: Instant) {
        let more = now.saturating_duration_since(self.at).as_secs_f64() * self.per_minute / 60.0;
        self.level = (self.level + more).min(self.per_minute);
        self.at = now;
    }

    /// How long until there is as much; what is more than the bucket holds waits until it is full.
    fn wait(&mut self, amount: f64, now: Instant) -> Duration {
        self.refill(now);
        let missing = amount.min(self.per_minute) - self.level;
        // Rounded up to the timer's grain, so that nobody asks again in vain.
        let millis = (missing.max(0.0) * 60_000.0 / self.per_minute).ceil();
        Duration::from_millis(millis as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(requests: Option<u64>, tokens: Option<u64>) -> Rate {
        Rate { requests_per_minute: requests, tokens_per_minute: tokens }
    }

    #[test]
    fn a_minute_s_worth_may_go_at_once_and_the_rest_evenly() {
        let gate = Gate::of(None, rate(Some(60), None));
        let now = Instant::now();
        let passed = (0..100).filter(|_| gate.pass(5, now).is_ok()).count();
        assert_eq!(passed, 60);
        let next = gate.pass(5, now).unwrap_err();
        assert_eq!(next - now, Duration::from_secs(1));
        assert_eq!(gate.pass(5, next), Ok(()));
        assert!(gate.pass(5, next).is_err());
    }

    #[test]
    fn tokens_count_as_they_turn_out() {
        let gate = Gate::of(None, rate(None, Some(6000)));
        let now = Instant::now();
        assert_eq!(gate.pass(1000, now), Ok(()));
        gate.took(7000, now);
        assert_eq!(gate.pass(1000, now).unwrap_err() - now, Duration::from_secs(30));
        let later = now + Duration::from_secs(200);
        assert_eq!(gate.pass(1_000_000, later), Ok(()), "more than the limit goes once the bucket is full");
        assert!(gate.book(10, later) > Duration::from_secs(1000));
    }

    #[test]
    fn all_runs_of_a_provider_share_one_gate_and_its_pause() {
        let [one, other] = [(); 2].map(|()| Gate::of(Some("rate-test"), rate(Some(2), None)));
        let now = Instant::now();
        assert_eq!((one.pass(1, now), other.pass(1, now)), (Ok(()), Ok(())));
        assert!(one.pass(1, now).is_err(), "the other run took the second");
        let until = now + Duration::from_secs(100);
        one.pause(until);
        assert_eq!(other.pass(1, now), Err(until));
        assert_eq!(Gate::of(Some("another"), rate(None, None)).pass(1, now), Ok(()));
    }
}
