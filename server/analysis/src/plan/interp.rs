//! The interpreter's state, its regions (branches, loops, calls) and the ways out of them.

use std::{borrow::Cow, sync::Arc};

use rustc_hash::{FxHashMap, FxHashSet};

pub(super) use super::ways::{Catches, Exit, Leave, Target, Way};
use super::{
    Nested,
    batches::Batch,
    conditions::{Named, Passed},
    contents::{Content, Env, Prom, join_contents},
    effects::{Effects, Key},
    functions::{Args, FnNode},
    given::Given,
    heap::{Delta, Heap, Mark, Region},
    json::Constant,
    overlap::{Activation, NOWHERE, RECENT, Tears, Touched},
    record::{Record, Wording},
    refined::Refinements,
    scope::Scopes,
    shapes::Shape,
    steady::SteadyPlaces,
    strings::Str,
    sum::{SymId, Tally, WhyId},
    takings::Taking,
    val::{Addr, Val},
};
use crate::{Context, looks::Looker, script::Script, text::Span};

/// Steps a script may take for each node of its tree, and to start with.
const FUEL_PER_NODE: u64 = 80;
const FUEL: u64 = 40_000;
/// What joining ways may cost for each step: a step looks at little, but the ways it leaves can each have touched all there is.
const JOINED_PER_STEP: u64 = 16;
/// Deepest nesting of evaluations, calls included.
const DEEPEST: u32 = 900;

