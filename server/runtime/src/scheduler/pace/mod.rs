//! How fast an account may be asked: what its provider says it still takes, the pauses it asks for, and how many requests a
//! person lets be under way. All runs of a person on this machine share it, by small files in a folder of the account.

mod rates;
mod slots;

use std::{
    env,
    fs::DirBuilder,
    io::{self, Read, Seek, Write},
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    time::Duration,
};

use models::{Account, Headroom};
use rates::{Moment, Rates};
pub(super) use slots::Slot;
use slots::Slots;

/// The file with what is known of an account.
const RATES_FILE: &str = "rates.json";

/// Where runs on this machine share what they know of accounts: a folder of the person's own that no other machine sees,
/// where there is one.
pub(crate) fn folder() -> Option<PathBuf> {
    let set = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let cache = || set("XDG_CACHE_HOME").or_else(|| Some(env::home_dir()?.join(".cache")));
    let base = set("XDG_RUNTIME_DIR").filter(|folder| folder.is_dir()).or_else(cache)?;
    Some(base.join("callsheet/accounts"))
}

/// A cap on requests at once cannot be kept.
#[derive(Debug, thiserror::Error)]
#[error("a cap of {cap} requests to {provider} at once cannot be kept among the runs on this machine: {why}")]
pub(super) struct NoCap {
    cap: u32,
    provider: &'static str,
    why: String,
}

/// That of one account.
#[derive(Debug, Default)]
pub(super) struct Pace {
    /// What was known last.
    rates: Rates,
    /// Where it is shared.
    shared: Option<PathBuf>,
    slots: Option<Slots>,
}

/// Whether a request may leave.
#[derive(Debug)]
pub(super) enum Passage {
    /// It may, and has this slot until it is back.
    Go(Option<Slot>),
    /// Not yet: to be asked again after this time.
    Wait {
        time: Duration,
        /// As many requests are under way as may be; others see that this run waits.
        for_a_slot: bool,
    },
}

impl Pace {
    /// That of an account, shared in `folder` if there is one.
    ///
    /// # Errors
    ///
    /// When a cap cannot be kept.
    pub(super) fn open(folder: Option<&Path>, account: &Account) -> Result<Self, NoCap> {
        let folder = folder.map(|folder| folder.join(account.folder()));
        let slots = |cap| {
            let no_cap = |why: String| NoCap { cap, provider: account.provider, why };
            let folder = folder.as_deref().ok_or_else(|| no_cap("there is no folder for it".to_owned()))?;
            make(folder).map_err(|error| no_cap(format!("{}: {error}", folder.display())))?;
            Ok(Slots::new(folder, account.provider, cap))
        };
        let slots = account.cap.map(slots).transpose()?;
        Ok(Self { rates: Rates::default(), slots, shared: folder.map(|folder| folder.join(RATES_FILE)) })
    }

    /// An answer of `model` came with this.
    pub(super) fn hear(&mut self, model: Option<&str>, headroom: Headroom) {
        self.with(|rates, now| rates.hear(model, headroom, now));
    }

    /// The provider wants nothing for a while, from whichever run.
    pub(super) fn pause(&mut self, wait: Duration) {
        self.with(|rates, now| rates.pause(wait, now));
    }

    /// Lets a request of about `tokens` leave, or says when to ask again.
    ///
    /// # Errors
    ///
    /// When a cap cannot be kept.
    pub(super) fn pass(&mut self, model: Option<&str>, tokens: u64) -> Result<Passage, NoCap> {
        let capped = self.slots.is_some();
        let wait = self.with(|rates, now| {
            let wait = rates.wait(model, tokens, now);
            // Looked up and taken at once: another run would see the same room between.
            if wait.is_none() && !capped {
                rates.leave(model, tokens);
            }
            wait
        });
        if let Some(time) = wait {
            return Ok(Passage::Wait { time, for_a_slot: false });
        }
        let Some(slots) = &mut self.slots else { return Ok(Passage::Go(None)) };
        match slots.take()? {
            Ok(slot) => {
                self.with(|rates, _| rates.leave(model, tokens));
                Ok(Passage::Go(Some(slot)))
            }
            Err(time) => Ok(Passage::Wait { time, for_a_slot: true }),
        }
    }

    /// Nothing waits for a slot.
    pub(super) fn rest(&mut self) {
        if let Some(slots) = &mut self.slots {
            slots.rest();
        }
    }

    /// Lets a request leave in any case, in the slot it has, after the wait that this gives.
    pub(super) fn book(&mut self, model: Option<&str>, tokens: u64) -> Duration {
        self.with(|rates, now| {
            let wait = rates.wait(model, tokens, now);
            rates.leave(model, tokens);
            wait.unwrap_or_default()
        })
    }

