//! Who waits, by account: first come, first served. An account that asks for a pause, has as many requests under way as it may
//! have, or may spend no more, holds up its own calls and no others.

use std::{
    collections::{BTreeMap, VecDeque},
    path::PathBuf,
};

use models::Account;
use tokio::time::Instant;

use super::pace::{NoCap, Pace, Passage};
use crate::event::RunError;

/// The lanes of all accounts a run asks, by the numbers that [`Lanes::of`] gives.
#[derive(Debug)]
pub(super) struct Lanes {
    lanes: Vec<Lane>,
    /// Where runs share how fast accounts may be asked.
    folder: Option<PathBuf>,
}

/// The calls of one account that are not over. Those that have left are at most as many as the run may have at once, so that a
/// provider in trouble is not asked by ever more calls while the first of them wait to repeat.
#[derive(Debug, Default)]
struct Lane {
    /// Those who answer without one share a lane.
    account: Option<Account>,
    /// How fast it may be asked, once it was.
    pace: Option<Pace>,
    /// Calls that have not left, in the order in which the script made them.
    queue: VecDeque<u64>,
    /// Calls between two attempts, and until when; those that wait for a place only have no such time.
    resting: BTreeMap<u64, Option<Instant>>,
    /// Attempts under way.
    flying: usize,
    /// Nothing leaves for the first time before this.
    pause: Option<Pause>,
    /// Why nothing leaves any more.
    closed: Option<RunError>,
}

#[derive(Clone, Copy, Debug)]
struct Pause {
    until: Instant,
    /// Whether it is for want of a slot that runs share.
    for_a_slot: bool,
}

/// The call whose turn it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Next {
    pub(super) call: u64,
    pub(super) lane: usize,
    /// Its place among those that have not left; `None` for one that repeats.
    pub(super) place: Option<usize>,
}

impl Lanes {
    /// None yet. Without a folder nothing is shared.
    pub(super) fn new(folder: Option<PathBuf>) -> Self {
        Self { lanes: Vec::new(), folder }
    }

    /// The lane of an account.
    pub(super) fn of(&mut self, account: Option<Account>) -> usize {
        let known = self.lanes.iter().position(|lane| lane.account == account);
        known.unwrap_or_else(|| {
            self.lanes.push(Lane { account, ..Lane::default() });
            self.lanes.len() - 1
        })
    }

    /// The account of a lane.
    pub(super) fn account(&self, lane: usize) -> Option<&Account> {
        self.lanes[lane].account.as_ref()
    }

    /// A call that was made after all others waits for its turn.
    pub(super) fn queue(&mut self, lane: usize, call: u64) {
        self.lanes[lane].queue.push_back(call);
    }

    /// The calls that wait behind a place of a lane.
    pub(super) fn behind(&self, lane: usize, place: usize) -> impl Iterator<Item = u64> {
        self.lanes[lane].queue.range(place + 1..).copied()
    }

    /// The call that may leave next: of the lanes that are open, the first that has one not `held` back by another. `most` may be under way at once.
    pub(super) fn next(&self, most: usize, held: impl Fn(u64) -> bool) -> Option<Next> {
        if self.flying() >= most {
            return None;
        }
        let open = self.lanes.iter().enumerate().filter(|(_, lane)| lane.closed.is_none());
        let firsts = open.filter_map(|(number, lane)| {
            let repeats = lane.resting.iter().find(|(_, until)| until.is_none());
            let repeats = repeats.map(|(call, _)| Next { call: *call, lane: number, place: None });
            let may_leave = lane.pause.is_none() && lane.begun() < most;
            let mut queued = lane.queue.iter().enumerate().filter(|_| may_leave);
            let leaves = queued.find(|(_, call)| !held(**call));
            let leaves = leaves.map(|(place, call)| Next { call: *call, lane: number, place: Some(place) });
            [repeats, leaves].into_iter().flatten().min_by_key(|next| next.call)
        });
        firsts.min_by_key(|next| next.call)
    }

    /// Takes a call out of those that wait, if it is there.
    pub(super) fn take(&mut self, lane: usize, call: u64) {
        let lane = &mut self.lanes[lane];
        lane.resting.remove(&call);
        // They stand in the order of their numbers.
        if let Ok(place) = lane.queue.binary_search(&call) {
            lane.queue.remove(place);
        }
    }

