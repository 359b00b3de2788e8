//! What the interpreter writes down on its way: reasons, symbols, call sites, values by place.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use super::{
    ArgsRead, FanoutKind, Misuse, MisuseKind, Nested, PromptPart, Setting, SharedWrite, Symbol, Why,
    contents::union,
    numbers::Num,
    strings::merge_parts,
    sum::{SymId, Tally, WhyId},
    val::Val,
};
use crate::text::Span;

/// Everything noted during interpretation.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) whys: Vec<Why>,
    why_index: HashMap<Why, WhyId>,
    pub(super) symbols: Vec<Symbol>,
    symbol_index: HashMap<Symbol, SymId>,
    /// What each expression was found to be, over all evaluations.
    pub(super) values: HashMap<Span, Val>,
    /// Call sites of `agent`, `parallel`, `pipeline` and `workflow`, by the start of the call.
    pub(super) sites: BTreeMap<u32, Site>,
    /// Titles of phases in the order they came up.
    pub(super) phases: Vec<Option<String>>,
    /// Phases of nested workflows: the workflow, the title.
    pub(super) groups: Vec<(String, Option<String>)>,
    /// `phase(…)` calls: the call, the title's place, phases, whether concurrent.
    pub(super) marks: BTreeMap<u32, (Span, Span, Vec<usize>, bool)>,
    /// Loops that start agents.
    pub(super) loops: BTreeMap<u32, (Span, Tally, Tally)>,
    pub(super) args_reads: BTreeMap<(u32, u32), ArgsRead>,
    pub(super) shared_writes: BTreeMap<(u32, u32), SharedWrite>,
    /// Statements skipped because nothing reaches them, and those that something does.
    pub(super) skipped: Vec<Span>,
    pub(super) reached: HashSet<u32>,
    misuse_index: HashSet<(u32, Span, MisuseKind)>,
    /// Object literals by their start, and where those that are schemas set `maxItems`.
    pub(super) literals: HashMap<u32, Span>,
    pub(super) max_items: HashMap<u32, Span>,
    /// Why the interpreter gave up.
    pub(super) gave_up: Option<&'static str>,
    /// Where the interpreter gave up.
    pub(super) exhausted_at: Option<Span>,
}

/// What is known of a call site.
#[derive(Clone, Debug)]
pub(super) struct Site {
    pub(super) span: Span,
    pub(super) callee: Span,
    pub(super) kind: SiteKind,
    pub(super) concurrent: bool,
    pub(super) floating: bool,
    pub(super) awaited: bool,
    /// Some run ends without awaiting it.
    pub(super) left: bool,
    pub(super) returned: bool,
    pub(super) misuses: Vec<Misuse>,
}

/// What kind of site, and what only that kind has.
#[derive(Clone, Debug)]
pub(super) enum SiteKind {
    Agent(Box<AgentSite>),
    Fanout { kind: FanoutKind, width: Option<Num>, decided: Option<WhyId> },
    Workflow { name: Setting, nested: Vec<Arc<Nested>>, missing: Option<WhyId> },
}

/// What is known of an `agent(…)` site.
#[derive(Clone, Debug, Default)]
pub(super) struct AgentSite {
    pub(super) phases: Vec<usize>,
    pub(super) label: Option<Vec<PromptPart>>,
    pub(super) prompt: Option<Vec<PromptPart>>,
    pub(super) prompt_span: Span,
    pub(super) schema: Option<serde_json::Value>,
    pub(super) schema_span: Option<Span>,
    pub(super) schema_varies: bool,
    pub(super) model: Option<Setting>,
    pub(super) effort: Option<Setting>,
    pub(super) agent_type: Option<Setting>,
}

impl Default for Record {
    fn default() -> Self {
        let nothing = Why { span: Span::default(), text: "it is written so".into() };
        let some = Symbol { name: "n".into(), span: Span::default() };
        Record {
            why_index: HashMap::from([(nothing.clone(), 0)]),
            whys: vec![nothing],
            symbol_index: HashMap::from([(some.clone(), 0)]),
            symbols: vec![some],
            values: HashMap::new(),
            sites: BTreeMap::new(),
            phases: vec![],
            groups: vec![],
            marks: BTreeMap::new(),
            loops: BTreeMap::new(),
            args_reads: BTreeMap::new(),
            shared_writes: BTreeMap::new(),
            skipped: vec![],
            reached: HashSet::new(),
            misuse_index: HashSet::new(),
            literals: HashMap::new(),
            max_items: HashMap::new(),
            gave_up: None,
            exhausted_at: None,
        }
    }
}

impl Record {
    pub(super) fn why(&mut self, span: Span, text: String) -> WhyId {
        let why = Why { span, text };
        if let Some(id) = self.why_index.get(&why) {
            return *id;
        }
        let id = self.whys.len() as WhyId;
        self.whys.push(why.clone());
        self.why_index.insert(why, id);
        id
    }

    pub(super) fn symbol(&mut self, name: &str, span: Span) -> SymId {
        let symbol = Symbol { name: name.to_owned(), span };
        if let Some(id) = self.symbol_index.get(&symbol) {
            return *id;
        }
        let id = self.symbols.len() as SymId;
        self.symbols.push(symbol.clone());
        self.symbol_index.insert(symbol, id);
        id
    }

