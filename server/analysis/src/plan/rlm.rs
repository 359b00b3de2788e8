//! `rlm(…)`: a root model that writes code which asks models. What it does is its own; how often models are called is bounded.

use super::{
    Count, PromiseFate, PromptPart, Setting,
    contents::Content,
    effects::{Effects, Key},
    functions::{Args, Guarded},
    interp::Interp,
    record::{SiteKind, Title, join_settings},
    sum::{Sum, Tally, Whys},
    val::Val,
};
use crate::{
    text::Span,
    vocabulary::{Field, RLM_DEEPEST, RLM_DEPTH, RLM_LIMITS, RLM_MOST_TURNS, RLM_OPTIONS, RLM_TURNS},
};

/// The phase in which the calls of all trees are counted. A run shows them by tree and turn.
pub const RLM_PHASE: &str = "rlm";

/// An `rlm(…)` call site, or an `agent(…)` call site with the option `rlm`.
#[derive(Clone, Debug)]
pub struct RlmCall {
    /// The whole call expression.
    pub span: Span,
    /// The callee.
    pub callee: Span,
    /// How often.
    pub count: Count,
    /// Calls of models in all trees together: the replies of their root models, and what their cells ask.
    pub agents: Count,
    /// Most replies of one tree's root model, the closing one included.
    pub turns: u64,
    /// Most calls that one tree's cells make, with the replies of REPLs that these begin; `None` where nothing but the run's own limit bounds
    /// them.
    pub calls: Option<u64>,
    /// Whether its cells may begin REPLs of their own.
    pub deep: bool,
    /// The root's model.
    pub model: Setting,
    /// The model of the calls its cells make.
    pub sub_model: Setting,
    /// Whether the call happens in a callback of `parallel` or `pipeline`.
    pub concurrent: bool,
    /// What becomes of its promise.
    pub fate: PromiseFate,
}

/// What is known of a site that starts trees.
#[derive(Clone, Debug, Default)]
pub(super) struct RlmSite {
    pub(super) turns: u64,
    pub(super) calls: Option<u64>,
    pub(super) deep: bool,
    pub(super) model: Option<Setting>,
    pub(super) sub_model: Option<Setting>,
}

impl RlmSite {
    /// Adds what one more evaluation of the call shows.
    fn meet(&mut self, other: RlmSite) {
        self.turns = self.turns.max(other.turns);
        self.calls = self.calls.zip(other.calls).map(|(a, b)| a.max(b));
        self.deep |= other.deep;
        self.model = join_settings(self.model.take(), other.model);
        self.sub_model = join_settings(self.sub_model.take(), other.sub_model);
    }
}

/// What one tree may do.
struct Limits {
    turns: u64,
    /// Calls of its cells.
    calls: Tally,
    /// Whether these may begin REPLs.
    deep: bool,
    /// Whether the runtime takes them as they are. Otherwise it may refuse them, and nothing is called.
    sure: bool,
}

impl<'a> Interp<'a> {
    pub(super) fn rlm(&mut self, args: &Args, at: Span) -> Val {
        let (options, place) = (args.get(0), args.span(0, at));
        let question = self.option(&options, "question", place);
        let [context, contexts] = ["context", "contexts"].map(|name| self.option(&options, name, place));
        let schema = self.option(&options, "schema", place);
        // It is called as often as its tree submits.
        let validate = self.option(&options, "validate", place);
        self.escape(&validate, place);
        let model = self.option(&options, "model", place);
        self.misused(&question, place, super::MisuseKind::Text);
        let mut limits = self.limits(&options, RLM_OPTIONS, place);
        let text = self.text_of(&question);
        let says_something = || text.text.says_something() || text.parts(place).iter().any(says_something);
        let asked = question.only_str() && says_something();
        let json = if context.only_str() { None } else { self.to_json(&context, 0) };
        let about = context.only_str() || json.is_some_and(|json| json.is_array() || json.is_object());
        limits.sure &= asked && about && contexts.is_nullish();
        let fx = self.tree(&options, &model, limits, at, place);
        let mut val = if schema.is_nullish() {
            self.data(at, "its cells decide what it answers")
        } else {
            let json = self.schema_json(&schema);
            self.shape(&super::expressions::truthy_part(&schema), json.as_ref(), at)
        };
        if !schema.is_nullish() && schema.is_nullish_possible() {
            val.join_with(&self.data(at, "its cells decide what it answers"));
        }
        self.promise_of(Guarded::of(val, fx, true), [at.start].into(), at)
    }

    /// `agent(prompt, { rlm: { … } })`. Its calls are in the tree's phase, not in the agent's.
    ///
    /// Where it is not `taken` for certain, the runtime may refuse it. `site` is the place under which the trees are known, which is another one where the call may also be that of a plain agent.
    pub(super) fn agent_as_rlm(
        &mut self,
        rlm: &Val,
        options: &Val,
        taken: bool,
        at: Span,
        place: Span,
        site: Span,
    ) -> Val {
        let model = &self.option(options, "model", place);
        let mut limits = self.limits(rlm, RLM_LIMITS, place);
        // What is given besides may be refused.
        for (of, name) in [(rlm, "context"), (rlm, "contexts"), (options, "agentType"), (options, "isolation")] {
            limits.sure &= self.option(of, name, place).is_nullish();
        }
        limits.sure &= taken && self.names_rlm;
        let fx = self.tree(rlm, model, limits, site, place);
        let line = self.script.lines.line_of(at.start) + 1;
        let null = self.why(at, format_args!("the agent at line {line} gives null when it is skipped or fails"));
        let val = self.data(at, "its cells decide what it answers").join(&Val::null_because(null));
        self.promise_of(Guarded::of(val, fx, true), [at.start].into(), at)
    }