    /// Does something with what all runs know. Where that cannot be read or written, from then on with what this one does.
    fn with<T>(&mut self, body: impl Fn(&mut Rates, Moment) -> T) -> T {
        let now = Moment::now();
        if let Some(path) = &self.shared {
            match together(path, |rates| body(rates, now)) {
                Ok((value, rates)) => {
                    self.rates = rates;
                    return value;
                }
                Err(error) => {
                    tracing::warn!(%error, path = %path.display(), "other runs' limits of rates are no longer known");
                    self.shared = None;
                }
            }
        }
        body(&mut self.rates, now)
    }
}

/// Changes what stands in a file while nobody else does. Others wait for as long as reading and writing some hundred bytes takes.
/// The file is made once there is something to say.
fn together<T>(path: &Path, body: impl Fn(&mut Rates) -> T) -> io::Result<(T, Rates)> {
    if !path.exists() {
        let mut rates = Rates::default();
        let value = body(&mut rates);
        if rates == Rates::default() {
            return Ok((value, rates));
        }
        path.parent().map(make).transpose()?;
    }
    let mut file = slots::open(path)?;
    file.lock()?;
    let mut text = String::new();
    file.read_to_string(&mut text)?;
    // What a process that was killed left half written says nothing.
    let before: Rates = serde_json::from_str(&text).unwrap_or_default();
    let mut rates = before.clone();
    let value = body(&mut rates);
    if rates != before {
        file.rewind()?;
        file.set_len(0)?;
        file.write_all(&serde_json::to_vec(&rates)?)?;
    }
    Ok((value, rates))
}

/// Makes a folder that is the person's own.
fn make(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(test)]
mod tests {
    use models::Room;

    use super::*;

    fn account(cap: Option<u32>) -> Account {
        Account::new("anthropic", "https://example.org", "key").capped(cap)
    }

    fn passed(pace: &mut Pace) -> Option<Slot> {
        match pace.pass(None, 1).unwrap() {
            Passage::Go(slot) => Some(slot.expect("a slot, where there is a cap")),
            Passage::Wait { .. } => None,
        }
    }

    #[test]
    fn all_runs_that_ask_an_account_share_its_limits_and_its_pause() {
        let folder = tempfile::tempdir().unwrap();
        let [mut one, mut other] = [(); 2].map(|()| Pace::open(Some(folder.path()), &account(None)).unwrap());
        let room = Some(Room { left: 2, whole_in: Duration::from_secs(60) });
        one.hear(None, Headroom { requests: room, tokens: None });
        let go = |pace: &mut Pace| matches!(pace.pass(None, 1).unwrap(), Passage::Go(None));
        assert_eq!((go(&mut one), go(&mut other), go(&mut one)), (true, true, false), "the other run took the second");
        other.pause(Duration::from_secs(120));
        assert!(one.book(None, 1) > Duration::from_secs(100));
        let another = Account::new("anthropic", "https://example.org", "another key");
        assert!(go(&mut Pace::open(Some(folder.path()), &another).unwrap()), "another key, another account");
        std::fs::write(one.shared.as_ref().unwrap(), "{\"half").unwrap();
        assert!(go(&mut one), "what cannot be read says nothing");
    }

    #[test]
    fn no_more_slots_are_taken_than_there_are_and_those_who_wait_get_their_share() {
        let folder = tempfile::tempdir().unwrap();
        let [mut one, mut other] = [(); 2].map(|()| Pace::open(Some(folder.path()), &account(Some(2))).unwrap());
        let mut slots = vec![passed(&mut one).unwrap(), passed(&mut one).unwrap()];
        assert!(passed(&mut one).is_none() && passed(&mut other).is_none());
        slots.pop();
        assert!(passed(&mut one).is_none(), "the other waits, and this one has its half");
        let theirs = passed(&mut other).unwrap();
        drop(slots);
        assert!(passed(&mut other).is_none(), "it has its half, and the first one waits");
        drop(theirs);
        one.slots.as_mut().unwrap().rest();
        assert!([passed(&mut other), passed(&mut other)].iter().all(Option::is_some), "nobody waits");
    }

    #[test]
    fn a_cap_that_cannot_be_kept_is_an_error_and_rates_alone_are_not() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let mut alone = Pace::open(Some(file.path()), &account(None)).unwrap();
        alone.pause(Duration::from_secs(60));
        assert!(alone.book(None, 1) > Duration::from_secs(50), "what it hears itself, it keeps to");
        let refused = Pace::open(Some(file.path()), &account(Some(3))).unwrap_err().to_string();
        assert!(refused.starts_with("a cap of 3 requests to anthropic at once cannot be kept"), "{refused}");
    }
}