    /// An attempt leaves.
    pub(super) fn left(&mut self, lane: usize) {
        self.lanes[lane].flying += 1;
    }

    /// An attempt is back, or given up.
    pub(super) fn landed(&mut self, lane: usize) {
        self.lanes[lane].flying -= 1;
    }

    /// A call waits until it may repeat. Its place at once is free for others.
    pub(super) fn rest(&mut self, lane: usize, call: u64, until: Instant) {
        self.lanes[lane].resting.insert(call, Some(until));
    }

    /// Lets a request of about `tokens` leave for the first time, or else nothing of its lane for a while.
    ///
    /// # Errors
    ///
    /// When a cap cannot be kept.
    pub(super) fn pass(
        &mut self,
        lane: usize,
        model: Option<&str>,
        tokens: u64,
        now: Instant,
    ) -> Result<Passage, NoCap> {
        let lane = &mut self.lanes[lane];
        if let (None, Some(account)) = (&lane.pace, &lane.account) {
            lane.pace = Some(Pace::open(self.folder.as_deref(), account)?);
        }
        let passage = lane.pace.get_or_insert_default().pass(model, tokens)?;
        if let Passage::Wait { time, for_a_slot } = passage {
            lane.pause = Some(Pause { until: now + time, for_a_slot });
        }
        Ok(passage)
    }

    /// How fast the account of a lane may be asked that was asked before.
    pub(super) fn pace(&mut self, lane: usize) -> &mut Pace {
        self.lanes[lane].pace.get_or_insert_default()
    }

    /// Other runs may have the slots that no call here waits for.
    pub(super) fn want_no_slots(&mut self) {
        for lane in &mut self.lanes {
            let wants = !lane.queue.is_empty() && lane.pause.is_some_and(|pause| pause.for_a_slot);
            lane.pace.iter_mut().filter(|_| !wants).for_each(Pace::rest);
        }
    }

    /// A call that waits to repeat has waited long enough.
    pub(super) fn hasten(&mut self, lane: usize, call: u64) {
        self.lanes[lane].resting.entry(call).and_modify(|until| *until = None);
    }

    /// Nothing leaves in a lane any more. Whether anything did until now.
    pub(super) fn close(&mut self, lane: usize, why: RunError) -> bool {
        let lane = &mut self.lanes[lane];
        let was_open = lane.closed.is_none();
        lane.closed.get_or_insert(why);
        was_open
    }

    /// Whoever has waited long enough waits no longer.
    pub(super) fn expire(&mut self, now: Instant) {
        for lane in &mut self.lanes {
            lane.pause.take_if(|pause| pause.until <= now);
            for until in lane.resting.values_mut() {
                until.take_if(|until| *until <= now);
            }
        }
    }

    /// When the first of those who wait need wait no longer.
    pub(super) fn due(&self) -> Option<Instant> {
        let open = self.lanes.iter().filter(|lane| lane.closed.is_none());
        let due = open.filter_map(|lane| {
            let pause = lane.pause.filter(|_| !lane.queue.is_empty()).map(|pause| pause.until);
            lane.resting.values().flatten().copied().chain(pause).min()
        });
        due.min()
    }

    /// Whether any call waits for its first turn.
    pub(super) fn are_queued(&self) -> bool {
        self.lanes.iter().any(|lane| !lane.queue.is_empty())
    }

    /// Attempts under way.
    pub(super) fn flying(&self) -> usize {
        self.lanes.iter().map(|lane| lane.flying).sum()
    }

    /// Why nothing can happen any more: all that is left waits in lanes that are closed.
    pub(super) fn stuck(&self) -> Option<&RunError> {
        let idle = |lane: &Lane| lane.flying == 0 && (lane.closed.is_some() || lane.is_empty());
        let why = self.lanes.iter().find_map(|lane| lane.closed.as_ref())?;
        self.lanes.iter().all(idle).then_some(why)
    }
}

impl Lane {
    fn begun(&self) -> usize {
        self.flying + self.resting.len()
    }

    fn is_empty(&self) -> bool {
        self.begun() == 0 && self.queue.is_empty()
    }
}
