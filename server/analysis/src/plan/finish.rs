//! From what the interpreter noted to the Plan.

use std::sync::Arc;

use swc_ecma_ast::{Module, ModuleDecl, ModuleItem, Stmt};

use super::{
    AgentCall, Cap, CapKind, Count, Expr, Fanout, FanoutKind, LoopPlan, PhaseMark, PhasePlan, Plan, PromiseFate,
    Prompt, RLM_PHASE, RlmCall, SetBy, Setting, Symbol, Term, Why, WorkflowCall,
    effects::{Effects, Key},
    facts::{Awaited, Facts},
    given::{Copier, Given},
    interp::{Catches, Interp},
    overlap::Tears,
    record::{Record, Site, SiteKind, Title},
    reify::Reifier,
    sum::{Sum, Tally, WhyId},
    unread::Literal,
    val::Val,
};
use crate::text::Span;

impl<'a> Interp<'a> {
    /// Runs the whole script. Fails with the places that overlapping work tears, if there are new ones and it is not the `last` try.
    pub(super) fn run(mut self, module: &'a Module, last: bool) -> Result<Plan, Tears> {
        self.env = self.frame(super::scope::MODULE);
        self.set_up_args();
        let (failed, target) = self.region(Catches::Throws, |me| {
            let (end, returns) = me.region(Catches::Returns, |me| {
                me.module(module);
                Val::undefined()
            });
            let mut ways = vec![];
            let exits = returns.exits.into_iter().map(Self::way_of);
            for way in std::iter::once(end).chain(exits).filter(|w| w.live) {
                // What a run that ends here has not awaited is not certain.
                ways.push(me.way(|me| {
                    let val = me.any_way(vec![way]);
                    me.note_returned(&val);
                    me.settle_run();
                    val
                }));
            }
            me.any_way(ways)
        });
        let mut fx = failed.fx.clone();
        if !failed.live {
            fx = Effects::none();
        }
        // Runs that fail start no more than these; they promise no least.
        for exit in &target.exits {
            let most = exit.fx.join(&fx);
            fx = if failed.live { most.raised_from(&fx) } else { most.maybe(None) };
        }
        if self.tears.count() > 0 {
            if !last {
                return Err(self.tears);
            }
            self.give_up_all("overlap");
        }
        Ok(self.plan(&fx, &failed.val))
    }

    fn module(&mut self, module: &'a Module) {
        for item in &module.body {
            if let ModuleItem::Stmt(Stmt::Decl(swc_ecma_ast::Decl::Fn(f))) = item {
                let closure = self.closure(super::functions::FnNode::Function(&f.function), Val::undefined());
                self.declare(&f.ident, closure);
            }
        }
        for item in &module.body {
            match item {
                ModuleItem::Stmt(stmt) if self.live => self.stmt(stmt),
                ModuleItem::Stmt(stmt) => self.skip(stmt),
                ModuleItem::ModuleDecl(ModuleDecl::ExportDecl(export)) if self.live => self.decl(&export.decl),
                ModuleItem::ModuleDecl(_) => {}
            }
        }
    }

    fn set_up_args(&mut self) {
        let at = Span::default();
        let val = match self.context.args.clone() {
            _ if self.given.is_some() => {
                let first = self.scopes.first_args.unwrap_or_default();
                let given = self.given.cloned().unwrap_or_default();
                self.take_in(&given, "args", first)
            }
            Some(args) => self.json_value(&args, at, 0),
            None => {
                let first = self.scopes.first_args.unwrap_or_default();
                let why = self.why(first, "`args` decides it");
                self.args_why = Some(why);
                let missing = self.why(first, "`args` can be missing");
                let sym = self.symbol("args", first);
                let unknown = super::val::Unknown { why, sym, data: true, text: true };
                Val { undef: Some(missing), unknown: Some(unknown), ..Val::default() }
            }
        };
        self.heap.set_var(self.args_place, val);
    }

