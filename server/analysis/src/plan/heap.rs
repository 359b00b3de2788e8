//! The abstract heap: places with contents, a trail that undoes writes, and joins of what branches did.

use std::sync::Arc;

use super::{
    contents::{Content, join_contents},
    val::{Addr, Val},
};

/// One place: a variable, object, array, function or promise.
#[derive(Clone, Debug)]
pub(super) struct Slot {
    pub(super) content: Content,
    /// What made it: the offset of the expression or declaration.
    pub(super) site: u32,
    /// In which chain of calls.
    pub(super) context: u32,
    /// It stands for many concrete places, so writes add to what it can be.
    pub(super) summary: bool,
    /// Others write to it at times that are not known: reads can give anything.
    pub(super) open: bool,
    /// Concurrent code writes to it, so writes add to what it can be.
    pub(super) shared: bool,
    /// It may be frozen, so that a write can leave it as it is, and can throw.
    pub(super) frozen: bool,
    /// Something is taken from it: what others find depends on who came first.
    pub(super) taken: bool,
    /// Several take from it at the same time, and it only ever goes one way.
    pub(super) pooled: bool,
    stamp: u32,
}

/// The start of a region that can be undone.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark {
    trail: usize,
    /// Places from here on are born inside the region.
    pub(super) born: Addr,
    stamp: u32,
}

/// Which region, of all there ever were; none is the first one's.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Region(u32);

/// What a region changed: the new contents of older places.
#[derive(Clone, Debug, Default)]
pub(super) struct Delta(pub(super) Vec<(Addr, Content)>);

const MOST_SPARE: usize = 32;

/// All places, and how to get back.
#[derive(Debug, Default)]
pub(super) struct Heap {
    pub(super) slots: Vec<Slot>,
    trail: Vec<(Addr, Content)>,
    stamp: u32,
    next_stamp: u32,
    marks: Vec<Mark>,
    /// For each enclosing `try`: where it began, and every content that older places had since.
    tries: Vec<(Addr, Vec<(Addr, Content)>)>,
    /// Emptied lists to be filled again.
    spare: Vec<Vec<(Addr, Content)>>,
    /// The place whose contents a `catch` does not ask for: the promises nobody has awaited.
    pub(super) untried: Option<Addr>,
    /// Counts what joining ways has cost: contents looked at, and promises that waited.
    pub(super) joined: u64,
    /// Counts the times at which what runs beside the script changed: another promise, another activation, a wait.
    pub(super) moment: u32,
}

impl Heap {
    pub(super) fn alloc(&mut self, site: u32, context: u32, content: Content) -> Addr {
        let addr = self.slots.len() as Addr;
        let stamp = self.stamp;
        self.slots.push(Slot {
            content,
            site,
            context,
            summary: false,
            open: false,
            shared: false,
            frozen: false,
            taken: false,
            pooled: false,
            stamp,
        });
        addr
    }

    /// Makes a place like another, with contents of its own.
    pub(super) fn copy(&mut self, like: &Slot, content: Content) {
        let stamp = self.stamp;
        self.slots.push(Slot { content, stamp, ..*like });
    }

    pub(super) fn len(&self) -> Addr {
        self.slots.len() as Addr
    }

    pub(super) fn get(&self, addr: Addr) -> &Content {
        &self.slots[addr as usize].content
    }

    /// Whether a write to the place replaces what it was.
    pub(super) fn is_single(&self, addr: Addr) -> bool {
        let slot = &self.slots[addr as usize];
        !slot.summary && !slot.open
    }

    /// Has `twin` stand for `addr`, too: what may happen to one may happen to it. Gives whether that is new.
    pub(super) fn mark_as(&mut self, addr: Addr, twin: Addr) -> bool {
        let Slot { open, frozen, .. } = self.slots[addr as usize];
        let twin = &mut self.slots[twin as usize];
        let new = open && !twin.open || frozen && !twin.frozen;
        twin.open |= open;
        twin.frozen |= frozen;
        new
    }

    /// Sets the content; joined with the old one where the place stands for many.
    pub(super) fn write(&mut self, addr: Addr, content: Content) {
        let slot = &self.slots[addr as usize];
        if slot.summary || slot.open || slot.shared || slot.frozen {
            let content = join_contents(&slot.content, &content);
            self.replace(addr, content);
        } else {
            self.replace(addr, content);
        }
    }

    /// Sets the content, whatever the place stands for.
    pub(super) fn replace(&mut self, addr: Addr, content: Content) {
        let stamp = self.stamp;
        let born = self.marks.last().map_or(0, |m| m.born);
        let slot = &mut self.slots[addr as usize];
        let old = std::mem::replace(&mut slot.content, content);
        self.moment += u32::from(self.untried == Some(addr));
        let fresh = addr < born && slot.stamp != stamp;
        if fresh {
            slot.stamp = stamp;
        }
        match self.tries.last_mut() {
            Some((begin, seen)) if addr < *begin && self.untried != Some(addr) => {
                if fresh {
                    self.trail.push((addr, old.clone()));
                }
                seen.push((addr, old));
            }
            _ if fresh => self.trail.push((addr, old)),
            _ => {}
        }
    }

    pub(super) fn mark(&mut self) -> Mark {
        self.next_stamp += 1;
        let mark = Mark { trail: self.trail.len(), born: self.len(), stamp: self.stamp };
        self.stamp = self.next_stamp;
        self.marks.push(mark);
        mark
    }