    /// A short name for an expression's text.
    pub(super) fn short(&self, text: &str) -> String {
        let last = text.rsplit(['.', '(']).next().unwrap_or(text);
        let name: String =
            last.chars().take_while(|c| c.is_alphanumeric() || *c == '_' || *c == '$').take(24).collect();
        if name.is_empty() { "n".into() } else { name }
    }

    pub(super) fn value(&mut self, span: Span, val: &Val) {
        match self.values.get_mut(&span) {
            None => {
                self.values.insert(span, val.clone());
            }
            Some(known) if *known != *val => *known = known.join(val),
            Some(_) => {}
        }
    }

    /// The index of the phase called `title`.
    pub(super) fn phase(&mut self, title: Option<&str>) -> usize {
        let found = self.phases.iter().position(|p| p.as_deref() == title);
        found.unwrap_or_else(|| {
            self.phases.push(title.map(str::to_owned));
            self.phases.len() - 1
        })
    }

    /// The index of the phase called `title` of the nested `workflow`.
    pub(super) fn group(&mut self, workflow: &str, title: Option<&str>) -> usize {
        let found = self.groups.iter().position(|(w, t)| w == workflow && t.as_deref() == title);
        found.unwrap_or_else(|| {
            self.groups.push((workflow.to_owned(), title.map(str::to_owned)));
            self.groups.len() - 1
        })
    }

    pub(super) fn misuse(&mut self, origins: &[u32], span: Span, kind: MisuseKind) {
        for origin in origins {
            if self.misuse_index.insert((*origin, span, kind))
                && let Some(site) = self.sites.get_mut(origin)
            {
                site.misuses.push(Misuse { span, kind });
            }
        }
    }
}

impl AgentSite {
    /// Adds what one more evaluation of the call shows.
    pub(super) fn meet(&mut self, other: AgentSite) {
        for phase in other.phases {
            if !self.phases.contains(&phase) {
                self.phases.push(phase);
            }
        }
        let hole = |parts: &[PromptPart], more: &[PromptPart], span: Span| {
            let length = |parts: &[PromptPart]| {
                parts.iter().fold((0u64, Some(0u64)), |(low, high), p| match p {
                    PromptPart::Text(t) => (low + t.len() as u64, high.map(|h| h + t.len() as u64)),
                    PromptPart::Hole { low: l, high: h, .. } => {
                        (low.saturating_add(*l), high.zip(*h).map(|(a, b)| a.saturating_add(b)))
                    }
                })
            };
            let ((a, b), (c, d)) = (length(parts), length(more));
            vec![PromptPart::Hole { span, low: a.min(c), high: b.zip(d).map(|(b, d)| b.max(d)) }]
        };
        let span = other.prompt_span;
        self.prompt = match (self.prompt.take(), other.prompt) {
            (Some(a), Some(b)) => Some(merge_parts(&a, &b).unwrap_or_else(|| hole(&a, &b, span))),
            (a, b) => a.or(b),
        };
        self.label = match (self.label.take(), other.label) {
            (Some(a), Some(b)) => merge_parts(&a, &b).or_else(|| Some(common_start(&a, &b))),
            _ => None,
        };
        if self.schema != other.schema {
            self.schema_varies = true;
        }
        self.model = join_settings(self.model.take(), other.model);
        self.effort = join_settings(self.effort.take(), other.effort);
        self.agent_type = join_settings(self.agent_type.take(), other.agent_type);
    }
}

/// The text two labels begin with, then a hole.
fn common_start(a: &[PromptPart], b: &[PromptPart]) -> Vec<PromptPart> {
    let hole = PromptPart::Hole { span: Span::default(), low: 0, high: None };
    match (a.first(), b.first()) {
        (Some(PromptPart::Text(a)), Some(PromptPart::Text(b))) => {
            let common: String = a.chars().zip(b.chars()).take_while(|(x, y)| x == y).map(|(x, _)| x).collect();
            vec![PromptPart::Text(common), hole]
        }
        _ => vec![hole],
    }
}

pub(super) fn join_settings(a: Option<Setting>, b: Option<Setting>) -> Option<Setting> {
    use Setting::{Inherited, Known, OneOf, Unknown};
    let (Some(a), Some(b)) = (&a, &b) else {
        return a.or(b);
    };
    let texts = |s: &Setting| match s {
        Known(t) => Some(vec![t.clone()]),
        OneOf(t) => Some(t.clone()),
        Inherited | Unknown(_) => None,
    };
    Some(match (a, b) {
        (a, b) if a == b => a.clone(),
        (Unknown(_), _) => a.clone(),
        (_, Unknown(_)) => b.clone(),
        _ => match (texts(a), texts(b)) {
            (Some(mut x), Some(y)) => {
                x.extend(y.into_iter().filter(|t| !texts(a).is_some_and(|x| x.contains(t))));
                OneOf(x)
            }
            (x, y) => Unknown(Why {
                span: Span::default(),
                text: format!(
                    "it is {} in some calls and not given in others",
                    x.or(y).unwrap_or_default().join(" or ")
                ),
            }),
        },
    })
}

impl Site {
    pub(super) fn new(span: Span, callee: Span, kind: SiteKind) -> Site {
        Site {
            span,
            callee,
            kind,
            concurrent: false,
            floating: false,
            awaited: false,
            left: false,
            returned: false,
            misuses: vec![],
        }
    }
}

/// All call sites of several promises.
pub(super) fn all_origins<'a>(lists: impl Iterator<Item = &'a Arc<[u32]>>) -> Arc<[u32]> {
    lists.fold([].into(), |all, one| union(&all, one))
}