    fn note_returned(&mut self, val: &Val) {
        let mut open: Vec<u32> = val.refs.as_slice().to_vec();
        let mut seen: Vec<u32> = vec![];
        while let Some(addr) = open.pop() {
            if seen.contains(&addr) || seen.len() > 100 {
                continue;
            }
            seen.push(addr);
            match self.heap.get(addr).clone() {
                super::contents::Content::Promise(p) => {
                    for origin in p.origins.iter() {
                        if let Some(site) = self.record.sites.get_mut(origin) {
                            site.returned = true;
                        }
                    }
                }
                super::contents::Content::Object(o) => o.fields.iter().for_each(|f| open.extend(f.val.refs.as_slice())),
                super::contents::Content::Array(a) => open.extend(a.joined().refs.as_slice()),
                _ => {}
            }
        }
    }

    /// What ends a run however the script goes on: the lower of the person's limit of agents and the dialect's.
    pub(super) fn agent_cap(&self) -> Option<Cap> {
        let profile = self.context.profile;
        let cap = |limit, by| Cap { limit, kind: CapKind::Agents, by };
        let asked = self.context.max_agents.map(|limit| cap(limit, SetBy::Person));
        let of_dialect = profile.flags().agent_cap.map(|limit| cap(limit, SetBy::Dialect(profile)));
        [of_dialect, asked].into_iter().flatten().min_by_key(|cap| cap.limit)
    }