/// The abstract interpreter.
pub(super) struct Interp<'a> {
    pub(super) script: &'a Script,
    /// Whether the script names the option `rlm` of `agent()`.
    pub(super) names_rlm: bool,
    pub(super) context: &'a Context,
    pub(super) scopes: &'a Scopes,
    pub(super) heap: Heap,
    pub(super) env: Env,
    pub(super) this: Val,
    pub(super) fx: Effects,
    pub(super) fx_stack: Vec<Effects>,
    pub(super) targets: Vec<Target>,
    /// Whether the point of evaluation can be reached.
    pub(super) live: bool,
    pub(super) fuel: u64,
    most_joined: u64,
    pub(super) exhausted: bool,
    depth: u32,
    pub(super) nodes: Vec<FnNode<'a>>,
    pub(super) node_index: FxHashMap<u32, u32>,
    /// The chain of calls, as an interned number.
    pub(super) chain: u32,
    /// Functions being called: their numbers.
    pub(super) calling: Vec<u32>,
    /// Depth of callbacks of `parallel` and `pipeline`.
    pub(super) concurrent: u32,
    /// Where the places that were there before the concurrent callbacks end.
    pub(super) concurrent_born: Addr,
    /// What is about to be repeated is only tried, to know whether it writes to a place before this one.
    pub(super) trial_before: Option<Addr>,
    /// How many iterations are being followed one by one.
    pub(super) unrolled: u32,
    pub(super) next_base: u32,
    /// Values of what a generator yields, innermost last.
    pub(super) yields: Vec<Val>,
    /// The place of the ambient phase.
    pub(super) phase: Addr,
    /// The place of the promises nobody has awaited yet.
    pub(super) pending: Addr,
    /// What no variable holds yet.
    pub(super) nothing: Arc<Val>,
    /// The names of fields, by where they are written.
    pub(super) names: FxHashMap<u32, Arc<str>>,
    /// The texts of string literals, by where they are written.
    pub(super) texts: FxHashMap<u32, Arc<Str>>,
    /// What is constant, as JSON, by its place.
    pub(super) constants: FxHashMap<Addr, Constant>,
    /// What agents return: by the schema, the call and its chain.
    pub(super) shapes: FxHashMap<(Addr, u32, u32), Shape>,
    /// What conditions have shown of property paths.
    pub(super) refinements: Refinements,
    /// Places that were just looked at, and when.
    pub(super) looked_at: [(Addr, u32); RECENT],
    /// Deferred work being followed, innermost last.
    pub(super) activations: Vec<Activation>,
    /// What the promise about to be made touches.
    pub(super) touched: Touched,
    /// Places that work running at the same time gets in the way of: those found now, and those known from earlier interpretations.
    pub(super) tears: Tears,
    known_tears: &'a Tears,
    /// The places among them that only ever go one way.
    pub(super) pooled: Vec<Addr>,
    /// What makes places that only ever go one way.
    pub(super) steady: Option<SteadyPlaces>,
    /// Arrays being spread into the one under construction.
    pub(super) spread_from: Vec<Addr>,
    /// Promises that can reject while others they wait for still run.
    pub(super) leaves_siblings: FxHashSet<Addr>,
    /// The place of `args`.
    pub(super) args_place: Addr,
    /// Classes whose constructors are running.
    pub(super) homes: Vec<Addr>,
    /// Named function expressions: their names and values.
    pub(super) own_names: FxHashMap<u32, (&'a swc_ecma_ast::Ident, Val)>,
    /// Functions that have left our sight, with the variables they close over.
    pub(super) escaped: Vec<(u32, Env)>,
    /// Places that others write to at times that are not known, in the order in which that was found.
    pub(super) opened: Vec<Addr>,
    /// Generators: code of the script runs where they are gone through.
    pub(super) generators: FxHashSet<Addr>,
    /// Objects that have left our sight: they can have got members that are functions.
    pub(super) handed_out: FxHashSet<Addr>,
    /// Objects and lists that may be frozen, in the order in which they were.
    pub(super) frozen: Vec<Addr>,
    /// Functions that call themselves deeper than they are followed.
    pub(super) recursive: Vec<u32>,
    /// Whoever calls the next function awaits what it gives.
    pub(super) result_awaited: bool,
    /// What the function being called returns is awaited, by itself or by whoever calls it.
    pub(super) awaits_returned: bool,
    /// The expression whose value nobody uses.
    pub(super) unused: Span,
    /// The callee of the call being made.
    pub(super) callee: Span,
    /// The name the value being computed will get.
    pub(super) naming: Option<Cow<'a, str>>,
    /// The schema whose shape is worked out, and the references followed in it: those it is in, and how many in all.
    pub(super) schema: super::shapes::Root,
    pub(super) record: Record,
    /// What a script that another calls gets as `args`.
    pub(super) given: Option<&'a Given>,
    /// Looks at the text.
    pub(super) looker: Looker<'a>,
    /// Nested workflows followed so far: which, with what arguments.
    pub(super) followed: Vec<(usize, Given, Arc<Nested>)>,
    /// The call whose promise is awaited on the spot.
    pub(super) awaiting: Option<Span>,
    /// Whether the script has written to an object that is not known.
    pub(super) wrote_unknown: bool,
    /// Constants that hold a condition, or a length.
    pub(super) conditions: FxHashMap<Addr, Named<'a>>,
    /// What is assumed was tested some time ago, when this variable got its value: it says something of constants only, and of lengths
    /// that are the same since.
    pub(super) tested_before: Option<Addr>,
    /// Where the variables that are assigned again are declared.
    pub(super) reassigned: Option<FxHashSet<u32>>,
    /// What the function that has just ended says of its arguments.
    pub(super) passed: Option<Vec<Option<Passed>>>,
    /// The same of the calls made last, by where they are written.
    pub(super) guards: FxHashMap<u32, Vec<Option<Passed>>>,
    /// Why nothing is known of `args`, where nothing is.
    pub(super) args_why: Option<WhyId>,
    /// The same of its properties, and their symbols, by name.
    pub(super) args_parts: FxHashMap<String, (WhyId, SymId)>,
    /// Loops that take batches, innermost last.
    pub(super) batches: Vec<Batch>,
    /// What the loop about to be followed takes in each round.
    pub(super) next_taking: Option<Taking<'a>>,
    /// What the loop about to be followed takes in batches.
    pub(super) next_batch: Option<Batch>,
    /// Which of the loops that take batches the next repetition is.
    pub(super) in_batches: Option<usize>,
    /// Most elements of the list that `a < b ? … : …` gave last.
    pub(super) most_chosen: Option<f64>,
    /// What the computed name of a property was last found to be.
    pub(super) computed_key: Val,
    /// The arguments of the functions being called that have `arguments`.
    pub(super) arguments: Vec<Args>,
}

