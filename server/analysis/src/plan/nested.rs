//! `workflow(…)`: another script, followed with the arguments it gets there.

use std::sync::Arc;

use super::{
    Count, Plan, Why,
    effects::{Effects, Key},
    functions::{Args, Guarded},
    given::{Copier, Given},
    interp::Interp,
    record::{SiteKind, Title},
    sum::{Sum, Tally, Whys},
    val::Val,
};
use crate::{Context, KnownWorkflow, script::Script, text::Span};

/// Most different arguments that a workflow is followed with; what further calls pass is taken for anything.
const MOST_FOLLOWED: usize = 8;
/// Most reasons taken over from a nested script for one number.
const MOST_REASONS: usize = 3;

/// A saved workflow that a script calls, and what a run of it does with the arguments it gets.
#[derive(Clone, Debug)]
pub struct Nested {
    /// Its `meta.name`, or its path where it is called by that.
    pub name: String,
    /// Its file.
    pub path: String,
    /// Its text and tree.
    pub script: Arc<Script>,
    /// What one run of it does.
    pub plan: Plan,
}

/// What `workflow(…)` is asked to call.
enum Target {
    Found(usize, Arc<Script>),
    /// What is shown of it, and why its agents are not counted.
    Missing(String, String),
}

impl<'a> Interp<'a> {
    pub(super) fn workflow(&mut self, args: &Args, at: Span) -> Val {
        let awaited = std::mem::take(&mut self.awaiting) == Some(at);
        let place = args.span(0, at);
        let shown = args.get(0);
        let path = if shown.refs.is_empty() { None } else { Some(self.get(&shown, "scriptPath", place)) };
        let named = path.as_ref().unwrap_or(&shown);
        let name = self.setting(named, place);
        let targets = self.targets_of(named, path.is_some());
        let mut copier = Copier::new(&self.heap, &self.record.whys);
        let given = copier.copy(&args.get(1));
        if copier.runs_code {
            args.vals.iter().chain(&args.rest).for_each(|val| self.escape(val, at));
        }
        let mut done: Option<Effects> = None;
        let mut val = Val::default();
        let mut sure = awaited;
        for target in targets {
            let (fx, result) = match target {
                Target::Found(index, script) => {
                    let nested = self.nested(index, script, &given);
                    self.note_nested(at, &name, Ok(nested.clone()));
                    self.nested_effects(&nested, at)
                }
                Target::Missing(shown, text) => {
                    let why = self.why(at, text);
                    self.note_nested(at, &name, Err(why));
                    self.missing_effects(&shown, why, at)
                }
            };
            sure &= !result.is_never();
            done = Some(done.map_or_else(|| fx.clone(), |d| d.join(&fx)));
            val.join_with(&result);
        }
        let fx = done.unwrap_or_default();
        self.fx.add(Key::Workflow(at.start), &Tally::exactly(1));
        let done = if sure {
            // It throws at any time; where nothing catches that, what comes after it has seen it end.
            self.may_throw();
            Guarded::of(val, fx, false)
        } else {
            let why = self.why(at, "it can fail before its end");
            Guarded::unless(why, val, fx)
        };
        self.promise_of(done, [at.start].into(), at)
    }

    /// A workflow that was called by a workflow calls another: that throws.
    pub(super) fn nested_too_deep(&mut self, at: Span) -> Val {
        self.site(at, SiteKind::Workflow { name: super::Setting::default(), nested: vec![], missing: None });
        self.fx.add(Key::Workflow(at.start), &Tally::exactly(1));
        self.settled(Val::default(), true, at)
    }

    fn targets_of(&mut self, named: &Val, is_path: bool) -> Vec<Target> {
        let texts = named.str.as_ref().and_then(|s| s.texts().cloned()).filter(|_| named.only_str());
        let Some(texts) = texts else {
            let text = "the run decides which workflow this is, and its agents are not counted";
            return vec![Target::Missing("another workflow".into(), text.into())];
        };
        let Some(known) = &self.context.workflows else {
            let missing = |t: &Arc<str>| {
                Target::Missing(t.to_string(), format!("`{t}` was not looked for here, and its agents are not counted"))
            };
            return texts.iter().map(missing).collect();
        };
        let found = |text: &Arc<str>| {
            let same = |w: &KnownWorkflow| if is_path { w.is_at(text) } else { w.is_called(text) };
            match known.iter().position(same).map(|index| (index, known[index].script.clone())) {
                Some((index, Some(script))) => Target::Found(index, script),
                Some((_, None)) => Target::Missing(text.to_string(), format!("the agents of `{text}` are not counted")),
                None => Target::Missing(
                    text.to_string(),
                    format!("`{text}` is not among the saved workflows, and its agents are not counted"),
                ),
            }
        };
        texts.iter().map(found).collect()
    }