    fn plan(mut self, fx: &Effects, result: &Val) -> Plan {
        let fx = &fx.clone().added_up(0);
        if self.exhausted {
            self.count_everything();
        }
        let exhausted = self.exhausted.then(|| {
            let at = self.record.exhausted_at.unwrap_or_default();
            let text = if self.record.gave_up == Some("recursion") {
                "this function calls itself, and nothing the script says bounds how often"
            } else {
                match self.record.gave_up {
                    Some("depth") => "the script nests too deep to follow",
                    Some("overlap") => "work that runs at the same time gets in its own way",
                    Some("loop") => "what this loop changes does not settle into a pattern",
                    _ => "the script is too intricate to follow to its end",
                }
            };
            Why { span: at, text: text.to_owned() }
        });
        let record = std::mem::replace(&mut self.record, Record::of(0, 0));
        let profile = self.context.profile;
        let agent_cap = self.agent_cap();
        let item_cap = Some(Cap { limit: profile.flags().item_cap, kind: CapKind::Items, by: SetBy::Dialect(profile) });
        let of_agents = |count: Count| count.capped(agent_cap);
        let count = |key: Key| match &exhausted {
            Some(why) => Count {
                low: 0,
                high: None,
                expr: Expr {
                    constant: 0,
                    terms: vec![Term {
                        factor: 1,
                        symbols: vec![Symbol { name: "?".into(), span: why.span }],
                        at_most: false,
                    }],
                },
                because: vec![why.clone()],
                cap: None,
            },
            None => record.count(&fx.get(key)),
        };
        let shape =
            |tally: &Tally| of_agents(if exhausted.is_some() { count(Key::Total) } else { record.count(tally) });
        let agents = |key: Key| of_agents(count(key));
        let mut plan = Plan {
            gave_up: exhausted.clone(),
            agents: agents(Key::Total),
            peak_width: shape(&fx.peak),
            critical_path: shape(&fx.path),
            left_running: shape(&fx.hold),
            ..Plan::default()
        };
        let mut prompts = vec![];
        for (start, site) in &record.sites {
            match &site.kind {
                SiteKind::Agent(agent) => {
                    let setting = |s: &Option<Setting>| s.clone().unwrap_or_default();
                    plan.calls.push(AgentCall {
                        span: site.span,
                        callee: site.callee,
                        phases: agent.phases.clone(),
                        label: agent.label.as_deref().and_then(Self::label_text),
                        count: agents(Key::Call(*start)),
                        prompt: Prompt { parts: agent.prompts.now(&[]) },
                        schema: agent.schema.as_deref().filter(|_| !agent.schema_varies).cloned(),
                        model: setting(&agent.model),
                        effort: setting(&agent.effort),
                        agent_type: setting(&agent.agent_type),
                        takes_schema: agent.takes_schema,
                        concurrent: site.concurrent,
                        fate: fate(site),
                    });
                    prompts.push(agent.prompts.clone());
                }
                SiteKind::Fanout { kind, width, decided } => {
                    let width = width.as_ref().map(|w| w.tally()).unwrap_or_default();
                    plan.fanouts.push(Fanout {
                        span: site.span,
                        callee: site.callee,
                        kind: if matches!(kind, FanoutKind::Parallel) { FanoutKind::Parallel } else { *kind },
                        width: record.count(&width).capped(item_cap),
                        decided_by: decided.map(|w| record.whys[w as usize].clone()),
                        agents: agents(Key::Items(*start)),
                        count: count(Key::Fanout(*start)),
                        concurrent: site.concurrent,
                        fate: fate(site),
                    });
                }
                SiteKind::Workflow { name, nested, missing } => plan.workflows.push(WorkflowCall {
                    span: site.span,
                    callee: site.callee,
                    name: name.clone(),
                    nested: nested.clone(),
                    missing: missing.map(|w| record.whys[w as usize].clone()),
                    agents: agents(Key::Nested(*start)),
                    count: count(Key::Workflow(*start)),
                    concurrent: site.concurrent,
                    fate: fate(site),
                }),
                SiteKind::Rlm(rlm) => plan.rlms.push(RlmCall {
                    span: site.span,
                    callee: site.callee,
                    count: count(Key::Workflow(*start)),
                    agents: agents(Key::Nested(*start)),
                    turns: rlm.turns,
                    calls: rlm.calls,
                    deep: rlm.deep,
                    model: rlm.model.clone().unwrap_or_default(),
                    sub_model: rlm.sub_model.clone().unwrap_or_default(),
                    concurrent: site.concurrent,
                    fate: fate(site),
                }),
            }
        }
        // Phases keep their order; those with neither a call nor a mark are gone.
        for (i, title) in record.phases.iter().enumerate() {
            let calls: Vec<usize> =
                plan.calls.iter().enumerate().filter(|(_, c)| c.phases.contains(&i)).map(|(j, _)| j).collect();
            let agents = agents(Key::Phase(i as u32));
            let trees = *title == Title::Known(RLM_PHASE.into());
            let rlms = if trees { (0..plan.rlms.len()).collect() } else { vec![] };
            let (title, computed) = title.shown();
            plan.phases.push(PhasePlan { title, computed, workflow: None, agents, calls, rlms });
        }
        for (i, (workflow, title)) in record.groups.iter().enumerate() {
            let (title, computed) = title.shown();
            plan.phases.push(PhasePlan {
                title,
                computed,
                workflow: Some(workflow.clone()),
                agents: agents(Key::Group(i as u32)),
                calls: vec![],
                rlms: vec![],
            });
        }
        for (span, title, phases, concurrent) in record.marks.values() {
            plan.phase_marks.push(PhaseMark {
                span: *span,
                title: *title,
                phases: phases.clone(),
                concurrent: *concurrent,
            });
        }
        for (span, trips, agents) in record.loops.values() {
            let all = span.slice(&self.script.text);
            let head = all.split('{').next().unwrap_or(all);
            let text = self.looker.at(Span::new(span.start, span.start + head.len() as u32));
            plan.loops.push(LoopPlan {
                span: *span,
                trips: if exhausted.is_some() { count(Key::Total) } else { record.count(trips) },
                agents_per_trip: if exhausted.is_some() { count(Key::Total) } else { record.count(agents) },
                asks_budget: text.contains("budget."),
                guards_budget: text.contains("budget.total"),
            });
        }
        plan.args_reads = record.args_reads.values().cloned().collect();
        plan.shared_writes = record.shared_writes.values().cloned().collect();
        plan.unreachable = unreachable(&record);
        let mut functions = vec![];
        for node in &self.nodes {
            functions.push((node.span(), node.is_async(), node.required()));
        }
        let returned = match &plan.gave_up {
            _ if self.given.is_none() => Given::default(),
            Some(why) => Given::unknown(why.text.clone()),
            None => Copier::new(&self.heap, &record.whys).copy(result),
        };
        let reifier = Reifier { heap: self.heap, whys: record.whys, functions };
        plan.ends = !result.is_never();
        let mut literals: Vec<Arc<Literal>> =
            self.texts.values().filter_map(|str| str.text.literal()).cloned().collect();
        literals.sort_by_key(|literal| literal.span);
        let names = self.scopes.names.clone();
        let looks = self.looker.done();
        plan.facts = Arc::new(Facts { values: record.values, reifier, names, returned, prompts, literals, looks });
        plan
    }

