//! What a rule has at hand, and where it puts what it finds.

use rustc_hash::FxHashMap;
use swc_ecma_ast::Expr;

use super::{
    Edit, Finding, Fix, Fixing, Level, Rule, Severity,
    facts::Facts,
    rules,
    schemas::{Schema, schemas},
};
use crate::{
    Context,
    looks::{Looker, Looks},
    plan::Plan,
    script::{
        Script, Spelled, Tree, constant_string,
        index::{Index, NodeId},
    },
    text::Span,
    vocabulary::Profile,
};

/// All that is known of one script. Rules ask it and never walk the tree themselves.
pub(super) struct Checker<'a> {
    pub(super) script: &'a Script,
    pub(super) plan: &'a Plan,
    pub(super) context: &'a Context,
    /// Every node, by kind.
    pub(super) index: Index<'a>,
    /// Every schema that is written out.
    pub(super) schemas: Vec<Schema<'a>>,
    calls: FxHashMap<&'a str, Vec<NodeId>>,
    pub(super) facts: Facts<'a>,
    looker: Looker<'a>,
}

/// Where findings go.
pub(super) struct Report {
    findings: Vec<Finding>,
    rule: &'static Rule,
    severity: Severity,
}

/// The findings that rest on nothing but the errors of the parser.
pub(super) fn errors(script: &Script, context: &Context) -> Vec<Finding> {
    let (plan, facts, looker) = (&Plan::default(), Facts::default(), Looker::new(script));
    let (index, calls) = (Index::default(), FxHashMap::default());
    let checker = Checker { script, plan, context, index, schemas: Vec::new(), calls, facts, looker };
    let mut findings = Vec::new();
    for rule in rules::RULES.iter().filter(|rule| super::is_of_parser(rule.code)) {
        if let Some(severity) = context.settings.level(rule, context.profile).severity() {
            let mut report = Report { findings, rule, severity };
            (rule.check)(&checker, &mut report);
            findings = report.findings;
        }
    }
    findings
}

/// Runs every rule that is on.
pub(super) fn run(script: &Script, plan: &Plan, context: &Context) -> (Vec<Finding>, Looks) {
    let index = script.module().map(|module| Index::new(module)).unwrap_or_default();
    let mut calls: FxHashMap<&str, Vec<NodeId>> = FxHashMap::default();
    for id in &index.calls {
        if let Some(name) = index.free_callee(*id) {
            calls.entry(name).or_default().push(*id);
        }
    }
    // What was seen of a script that is not followed to its end proves nothing.
    let nothing = Plan::default();
    let plan = if plan.gave_up.is_some() { &nothing } else { plan };
    let (facts, looker) = (Facts::default(), Looker::new(script));
    let mut checker = Checker { script, plan, context, index, schemas: Vec::new(), calls, facts, looker };
    checker.schemas = schemas(&checker);
    let recovered = script.tree != Tree::Whole;
    let mut findings = Vec::new();
    for rule in rules::RULES.iter().filter(|r| !(recovered && r.whole)) {
        if let Some(severity) = context.settings.level(rule, context.profile).severity() {
            let mut report = Report { findings, rule, severity };
            (rule.check)(&checker, &mut report);
            findings = report.findings;
        }
    }
    (findings, checker.looker.done())
}

impl<'a> Checker<'a> {
    pub(super) fn profile(&self) -> Profile {
        self.context.profile
    }