impl<'a> Interp<'a> {
    pub(super) fn new(
        script: &'a Script,
        context: &'a Context,
        scopes: &'a Scopes,
        known_tears: &'a Tears,
        given: Option<&'a Given>,
    ) -> Self {
        let mut heap = Heap::default();
        heap.slots.reserve(2 * scopes.nodes() as usize);
        let phase = heap.alloc(0, 0, Content::Var(Val::undefined().into()));
        let pending = heap.alloc(0, 0, Content::Pending(Default::default()));
        heap.untried = Some(pending);
        let args_place = heap.alloc(0, 0, Content::Var(Val::undefined().into()));
        let fuel = FUEL + FUEL_PER_NODE * u64::from(scopes.nodes());
        Interp {
            script,
            names_rlm: crate::vocabulary::names_rlm(&script.text),
            context,
            scopes,
            heap,
            env: None,
            this: Val::undefined(),
            fx: Effects::none(),
            fx_stack: vec![],
            targets: vec![],
            live: true,
            fuel,
            most_joined: JOINED_PER_STEP * fuel,
            exhausted: scopes.too_deep,
            depth: 0,
            nodes: vec![],
            node_index: FxHashMap::default(),
            chain: 0,
            calling: vec![],
            concurrent: 0,
            concurrent_born: 0,
            trial_before: None,
            unrolled: 1,
            next_base: 0,
            yields: vec![],
            phase,
            pending,
            nothing: Arc::default(),
            names: FxHashMap::default(),
            texts: FxHashMap::default(),
            constants: FxHashMap::default(),
            shapes: FxHashMap::default(),
            refinements: Refinements::default(),
            looked_at: [NOWHERE; RECENT],
            activations: vec![],
            touched: Touched::nothing(),
            tears: Tears::default(),
            known_tears,
            pooled: vec![],
            steady: None,
            spread_from: vec![],
            leaves_siblings: FxHashSet::default(),
            args_place,
            homes: vec![],
            own_names: FxHashMap::default(),
            escaped: vec![],
            opened: vec![],
            generators: FxHashSet::default(),
            handed_out: FxHashSet::default(),
            frozen: vec![],
            recursive: vec![],
            result_awaited: false,
            awaits_returned: true,
            unused: Span::default(),
            callee: Span::default(),
            naming: None,
            schema: super::shapes::Root::default(),
            record: Record::of(script.text.len(), scopes.nodes() as usize),
            given,
            looker: Looker::new(script),
            followed: vec![],
            awaiting: None,
            wrote_unknown: false,
            args_why: None,
            args_parts: FxHashMap::default(),
            batches: vec![],
            next_taking: None,
            next_batch: None,
            in_batches: None,
            conditions: FxHashMap::default(),
            tested_before: None,
            reassigned: None,
            passed: None,
            guards: FxHashMap::default(),
            most_chosen: None,
            computed_key: Val::default(),
            arguments: vec![],
        }
    }

    /// Takes a step; `false` when there is no fuel left or nothing can be reached.
    pub(super) fn step(&mut self) -> bool {
        let spent = self.fuel == 0 || self.heap.joined > self.most_joined;
        if spent || self.depth > DEEPEST {
            self.give_up_all(if spent { "steps" } else { "depth" });
        }
        self.fuel = self.fuel.saturating_sub(1);
        self.live &= !self.exhausted;
        self.live
    }