    /// The innermost region that has not ended.
    pub(super) fn region(&self) -> Region {
        Region(self.stamp)
    }

    /// Whether `region` has not ended.
    pub(super) fn is_in(&self, region: Region) -> bool {
        region == self.region() || self.marks.iter().any(|m| m.stamp == region.0)
    }

    /// What changed since `mark`, without undoing it.
    pub(super) fn delta(&self, mark: Mark) -> Delta {
        let changed = self.trail[mark.trail..].iter().map(|(a, _)| *a).filter(|a| *a < mark.born);
        let mut delta: Vec<(Addr, Content)> = changed.map(|a| (a, self.get(a).clone())).collect();
        delta.sort_unstable_by_key(|(a, _)| *a);
        delta.dedup_by_key(|(a, _)| *a);
        Delta(delta)
    }

    /// Ends the region begun by `mark`, undoing it; gives what it had changed.
    pub(super) fn undo(&mut self, mark: Mark) -> Delta {
        let changes = self.trail.len() - mark.trail;
        let mut delta = if changes == 0 { vec![] } else { self.spare.pop().unwrap_or_default() };
        delta.reserve(changes);
        for (addr, old) in self.trail.drain(mark.trail..).rev() {
            let new = std::mem::replace(&mut self.slots[addr as usize].content, old);
            self.moment += u32::from(self.untried == Some(addr));
            if addr < mark.born {
                delta.push((addr, new));
            }
        }
        // Of several, what was there last.
        delta.sort_by_key(|(a, _)| *a);
        delta.dedup_by_key(|(a, _)| *a);
        let untried = self.untried;
        if let Some((begin, seen)) = self.tries.last_mut() {
            seen.extend(delta.iter().filter(|(a, _)| a < begin && untried != Some(*a)).cloned());
        }
        self.close(mark);
        Delta(delta)
    }

    fn close(&mut self, mark: Mark) {
        self.marks.pop();
        self.stamp = mark.stamp;
    }

    /// Makes the state what a region left.
    pub(super) fn apply(&mut self, way: Delta) {
        let Delta(mut changes) = way;
        changes.drain(..).for_each(|(a, c)| self.replace(a, c));
        self.keep_spare(changes);
    }

    fn keep_spare(&mut self, emptied: Vec<(Addr, Content)>) {
        if self.spare.len() < MOST_SPARE && emptied.capacity() > 0 {
            self.spare.push(emptied);
        }
    }

    /// Makes the state what one of `ways` left, whichever it was.
    pub(super) fn apply_any(&mut self, mut ways: Vec<Delta>) {
        match ways.as_mut_slice() {
            [] => {}
            [one] => self.apply(std::mem::take(one)),
            many => {
                let mut addrs: Vec<Addr> = many.iter().flat_map(|d| d.0.iter().map(|(a, _)| *a)).collect();
                addrs.sort_unstable();
                addrs.dedup();
                let waiting = match self.untried.map(|pending| self.get(pending)) {
                    Some(Content::Pending(list)) => list.len(),
                    _ => 0,
                };
                self.joined += ((addrs.len() + waiting) * many.len()) as u64;
                for addr in addrs {
                    let base = self.get(addr);
                    let after = many.iter().map(|d| match d.0.binary_search_by_key(&addr, |(a, _)| *a) {
                        Ok(i) => &d.0[i].1,
                        Err(_) => base,
                    });
                    let mut joined: Option<Content> = None;
                    for content in after {
                        joined = Some(joined.map_or_else(|| content.clone(), |j| join_contents(&j, content)));
                    }
                    if let Some(joined) = joined {
                        self.replace(addr, joined);
                    }
                }
                for Delta(mut changes) in ways {
                    changes.clear();
                    self.keep_spare(changes);
                }
            }
        }
    }

    /// Starts to remember every content older places have, for a `catch`.
    pub(super) fn begin_try(&mut self) {
        let born = self.len();
        self.tries.push((born, vec![]));
    }

    /// All contents older places had since the matching [`Heap::begin_try`], joined, with what they are now; nothing where nobody
    /// `asks`.
    pub(super) fn end_try(&mut self, asks: bool) -> Delta {
        let Some((_, mut seen)) = self.tries.pop() else {
            return Delta::default();
        };
        if !asks {
            if let Some((begin, outer)) = self.tries.last_mut() {
                outer.extend(seen.into_iter().filter(|(a, _)| a < begin));
            }
            return Delta::default();
        }
        seen.sort_by_key(|(a, _)| *a);
        let mut all: Vec<(Addr, Content)> = Vec::new();
        for (addr, content) in seen {
            match all.last_mut() {
                Some((last, joined)) if *last == addr => *joined = join_contents(joined, &content),
                _ => all.push((addr, join_contents(&content, self.get(addr)))),
            }
        }
        if let Some((begin, outer)) = self.tries.last_mut() {
            outer.extend(all.iter().filter(|(a, _)| a < begin).cloned());
        }
        Delta(all)
    }

    /// The value of a variable's place.
    pub(super) fn var(&self, addr: Addr) -> Val {
        match self.get(addr) {
            Content::Var(val) => (**val).clone(),
            _ => Val::default(),
        }
    }

    pub(super) fn set_var(&mut self, addr: Addr, val: Val) {
        self.write(addr, Content::Var(Arc::new(val)));
    }
}