    /// The plan of a known workflow with these arguments.
    fn nested(&mut self, index: usize, script: Arc<Script>, given: &Given) -> Arc<Nested> {
        let find = |me: &Self, given: &Given| {
            me.followed.iter().find(|(i, g, _)| *i == index && g == given).map(|(_, _, nested)| nested.clone())
        };
        if let Some(nested) = find(self, given) {
            return nested;
        }
        let seen = self.followed.iter().filter(|(i, _, _)| *i == index).count();
        let any = Given::unknown("it is called with many different arguments");
        let given = if seen >= MOST_FOLLOWED { &any } else { given };
        if let Some(nested) = find(self, given) {
            return nested;
        }
        let known = &self.context.workflows.as_deref().unwrap_or_default()[index];
        let context = Context {
            file_name: Some(known.file_name.clone()),
            profile: self.context.profile,
            agent_types: self.context.agent_types.clone(),
            ..Context::default()
        };
        let plan = self.deeper(|_| super::follow(&script, &context, Some(given)));
        let nested = Nested { name: known.name.clone(), path: known.path.clone(), script, plan };
        let nested = Arc::new(nested);
        self.followed.push((index, given.clone(), nested.clone()));
        nested
    }

    fn note_nested(&mut self, at: Span, name: &super::Setting, found: Result<Arc<Nested>, u32>) {
        let site = self.site(at, SiteKind::Workflow { name: name.clone(), nested: vec![], missing: None });
        let SiteKind::Workflow { name: known, nested, missing } = &mut site.kind else { return };
        if known != name {
            *known = super::record::join_settings(Some(known.clone()), Some(name.clone())).unwrap_or_default();
        }
        match found {
            Ok(found) if !nested.iter().any(|n| Arc::ptr_eq(n, &found)) => nested.push(found),
            Ok(_) => {}
            Err(why) => *missing = missing.or(Some(why)),
        }
    }

    /// What one run of a nested workflow does that ends well, and what it gives.
    fn nested_effects(&mut self, nested: &Arc<Nested>, at: Span) -> (Effects, Val) {
        let plan = &nested.plan;
        let mut fx = Effects::none();
        let agents = self.tally_of(nested, &plan.agents, at);
        fx.add(Key::Total, &agents);
        fx.add(Key::Nested(at.start), &agents);
        for phase in plan.phases.iter().filter(|p| p.agents.high != Some(0)) {
            let group = self.record.group(&nested.name, phase.into());
            fx.add(Key::Group(group as u32), &self.tally_of(nested, &phase.agents, at));
        }
        fx.path = self.tally_of(nested, &plan.critical_path, at);
        fx.peak = self.tally_of(nested, &plan.peak_width, at);
        fx.hold = self.tally_of(nested, &plan.left_running, at);
        let result = plan.returned().clone();
        let outer = self.enter_chain(at.start);
        let val = self.take_in(&result, &nested.name, at);
        self.chain = outer;
        (fx, val)
    }

    /// What may happen where a workflow is not known.
    fn missing_effects(&mut self, shown: &str, why: u32, at: Span) -> (Effects, Val) {
        let sym = self.symbol(shown, at);
        let any = Tally { low: 0, high: None, sum: Sum::symbol(sym), whys: Whys::one(why) };
        let mut fx = Effects::none();
        fx.add(Key::Total, &any);
        fx.add(Key::Nested(at.start), &any);
        let group = self.record.group(shown, Title::None);
        fx.add(Key::Group(group as u32), &any);
        (fx.path, fx.peak, fx.hold) = (any.clone(), any.clone(), any);
        let why = self.why(at, format!("`{shown}` decides what it returns"));
        (fx, Val::unknown(why, sym, true).join(&Val::undefined()))
    }

    /// A count of a nested script as one of this script: its reasons and symbols at the call.
    fn tally_of(&mut self, nested: &Nested, count: &Count, at: Span) -> Tally {
        if count.is_exact() {
            return Tally::exactly(count.low);
        }
        let mut whys = Whys::default();
        for Why { span, text } in count.because.iter().take(MOST_REASONS) {
            let line = nested.script.lines.line_of(span.start) + 1;
            whys = whys.union(&Whys::one(self.why(at, format!("in `{}`, line {line}, {text}", nested.name))));
        }
        let mut sum = Sum::constant(count.expr.constant);
        for term in &count.expr.terms {
            let mut product = Sum::constant(term.factor);
            for symbol in &term.symbols {
                let sym = self.symbol(&format!("{}.{}", nested.name, symbol.name), at);
                product = product.times(&Sum::symbol(sym));
            }
            sum = sum.add(&if term.at_most { product.at_most() } else { product });
        }
        Tally { low: count.low, high: count.high, sum, whys }
    }
}

impl KnownWorkflow {
    /// Whether a script that says `scriptPath: path` means this file: as written, or below the project's folder.
    fn is_at(&self, path: &str) -> bool {
        let path = path.trim_start_matches("./");
        !path.is_empty()
            && self.path.strip_suffix(path).is_some_and(|folder| folder.is_empty() || folder.ends_with(['/', '\\']))
    }
}
