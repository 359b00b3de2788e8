//! What the interpreter writes down on its way: reasons, symbols, call sites, values by place.

use std::{
    collections::BTreeMap,
    fmt::{self, Display, Write},
    sync::{Arc, OnceLock},
};

use rustc_hash::{FxHashMap, FxHashSet};

use super::{
    ArgsRead, FanoutKind, Misuse, MisuseKind, Nested, PhasePlan, PromptPart, Setting, SharedWrite, Symbol, Why,
    by_span::BySpan,
    contents::union,
    numbers::Num,
    prompts::Prompts,
    rlm::RlmSite,
    strings::merge_parts,
    sum::{SymId, Tally, WhyId},
    val::{Addr, Refs, Val},
};
use crate::text::Span;

/// Everything noted during interpretation.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) whys: Vec<Why>,
    /// By place, the reason noted last, and for each the one before it.
    why_index: FxHashMap<Span, WhyId>,
    why_before: Vec<Option<WhyId>>,
    pub(super) symbols: Vec<Symbol>,
    symbol_index: FxHashMap<Span, SymId>,
    symbol_before: Vec<Option<SymId>>,
    /// What each expression was found to be, over all evaluations.
    pub(super) values: BySpan<Seen>,
    /// Call sites of `agent`, `parallel`, `pipeline` and `workflow`, by the start of the call.
    pub(super) sites: BTreeMap<u32, Site>,
    /// Titles of phases in the order they came up.
    pub(super) phases: Vec<Title>,
    /// Phases of nested workflows: the workflow, the title.
    pub(super) groups: Vec<(String, Title)>,
    /// `phase(…)` calls: the call, the title's place, phases, whether concurrent.
    pub(super) marks: BTreeMap<u32, (Span, Span, Vec<usize>, bool)>,
    /// Loops that start agents.
    pub(super) loops: BTreeMap<u32, (Span, Tally, Tally)>,
    pub(super) args_reads: BTreeMap<(u32, u32), ArgsRead>,
    pub(super) shared_writes: BTreeMap<(u32, u32), SharedWrite>,
    /// Statements skipped because nothing reaches them, and those that something does.
    pub(super) skipped: Vec<Span>,
    pub(super) reached: FxHashSet<u32>,
    misuse_index: FxHashSet<(u32, Span, MisuseKind)>,
    /// Object literals by their start, and where those that are schemas set `maxItems`.
    pub(super) literals: FxHashMap<u32, Span>,
    pub(super) max_items: FxHashMap<u32, Span>,
    /// Reasons why a call may be refused.
    pub(super) refusals: FxHashSet<WhyId>,
    /// Why the interpreter gave up.
    pub(super) gave_up: Option<&'static str>,
    /// Where the interpreter gave up.
    pub(super) exhausted_at: Option<Span>,
}

/// What an expression was found to be, evaluation by evaluation: few are ever asked about, so they are joined when somebody asks.
#[derive(Debug)]
pub(super) struct Seen {
    first: Val,
    more: Option<Box<More>>,
}

/// What the evaluations after the first one added.
#[derive(Debug, Default)]
struct More {
    /// Values that differ from the first in more than the places they refer to, and from each other.
    vals: Vec<Val>,
    /// Places, of all of them: each evaluation can make a new one.
    places: Vec<Addr>,
    /// All of it taken together, once somebody has asked.
    all: OnceLock<Box<Val>>,
}

/// So many values and places are kept apart before they are taken together.
const MOST_VALUES: usize = 8;
const MOST_PLACES: usize = 64;

impl Seen {
    pub(super) fn new(first: Val) -> Seen {
        Seen { first, more: None }
    }

    fn add(&mut self, val: &Val) {
        let Seen { first, more } = self;
        let places = if first.refs == val.refs { &[] } else { val.refs.as_slice() };
        let known = first.refs.as_slice();
        // Most are newer than all that are known.
        let is_known = |addr| known.last().is_some_and(|last| addr <= last) && known.binary_search(addr).is_ok();
        let others = more.as_deref().map_or(&[][..], |more| &more.vals);
        let differs = !(first.is_same_but_refs(val) || others.iter().any(|other| other.is_same_but_refs(val)));
        if places.is_empty() && !differs {
            return;
        }
        let more = more.get_or_insert_default();
        more.all.take();
        for addr in places {
            if more.places.last() != Some(addr) && !is_known(addr) {
                more.places.push(*addr);
            }
        }
        if differs {
            more.vals.reserve_exact(1);
            more.vals.push(Val { refs: Refs::None, ..val.clone() });
        }
        if more.vals.len() > MOST_VALUES || more.places.len() > MOST_PLACES + 2 * known.len() {
            let all = more.joined(first);
            *first = all;
            (more.vals, more.places) = Default::default();
        }
    }

    /// The value, over all evaluations.
    pub(super) fn val(&self) -> &Val {
        self.more.as_deref().map_or(&self.first, |more| more.all.get_or_init(|| more.joined(&self.first).into()))
    }
}

impl More {
    fn joined(&self, first: &Val) -> Val {
        let mut all = first.clone();
        self.vals.iter().for_each(|val| all.join_all_but_refs(val));
        if !self.places.is_empty() {
            all.refs = Refs::from_iter(all.refs.as_slice().iter().chain(&self.places).copied());
        }
        all
    }
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
    Rlm(Box<RlmSite>),
}

/// What is known of an `agent(…)` site.
#[derive(Clone, Debug, Default)]
pub(super) struct AgentSite {
    pub(super) phases: Vec<usize>,
    pub(super) label: Option<Arc<[PromptPart]>>,
    pub(super) prompts: Prompts,
    pub(super) schema: Option<Arc<serde_json::Value>>,
    pub(super) takes_schema: bool,
    pub(super) schema_varies: bool,
    pub(super) model: Option<Setting>,
    pub(super) effort: Option<Setting>,
    pub(super) agent_type: Option<Setting>,
}