    /// Stops following the script: nothing is certain about it any more.
    pub(super) fn give_up_all(&mut self, reason: &'static str) {
        if !self.exhausted {
            self.record.gave_up = Some(reason);
        }
        self.exhausted = true;
    }

    /// Runs `f` one level deeper.
    pub(super) fn deeper<R>(&mut self, f: impl FnOnce(&mut Self) -> R) -> R {
        self.depth += 1;
        let result = super::stack::grow(|| f(self));
        self.depth -= 1;
        result
    }

    pub(super) fn why(&mut self, span: Span, text: impl Wording) -> WhyId {
        self.record.why(span, text)
    }

    pub(super) fn symbol(&mut self, name: &str, span: Span) -> SymId {
        self.record.symbol(name, span)
    }

    /// A value of which nothing is known.
    pub(super) fn unknown(&mut self, span: Span, text: impl Wording) -> Val {
        let why = self.why(span, text);
        let sym = self.fresh_symbol(span);
        Val::unknown(why, sym, false)
    }

    /// A symbol for what the expression at `span` leaves open, by the name its value gets, or by its text.
    pub(super) fn fresh_symbol(&mut self, span: Span) -> SymId {
        match &self.naming {
            Some(name) => self.record.symbol(name, span),
            None => {
                let text = span.slice(&self.script.text);
                let last = text.rsplit(['.', '(']).next().unwrap_or(text);
                self.looker.note(Span::new(span.end - last.len() as u32, span.end));
                self.record.symbol(short(last), span)
            }
        }
    }

    pub(super) fn alloc(&mut self, site: Span, content: Content) -> Addr {
        let addr = self.heap.alloc(site.start, self.chain, content);
        let (tears, place) = (self.known_tears, (site.start, self.chain));
        if tears.count() > 0 {
            self.heap.slots[addr as usize].shared = tears.set.contains(&place);
            if tears.torn.contains(&place) {
                self.open_or_pool(addr, site);
            }
        }
        addr
    }

    pub(super) fn enter_chain(&mut self, site: u32) -> u32 {
        let outer = self.chain;
        // The same chain has the same number in every interpretation of the script.
        self.chain = (outer.rotate_left(5) ^ site).wrapping_mul(0x9E37_79B9);
        outer
    }

    /// Runs `f` as one of several ways on from here, and goes back.
    pub(super) fn way(&mut self, f: impl FnOnce(&mut Self) -> Val) -> Way {
        let mark = self.heap.mark();
        self.fx_stack.push(std::mem::replace(&mut self.fx, Effects::none()));
        let refined = self.refinements.clone();
        let val = f(self);
        self.end_way(mark, val, refined)
    }

    fn end_way(&mut self, mark: Mark, val: Val, mut before: Refinements) -> Way {
        let live = std::mem::replace(&mut self.live, true);
        let delta = self.heap.undo(mark);
        let outer = self.fx_stack.pop().unwrap_or_default();
        let fx = std::mem::replace(&mut self.fx, outer);
        if live {
            before.retain_in(&self.refinements);
        }
        let refined = std::mem::replace(&mut self.refinements, before);
        Way { delta, fx, live, val, refined }
    }

    /// Goes on as after any of `ways`; gives the value of the ways joined.
    pub(super) fn any_way(&mut self, ways: impl IntoIterator<Item = Way>) -> Val {
        self.any_way_because(ways, None)
    }

    /// The same; where the ways count differently and nothing says why, `why` does.
    pub(super) fn any_way_because(&mut self, ways: impl IntoIterator<Item = Way>, why: Option<WhyId>) -> Val {
        let mut ways = ways.into_iter().filter(|w| w.live);
        let Some(Way { delta, mut fx, mut val, mut refined, .. }) = ways.next() else {
            self.live = false;
            self.refinements = Refinements::default();
            self.settle_depths();
            return Val::default();
        };
        self.live = true;
        let mut deltas = vec![];
        for way in ways {
            refined = refined.agreed(&way.refined);
            val.join_with(&way.val);
            fx = fx.join(&way.fx);
            deltas.push(way.delta);
        }
        match deltas.is_empty() {
            true => self.heap.apply(delta),
            false => {
                deltas.insert(0, delta);
                self.heap.apply_any(deltas);
            }
        }
        if let Some(why) = why {
            fx.explain(why);
        }
        self.fx.then_all(fx);
        self.refinements = refined;
        self.settle_depths();
        val
    }

