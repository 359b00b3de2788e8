//! Ways through a region, and the ways out of it.

use super::{
    contents::{Content, Env},
    effects::Effects,
    heap::{Delta, Mark, Region},
    interp::Interp,
    refined::Refinements,
    sum::WhyId,
    val::Val,
};

/// How control leaves a region before its end.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Leave {
    Return,
    Throw,
    Break(Option<String>),
    Continue(Option<String>),
}

/// One way out of a region: with the state there.
#[derive(Clone, Debug)]
pub(super) struct Exit {
    pub(super) leave: Leave,
    pub(super) delta: Delta,
    pub(super) fx: Effects,
    pub(super) val: Val,
    /// What is known of property paths there.
    pub(super) refined: Refinements,
}

/// What a region's end can be the target of.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Catches {
    /// `return` of a function.
    Returns,
    /// `break` of a loop or `switch`.
    Breaks(Vec<String>),
    /// `break` with one of these labels.
    Labels(Vec<String>),
    /// `continue` of one iteration.
    Continues(Vec<String>),
    /// `throw`, and everything that may throw.
    Throws,
    /// Everything, on its way through `finally`.
    All,
}

/// A region that control can leave to.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) catches: Catches,
    pub(super) mark: Mark,
    pub(super) fx_depth: usize,
    pub(super) exits: Vec<Exit>,
    /// Something in it may throw; what is certain to have happened by then.
    pub(super) thrown: Option<Effects>,
    /// Why it may, where there is more to say than that it may.
    pub(super) thrown_why: Option<WhyId>,
    /// The region in which that was noted last.
    pub(super) thrown_in: Region,
    /// The promises nobody had awaited there.
    pub(super) thrown_waiting: Option<Content>,
    /// Of those that catch what is thrown: what was done on ways that left past it, on which something may have thrown before.
    pub(super) passed: Option<Effects>,
}

/// What one way through a region did.
#[derive(Debug)]
pub(super) struct Way {
    pub(super) delta: Delta,
    pub(super) fx: Effects,
    /// Whether the way comes to its end.
    pub(super) live: bool,
    pub(super) val: Val,
    pub(super) refined: Refinements,
}

impl Way {
    pub(super) fn new(delta: Delta, fx: Effects, val: Val) -> Way {
        Way { delta, fx, live: true, val, refined: Refinements::default() }
    }
}

/// How far what a way notes beside the heap and its effects had come.
#[derive(Debug)]
pub(super) struct Checkpoint {
    /// Ways out of each region around.
    pub(super) exits: Vec<usize>,
    escaped: usize,
}

/// What has been noted since a checkpoint.
#[derive(Debug)]
pub(super) struct SetAside {
    exits: Vec<Vec<Exit>>,
    escaped: Vec<(u32, Env)>,
}

impl Interp<'_> {
    /// Whoever throws a [`Way`] away, to go it once more or another one, goes back to the checkpoint before it.
    pub(super) fn checkpoint(&self) -> Checkpoint {
        Checkpoint { exits: self.targets.iter().map(|t| t.exits.len()).collect(), escaped: self.escaped.len() }
    }

    /// Has nothing of what came since `checkpoint` have happened: nothing left for a region around, and what left our sight leaves it anew
    /// the next time, and is counted then.
    pub(super) fn go_back(&mut self, checkpoint: &Checkpoint) {
        self.set_aside(checkpoint);
    }

    /// The same, keeping what is taken back.
    pub(super) fn set_aside(&mut self, checkpoint: &Checkpoint) -> SetAside {
        let exits = self.targets.iter_mut().zip(&checkpoint.exits).map(|(target, n)| target.exits.split_off(*n));
        SetAside { exits: exits.collect(), escaped: self.escaped.split_off(checkpoint.escaped) }
    }

    /// Has what was taken back have happened after all, in place of what came since.
    pub(super) fn put_back(&mut self, checkpoint: &Checkpoint, aside: SetAside) {
        self.go_back(checkpoint);
        self.targets.iter_mut().zip(aside.exits).for_each(|(target, exits)| target.exits.extend(exits));
        self.escaped.extend(aside.escaped);
    }
}