    /// The text of a span.
    pub(super) fn text(&self, span: Span) -> &'a str {
        self.looker.at(span)
    }

    /// Notes that what the text says at `place` decides something, for those who do not ask for it with [`Checker::text`].
    pub(super) fn looks_at(&self, place: Span) {
        self.looker.note(place);
    }

    /// The rest of the line from `start` on.
    pub(super) fn line_from(&self, start: u32) -> &'a str {
        let rest = &self.script.text[start as usize..];
        let length = rest.lines().next().unwrap_or_default().len() as u32;
        self.text(Span::new(start, start + length))
    }

    /// Whether the literal at `place` holds `mark`, which has a character that no word has: `\\`, `$`, a bracket or a quote.
    pub(super) fn holds(&self, place: Span, mark: &str) -> bool {
        // Other words hold none either. Where there is one, all is looked at.
        let holds = place.slice(&self.script.text).contains(mark);
        if holds || self.script.blank_within(place) {
            self.looks_at(place);
        }
        holds
    }

    /// The answer to something that other words need not change; see [`Looker::ask`].
    pub(super) fn ask(&self, places: Vec<Span>, ask: fn(&str) -> Option<&'static str>) -> Option<&'static str> {
        self.looker.ask(places, ask)
    }

    /// The value of a string literal or a template without holes, and its place.
    pub(super) fn constant_string(&self, value: &Expr) -> Option<Spelled> {
        constant_string(value, &self.looker)
    }

    /// Every call of the primitive (or other name nobody declares) `name`, in the order of the text.
    pub(super) fn calls(&self, name: &str) -> impl Iterator<Item = NodeId> + '_ {
        self.calls_of(name).iter().copied()
    }

    fn calls_of(&self, name: &str) -> &[NodeId] {
        self.calls.get(name).map_or(&[], Vec::as_slice)
    }

    /// The calls of `name` that stand within `place`, in the order of the text.
    pub(super) fn calls_within(&self, name: &str, place: Span) -> impl Iterator<Item = NodeId> + '_ {
        self.index.within(self.calls_of(name), place)
    }

    /// The call of `name` at exactly `place`.
    pub(super) fn call_at(&self, name: &str, place: Span) -> Option<NodeId> {
        self.index.exactly(self.calls_of(name), place)
    }

    /// Whether the node holds a call of one of `names`.
    pub(super) fn holds_call(&self, id: NodeId, names: &[&str]) -> bool {
        let inside = self.index.inside(id);
        names.iter().any(|name| {
            let calls = self.calls_of(name);
            calls.get(calls.partition_point(|call| *call < inside.start)).is_some_and(|call| inside.contains(call))
        })
    }

    /// Every call of `agent`, `parallel`, `pipeline` or `workflow`: what gives a promise.
    pub(super) fn promises(&self) -> impl Iterator<Item = NodeId> + '_ {
        PROMISING.into_iter().flat_map(|name| self.calls(name))
    }
}

/// The primitives that give a promise.
pub(super) const PROMISING: [&str; 5] = ["agent", "parallel", "pipeline", "workflow", "rlm"];

impl Report {
    /// Adds a finding of the rule that runs.
    pub(super) fn at(&mut self, span: Span, message: impl Into<String>) -> &mut Finding {
        let finding = Finding {
            code: self.rule.code,
            name: self.rule.name,
            severity: self.severity,
            span,
            message: message.into(),
            related: vec![],
            fixes: vec![],
            unnecessary: false,
        };
        let at = self.findings.len();
        self.findings.push(finding);
        &mut self.findings[at]
    }
}

impl Finding {
    /// Adds a repair; it is safe if the rule's repairs are.
    pub(super) fn fix(&mut self, title: impl Into<String>, edits: Vec<Edit>) -> &mut Finding {
        let safe = rules::with_code(self.code).is_some_and(|r| r.fixing == Fixing::Safe);
        self.fixes.push(Fix { title: title.into(), edits, safe });
        self
    }

    /// Adds a repair that needs a choice, although others of the rule do not.
    pub(super) fn choice(&mut self, title: impl Into<String>, edits: Vec<Edit>) -> &mut Finding {
        self.fixes.push(Fix { title: title.into(), edits, safe: false });
        self
    }

    /// Adds another place.
    pub(super) fn also(&mut self, span: Span, note: impl Into<String>) -> &mut Finding {
        self.related.push((span, note.into()));
        self
    }

    /// Marks the text as doing nothing.
    pub(super) fn faded(&mut self) -> &mut Finding {
        self.unnecessary = true;
        self
    }

    /// Makes the finding no worse than `most`.
    pub(super) fn at_most(&mut self, most: Level) -> &mut Finding {
        if let Some(most) = most.severity() {
            self.severity = self.severity.min(most);
        }
        self
    }
}

impl Edit {
    /// Puts `text` in the place of `span`.
    pub(super) fn replace(span: Span, text: impl Into<String>) -> Edit {
        Edit { span, text: text.into() }
    }

    /// Puts `text` before `at`.
    pub(super) fn insert(at: u32, text: impl Into<String>) -> Edit {
        Edit { span: Span::at(at), text: text.into() }
    }

    /// Removes `span`.
    pub(super) fn remove(span: Span) -> Edit {
        Edit { span, text: String::new() }
    }
}
