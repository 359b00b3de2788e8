//! Functions that call themselves deeper than they are followed.

use super::{
    contents::{Content, Env},
    functions::Args,
    interp::Interp,
    val::Val,
};
use crate::text::Span;

/// Most calls of one function inside each other that are followed.
const DEEPEST_RECURSION: usize = 12;
const UNBOUNDED: &str = "this function calls itself, and nothing the script says bounds how often";

impl Interp<'_> {
    /// What a call of the function `number` inside others of it gives, where it is not followed any further: the function can then run
    /// any number of times, with anything. One that starts agents, or whose end others wait for, is too much.
    pub(super) fn recursive_call(&mut self, number: u32, env: &Env, this: &Val, args: &Args, at: Span) -> Option<Val> {
        let depth = self.calling.iter().filter(|n| **n == number).count();
        let known = self.recursive.contains(&number);
        if depth < DEEPEST_RECURSION && !(known && depth > 0) {
            return None;
        }
        args.vals.iter().chain(&args.rest).chain([this]).for_each(|val| self.escape(val, at));
        if !known {
            self.recursive.push(number);
            let any = self.unknown(at, UNBOUNDED);
            let anything = Args { rest: Some(any), ..Args::default() };
            let (fx, val) = self.any_number_of_times(|me| {
                let done = me.guarded(|me| me.enter(number, env.clone(), this.clone(), &anything, at));
                me.fx.then(&done.fx);
                done.val
            });
            let waits =
                |val: &Val| val.refs.as_slice().iter().any(|a| matches!(self.heap.get(*a), Content::Promise(_)));
            if !fx.is_empty() || waits(&val) {
                return Some(self.too_deep(at));
            }
            self.escape(&val, at);
        }
        // The stack has an end.
        self.may_throw();
        Some(self.unknown(at, UNBOUNDED))
    }

    /// A call too deep to follow.
    fn too_deep(&mut self, at: Span) -> Val {
        self.give_up_all("recursion");
        self.record.exhausted_at.get_or_insert(at);
        self.live = false;
        Val::default()
    }
}