    /// Counts the call sites nothing was found out about, too.
    fn count_everything(&mut self) {
        for (name, call, callee) in self.scopes.primitive_calls.clone() {
            let kind = match name {
                "agent" => SiteKind::Agent(Box::default()),
                "rlm" => SiteKind::Rlm(Box::default()),
                "parallel" => SiteKind::Fanout { kind: FanoutKind::Parallel, width: None, decided: None },
                "pipeline" => {
                    SiteKind::Fanout { kind: FanoutKind::Pipeline { stages: None }, width: None, decided: None }
                }
                "workflow" => SiteKind::Workflow { name: Setting::default(), nested: vec![], missing: None },
                _ => continue,
            };
            self.record.sites.entry(call.start).or_insert_with(|| Site::new(call, callee, kind));
        }
        if self.record.sites.values().any(|site| matches!(site.kind, SiteKind::Rlm(_))) {
            self.record.phase(Title::Known(RLM_PHASE.into()));
        }
        let none = self.record.phase(Title::None);
        for site in self.record.sites.values_mut() {
            if let SiteKind::Agent(agent) = &mut site.kind
                && agent.phases.is_empty()
            {
                agent.phases.push(none);
            }
            if let SiteKind::Fanout { width, .. } = &mut site.kind {
                *width = Some(super::numbers::Num::count(0.0, f64::INFINITY));
            }
        }
        self.record.skipped.clear();
    }
}

fn fate(site: &Site) -> PromiseFate {
    let awaited = match (site.awaited, site.left) {
        (true, false) => Awaited::Always,
        (true, true) => Awaited::Sometimes,
        (false, _) => Awaited::Never,
    };
    PromiseFate {
        floating: site.floating && !site.awaited,
        awaited,
        returned: site.returned,
        misuses: site.misuses.clone(),
    }
}

/// Skipped statements that nothing reached another time, outermost only.
fn unreachable(record: &Record) -> Vec<Span> {
    let mut spans: Vec<Span> = record.skipped.iter().copied().filter(|s| !record.reached.contains(&s.start)).collect();
    spans.sort_by_key(|s| (s.start, std::cmp::Reverse(s.end)));
    spans.dedup();
    let mut outer: Vec<Span> = vec![];
    for s in spans {
        if !outer.last().is_some_and(|o| o.contains(s)) {
            outer.push(s);
        }
    }
    outer
}

impl Record {
    fn count(&self, tally: &Tally) -> Count {
        let exact = tally.high == Some(tally.low);
        let (last, first): (Vec<WhyId>, Vec<WhyId>) = tally.whys.iter().partition(|why| self.refusals.contains(why));
        let whys = first.into_iter().chain(last).map(|why| self.whys[why as usize].clone());
        let because = if exact { vec![] } else { whys.collect() };
        let sum = if exact { &Sum::constant(tally.low) } else { &tally.sum };
        let mut expr = Expr::default();
        for (syms, factor, at_most) in sum.products() {
            if syms.is_empty() && !at_most {
                expr.constant = expr.constant.saturating_add(factor);
                continue;
            }
            let symbols = syms.iter().map(|s| self.symbols[*s as usize].clone()).collect();
            expr.terms.push(Term { factor, symbols, at_most });
        }
        Count { low: tally.low, high: tally.high, expr, because, cap: None }
    }
}