impl Record {
    /// A record of a text of so many bytes, with so many expressions and statements.
    pub(super) fn of(bytes: usize, nodes: usize) -> Record {
        let nothing = Why { span: Span::default(), text: "it is written so".into() };
        let some = Symbol { name: "n".into(), span: Span::default() };
        Record {
            why_index: FxHashMap::from_iter([(nothing.span, 0)]),
            why_before: vec![None],
            whys: vec![nothing],
            symbol_index: FxHashMap::from_iter([(some.span, 0)]),
            symbol_before: vec![None],
            symbols: vec![some],
            values: BySpan::of(bytes, nodes),
            sites: BTreeMap::new(),
            phases: vec![],
            groups: vec![],
            marks: BTreeMap::new(),
            loops: BTreeMap::new(),
            args_reads: BTreeMap::new(),
            shared_writes: BTreeMap::new(),
            skipped: vec![],
            reached: FxHashSet::with_capacity_and_hasher(nodes / 8, Default::default()),
            misuse_index: FxHashSet::default(),
            literals: FxHashMap::default(),
            max_items: FxHashMap::default(),
            refusals: FxHashSet::default(),
            gave_up: None,
            exhausted_at: None,
        }
    }
}

impl Record {
    pub(super) fn why(&mut self, span: Span, text: impl Wording) -> WhyId {
        let last = self.why_index.get(&span).copied();
        let mut same = last;
        while let Some(id) = same {
            if text.reads(&self.whys[id as usize].text) {
                return id;
            }
            same = self.why_before[id as usize];
        }
        let id = self.whys.len() as WhyId;
        self.whys.push(Why { span, text: text.to_string() });
        self.why_before.push(last);
        self.why_index.insert(span, id);
        id
    }

    pub(super) fn symbol(&mut self, name: &str, span: Span) -> SymId {
        let last = self.symbol_index.get(&span).copied();
        let mut same = last;
        while let Some(id) = same {
            if self.symbols[id as usize].name == name {
                return id;
            }
            same = self.symbol_before[id as usize];
        }
        let id = self.symbols.len() as SymId;
        self.symbols.push(Symbol { name: name.to_owned(), span });
        self.symbol_before.push(last);
        self.symbol_index.insert(span, id);
        id
    }

    pub(super) fn value(&mut self, span: Span, val: &Val) {
        match self.values.get_mut(span) {
            Some(known) => known.add(val),
            None => self.values.insert(span, Seen::new(val.clone())),
        }
    }

    /// The index of the phase called `title`.
    pub(super) fn phase(&mut self, title: Title) -> usize {
        let found = self.phases.iter().position(|p| *p == title);
        found.unwrap_or_else(|| {
            self.phases.push(title);
            self.phases.len() - 1
        })
    }

    /// The index of the phase called `title` of the nested `workflow`.
    pub(super) fn group(&mut self, workflow: &str, title: Title) -> usize {
        let found = self.groups.iter().position(|(w, t)| w == workflow && *t == title);
        found.unwrap_or_else(|| {
            self.groups.push((workflow.to_owned(), title));
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

/// What a phase is known by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Title {
    /// Outside any.
    None,
    /// Its title.
    Known(String),
    /// What is shown of a title that the run computes.
    Computed(String),
}

impl Title {
    /// What is shown of it, and whether the run computes it.
    pub(super) fn shown(&self) -> (Option<String>, bool) {
        match self {
            Title::None => (None, false),
            Title::Known(text) => (Some(text.clone()), false),
            Title::Computed(text) => (Some(text.clone()), true),
        }
    }
}

impl From<&PhasePlan> for Title {
    fn from(phase: &PhasePlan) -> Title {
        match &phase.title {
            Some(title) if phase.computed => Title::Computed(title.clone()),
            Some(title) => Title::Known(title.clone()),
            None => Title::None,
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
        self.prompts.meet(other.prompts);
        self.label = match (self.label.take(), other.label) {
            (Some(a), Some(b)) if a == b => Some(a),
            (Some(a), Some(b)) => Some(merge_parts(&a, &b).unwrap_or_else(|| common_start(&a, &b)).into()),
            _ => None,
        };
        self.takes_schema |= other.takes_schema;
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
        Known(_) | OneOf(_) => Some(s.names().to_vec()),
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

/// What a reason says: put together only where nothing says it yet.
pub(super) trait Wording: Display {
    /// Whether it reads `known`.
    fn reads(&self, known: &str) -> bool;
}

impl Wording for &str {
    fn reads(&self, known: &str) -> bool {
        *self == known
    }
}

impl Wording for String {
    fn reads(&self, known: &str) -> bool {
        self == known
    }
}

impl Wording for fmt::Arguments<'_> {
    fn reads(&self, known: &str) -> bool {
        struct Left<'t>(&'t str);
        impl Write for Left<'_> {
            fn write_str(&mut self, part: &str) -> fmt::Result {
                self.0 = self.0.strip_prefix(part).ok_or(fmt::Error)?;
                Ok(())
            }
        }
        let mut left = Left(known);
        left.write_fmt(*self).is_ok() && left.0.is_empty()
    }
}

/// All call sites of several promises.
pub(super) fn all_origins<'a>(lists: impl Iterator<Item = &'a Arc<[u32]>>) -> Arc<[u32]> {
    lists.fold(Arc::default(), |all, one| if all.is_empty() { one.clone() } else { union(&all, one) })
}