    /// Runs each of `n` alternatives from here and goes on as after any of them.
    pub(super) fn either(&mut self, n: usize, mut f: impl FnMut(&mut Self, usize) -> Val) -> Val {
        match n {
            0 => Val::default(),
            1 => f(self, 0),
            _ => {
                let ways: Vec<Way> = (0..n).map(|i| self.way(|me| f(me, i))).collect();
                self.any_way(ways)
            }
        }
    }

    /// Runs `f` as a region that `catches` some ways out. The region's own end is the first way, if it is live.
    pub(super) fn region(&mut self, catches: Catches, f: impl FnOnce(&mut Self) -> Val) -> (Way, Target) {
        let mark = self.heap.mark();
        self.fx_stack.push(std::mem::replace(&mut self.fx, Effects::none()));
        let fx_depth = self.fx_stack.len();
        let target = |catches| Target {
            catches,
            mark,
            fx_depth,
            exits: vec![],
            thrown: None,
            thrown_why: None,
            thrown_in: Region::default(),
            thrown_waiting: None,
            passed: None,
        };
        self.targets.push(target(catches));
        let refined = self.refinements.clone();
        let val = f(self);
        let way = self.end_way(mark, val, refined);
        let target = self.targets.pop().unwrap_or_else(|| target(Catches::All));
        (way, target)
    }

    /// What has happened since the region of `target` began.
    fn fx_since(&self, target: usize) -> Effects {
        let mut fx = Effects::none();
        for outer in &self.fx_stack[self.targets[target].fx_depth..] {
            fx.then(outer);
        }
        fx.then(&self.fx);
        fx
    }

    /// What of `known` has also happened since the region of `target` began.
    fn least_since(&self, target: usize, known: &Effects) -> Effects {
        let mut here = Effects::none();
        let since = || self.fx_stack[self.targets[target].fx_depth..].iter().chain([&self.fx]);
        since().for_each(|fx| here.then(&fx.shape()));
        for (key, _) in known.counts.iter() {
            let low = since().fold(0u64, |low, fx| low.saturating_add(fx.low(key)));
            here.add(key, &Tally::exactly(low));
        }
        known.stopped_at(&here, None).only_certain()
    }

    /// Leaves the current region for the nearest one that catches it.
    pub(super) fn leave(&mut self, leave: Leave, val: Val) {
        if !self.live {
            return;
        }
        let found = self.targets.iter().rposition(|t| match (&t.catches, &leave) {
            (Catches::All, _) => true,
            (Catches::Returns, Leave::Return) => true,
            (Catches::Throws, Leave::Throw) => true,
            (Catches::Breaks(_), Leave::Break(None)) => true,
            (Catches::Breaks(labels) | Catches::Labels(labels), Leave::Break(Some(label))) => labels.contains(label),
            (Catches::Continues(_), Leave::Continue(None)) => true,
            (Catches::Continues(labels), Leave::Continue(Some(label))) => labels.contains(label),
            _ => false,
        });
        // Past those that catch only what is thrown.
        for passed in found.map_or(0, |target| target + 1)..self.targets.len() {
            if matches!(self.targets[passed].catches, Catches::Throws) {
                let fx = self.fx_since(passed);
                let passed = &mut self.targets[passed].passed;
                *passed = Some(passed.as_ref().map_or_else(|| fx.clone(), |before| before.join(&fx)));
            }
        }
        if let Some(target) = found {
            let exit = Exit {
                leave,
                delta: self.heap.delta(self.targets[target].mark),
                fx: self.fx_since(target),
                val,
                refined: self.refinements.clone(),
            };
            self.targets[target].exits.push(exit);
        }
        self.live = false;
    }