    /// Notes the site and gives what one tree does.
    fn tree(&mut self, options: &Val, model: &Val, limits: Limits, at: Span, place: Span) -> Effects {
        let Limits { turns, calls, deep, sure } = limits;
        let sub_model = self.option(options, "subModel", place);
        let seen = RlmSite {
            turns: turns + 1,
            calls: calls.high,
            deep,
            model: Some(self.setting(model, place)),
            sub_model: Some(self.setting(&sub_model, place)),
        };
        let known = self.record.sites.contains_key(&at.start);
        let site = self.site(at, SiteKind::Rlm(Box::default()));
        match &mut site.kind {
            SiteKind::Rlm(site) if known => site.meet(seen),
            kind => *kind = SiteKind::Rlm(Box::new(seen)),
        }
        let why = self
            .why(at, format_args!("its root model decides how many turns it takes: {turns} at most, and one to close"));
        let root =
            Tally { low: 1, high: Some(turns + 1), sum: Sum::constant(turns + 1).at_most(), whys: Whys::one(why) };
        let mut agents = root.add(&calls);
        let mut peak = Tally::exactly(1).max(&calls);
        if !sure {
            let why = self.why(at, "it calls no model where its options are refused");
            (agents, peak) = (agents.down_to(0, Some(why)), peak.down_to(0, Some(why)));
        }
        let mut fx = Effects::none();
        fx.add(Key::Total, &agents);
        fx.add(Key::Workflow(at.start), &Tally::exactly(1));
        fx.add(Key::Nested(at.start), &agents);
        fx.add(Key::Phase(self.record.phase(Title::Known(RLM_PHASE.into())) as u32), &agents);
        (fx.path, fx.peak) = (agents, peak);
        fx
    }

    /// The limits that options set, `known` being those there are.
    fn limits(&mut self, options: &Val, known: &[Field], place: Span) -> Limits {
        let plain = options.only_ref().is_some_and(|addr| match self.heap.get(addr) {
            _ if self.heap.slots[addr as usize].open => false,
            Content::Object(o) => {
                o.rest.is_none() && o.fields.iter().all(|f| known.iter().any(|known| *known.name == *f.name))
            }
            _ => false,
        });
        let (turns, depth) = (self.option(options, "maxTurns", place), self.option(options, "maxDepth", place));
        let (turns, turns_sure) = within(&turns, RLM_TURNS, 1, RLM_MOST_TURNS);
        let (depth, depth_sure) = within(&depth, RLM_DEPTH, 0, RLM_DEEPEST);
        let budget = self.option(options, "budget", place);
        let most = if budget.is_nullish() { Val::undefined() } else { self.option(&budget, "calls", place) };
        let models = ["model", "subModel"].map(|name| {
            let model = self.option(options, name, place);
            model.is_nullish() || matches!(self.setting(&model, place), Setting::Known(name) if !name.is_empty())
        });
        // What is no number from 1 on is refused.
        let given = most.number_part().filter(|_| most.only_num());
        let exact = most.as_number().is_some_and(|n| n >= 1.0 && n.fract() == 0.0);
        let calls = match given {
            _ if depth == 0 => Tally::zero(),
            Some(most) if most.hi.is_finite() => {
                let why =
                    self.why(place, format_args!("its cells decide how many calls they make, at most {}", most.hi));
                let Tally { high, sum, .. } = most.tally();
                Tally { low: 0, high, sum: sum.at_most(), whys: Whys::one(why) }
            }
            _ => {
                let why = self.why(place, "its cells decide how many calls they make: `budget: { calls }` bounds them");
                let sym = self.symbol("calls", place);
                Tally { low: 0, high: None, sum: Sum::symbol(sym), whys: Whys::one(why) }
            }
        };
        // A call of a cell begins a REPL where the depth allows, whose root model replies as often as the outermost may. A workflow that a
        // cell calls may begin one too.
        let deep = depth > 1;
        let calls = if deep { calls.times(&Tally::exactly(turns + 1)) } else { calls };
        let others = ["workflows", "direct", "validate"];
        let plain = plain && others.iter().all(|name| self.option(options, name, place).is_nullish());
        let sure = plain && turns_sure && depth_sure && (budget.is_nullish() || exact) && models == [true, true];
        Limits { turns, calls, deep, sure }
    }

    /// An option, `undefined` where there are no options.
    pub(super) fn option(&mut self, options: &Val, name: &str, at: Span) -> Val {
        let val = if options.without_nullish().is_never() { Val::undefined() } else { self.get(options, name, at) };
        let absent = options.is_nullish_possible() && options.unknown.is_none();
        if absent { val.join(&Val::undefined()) } else { val }
    }
}

/// The most a limit can be that is `usual` where nothing is given, and whether it is certain to be accepted.
fn within(val: &Val, usual: u32, least: u32, most: u32) -> (u64, bool) {
    if val.is_nullish() {
        return (usual.into(), true);
    }
    match val.as_number() {
        Some(n) if n.fract() == 0.0 && n >= least.into() && n <= most.into() => (n as u64, true),
        _ => (most.into(), false),
    }
}

fn says_something(part: &PromptPart) -> bool {
    matches!(part, PromptPart::Text(text) if !text.trim().is_empty())
}