    /// Notes that what happens here may throw.
    pub(super) fn may_throw(&mut self) {
        self.may_throw_because(None);
    }

    /// The same, with a reason to show where it makes a count uncertain.
    pub(super) fn may_throw_because(&mut self, why: Option<WhyId>) {
        self.note_thrown(why, &[]);
    }

    /// The same, where what throws has not done so much of what is counted here.
    pub(super) fn may_throw_short_of(&mut self, undone: &[(Key, u64)], why: Option<WhyId>) {
        self.note_thrown(why, undone);
    }

    /// Where the region begins that catches what throws here: the depth of its effects.
    pub(super) fn caught_at(&self) -> Option<usize> {
        let catches = |t: &&Target| matches!(t.catches, Catches::Throws | Catches::All);
        self.targets.iter().rev().find(catches).map(|t| t.fx_depth)
    }

    fn note_thrown(&mut self, why: Option<WhyId>, undone: &[(Key, u64)]) {
        if !self.live || !self.is_guarded() {
            return;
        }
        let Some(target) = self.targets.iter().rposition(|t| matches!(t.catches, Catches::Throws | Catches::All))
        else {
            return;
        };
        let known = &mut self.targets[target].thrown_why;
        *known = known.or(why);
        let Target { thrown, thrown_in, .. } = &self.targets[target];
        match thrown {
            Some(known) if !known.is_certain() => return,
            // Whatever had happened when it was noted has happened here too.
            Some(_) if self.heap.is_in(*thrown_in) => {}
            known => {
                let least = match known {
                    Some(known) => self.least_since(target, known),
                    None => self.fx_since(target).only_certain(),
                };
                let least = least.short_of(undone);
                self.targets[target].thrown = Some(least);
                self.targets[target].thrown_in = self.heap.region();
            }
        }
        let waiting = self.heap.get(self.pending).clone();
        let known = self.targets[target].thrown_waiting.take();
        self.targets[target].thrown_waiting =
            Some(known.map_or_else(|| waiting.clone(), |k| join_contents(&k, &waiting)));
    }

    /// The state where something in a region has thrown: anything older places have held in it.
    pub(super) fn thrown_state(&self, seen: Delta, target: &Target) -> Delta {
        let mut all = seen.0;
        all.extend(target.thrown_waiting.iter().map(|w| (self.pending, w.clone())));
        all.sort_by_key(|(a, _)| *a);
        Delta(all)
    }

    /// A new promise, not awaited yet.
    pub(super) fn promise(&mut self, site: Span, prom: Prom) -> Addr {
        self.alloc(site, Content::Promise(prom.into()))
    }

    /// Whether the script catches what throws here. What it does not ends the run, and of such a run no least is promised.
    pub(super) fn is_guarded(&self) -> bool {
        // The outermost region is the run's own.
        self.targets.iter().skip(1).any(|t| matches!(t.catches, Catches::Throws | Catches::All))
    }

    /// Whether what throws here is caught in the function being called.
    pub(super) fn is_trying(&self) -> bool {
        let inner = self.targets.iter().rev().take_while(|t| t.catches != Catches::Returns);
        inner.into_iter().any(|t| matches!(t.catches, Catches::Throws | Catches::All))
    }

    /// The exit as a way on.
    pub(super) fn way_of(exit: Exit) -> Way {
        Way::new(exit.delta, exit.fx, exit.val)
    }
}

/// A short name for the last part of an expression's text.
fn short(last: &str) -> &str {
    let end = last
        .char_indices()
        .enumerate()
        .find(|(n, (_, c))| *n == 24 || !(c.is_alphanumeric() || matches!(c, '_' | '$')));
    match end.map_or(last, |(_, (i, _))| &last[..i]) {
        "" => "n",
        name => name,
    }
}
