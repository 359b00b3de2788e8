//! Past runs as plain data, and grouped as estimates ask for them.

use std::{collections::HashMap, sync::Arc};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    prices,
    units::{Seconds, Tokens, Usage, Usd},
};

/// A run that was not simulated.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PastRun {
    /// The workflow's name.
    pub workflow: String,
    /// Who answered, in a word.
    pub provider: String,
    /// Whether it came to its end, so that it made every call it had to make.
    pub complete: bool,
    /// From its start to its end; `None` where that tells nothing of the next.
    pub time: Option<Seconds>,
    /// Its calls.
    pub calls: Vec<PastCall>,
}

/// A call of such a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PastCall {
    /// What was called.
    pub asked: Asked,
    /// What it took; `None` where that was not counted, or where the answer was there already.
    pub usage: Option<Usage>,
    /// What it cost, where that is known.
    pub usd: Option<Usd>,
}

/// What a past call can be known by.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Asked {
    /// The nested workflow that made it.
    pub workflow: Option<String>,
    /// Its phase.
    pub phase: Option<String>,
    /// Its name for people.
    pub label: String,
    /// The first line of its prompt; where that was cut it ends with `…`.
    pub head: String,
    /// Its kind of agent.
    pub agent_type: Option<String>,
    /// The model in force, where there was one.
    pub model: Option<String>,
    /// The schema of its answer; it is not written down with the rest.
    #[serde(skip)]
    pub schema: Schema,
    /// Whether it is a call of a recursive language model: all of a place's trees are known by their sum alone.
    pub in_tree: bool,
}

/// The schema of a past call's answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Schema {
    /// It had none: the answer is text.
    #[default]
    None,
    /// This one.
    Is(Arc<Value>),
    /// Whoever kept the call did not say.
    Unknown,
}

/// What a provider calls models that scripts name otherwise: the provider, the name in scripts, its own.
pub type ModelNames = HashMap<(String, String), String>;

/// What past runs took.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    names: ModelNames,
    runs: Vec<RunFacts>,
    groups: Vec<Group>,
}

/// A run without its calls.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct RunFacts {
    pub(super) workflow: String,
    pub(super) provider: String,
    pub(super) complete: bool,
    pub(super) time: Option<Seconds>,
}

/// Calls that look alike, of one workflow.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Group {
    /// The workflow, or the nested one, that made the calls.
    pub(super) workflow: String,
    /// Who answered.
    pub(super) provider: String,
    /// Whether it was nested.
    pub(super) nested: bool,
    /// One of the calls.
    pub(super) like: Asked,
    /// The model in force, by the name it has in the table of prices where it stands there.
    pub(super) model: Option<String>,
    /// What they took, by run, in the order of [`History::runs`].
    pub(super) took: Vec<(usize, Took)>,
}

/// What calls took together.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Took {
    /// All calls.
    pub(super) calls: u64,
    /// Those of which it is known what they took.
    pub(super) paid: u64,
    pub(super) usage: Usage,
    pub(super) usd: Usd,
    /// Of those, the calls whose cost is known.
    pub(super) priced: u64,
}

impl Took {
    /// What one of the calls takes on average.
    pub(super) fn mean(&self) -> Usage {
        let mean = |tokens: Tokens| Tokens(tokens.0 / self.paid.max(1));
        let usage = &self.usage;
        Usage {
            input: mean(usage.input),
            output: mean(usage.output),
            cache_read: mean(usage.cache_read),
            cache_write: mean(usage.cache_write),
        }
    }

    pub(super) fn and(self, other: Took) -> Took {
        Took {
            calls: self.calls + other.calls,
            paid: self.paid + other.paid,
            usage: self.usage + other.usage,
            usd: self.usd + other.usd,
            priced: self.priced + other.priced,
        }
    }
}

impl Schema {
    /// The schema, where there is one that is known.
    pub fn value(&self) -> Option<&Arc<Value>> {
        match self {
            Self::Is(schema) => Some(schema),
            Self::None | Self::Unknown => None,
        }
    }
}

/// What tells groups of calls apart: what they are known by, which schema, and the marks.
type GroupKey = (Vec<Option<String>>, Option<usize>, [bool; 2]);

impl History {
    /// Of `runs`, the oldest first.
    pub fn new(names: ModelNames, runs: Vec<PastRun>) -> Self {
        let mut history = Self { names, runs: Vec::new(), groups: Vec::new() };
        let mut schemas: Vec<Arc<Value>> = Vec::new();
        let mut at: HashMap<GroupKey, usize> = HashMap::new();
        for run in runs {
            let number = history.runs.len();
            for PastCall { asked, usage, usd } in run.calls {
                let schema = asked.schema.value().map(|schema| {
                    schemas.iter().position(|known| Arc::ptr_eq(known, schema) || known == schema).unwrap_or_else(
                        || {
                            schemas.push(schema.clone());
                            schemas.len() - 1
                        },
                    )
                });
                let workflow = asked.workflow.as_ref().unwrap_or(&run.workflow).clone();
                let nested = asked.workflow.as_ref().map(|_| run.workflow.clone());
                let provider = run.provider.clone();
                let texts = [&Some(workflow.clone()), &nested, &asked.phase, &asked.agent_type, &asked.model];
                let names = [asked.label.clone(), asked.head.clone(), provider.clone()].map(Some);
                let marks = [asked.in_tree, asked.schema == Schema::Unknown];
                let key = (texts.into_iter().cloned().chain(names).collect(), schema, marks);
                let took = Took {
                    calls: 1,
                    paid: u64::from(usage.is_some()),
                    usage: usage.unwrap_or_default(),
                    usd: usd.filter(|_| usage.is_some()).unwrap_or_default(),
                    priced: u64::from(usage.is_some() && usd.is_some()),
                };
                let index = *at.entry(key).or_insert_with(|| {
                    let nested = asked.workflow.is_some();
                    let model = asked.model.as_deref().map(canonical);
                    history.groups.push(Group { workflow, provider, nested, like: asked, model, took: Vec::new() });
                    history.groups.len() - 1
                });
                let group = &mut history.groups[index].took;
                match group.last_mut() {
                    Some((last, sum)) if *last == number => *sum = sum.and(took),
                    _ => group.push((number, took)),
                }
            }
            let PastRun { workflow, provider, complete, time, .. } = run;
            history.runs.push(RunFacts { workflow, provider, complete, time });
        }
        history
    }

    /// Who answered the newest run of a workflow, or the newest run of all.
    pub(super) fn provider_of(&self, workflow: &str) -> Option<&str> {
        let own = self.runs.iter().rev().find(|run| run.workflow == workflow);
        Some(&own.or(self.runs.last())?.provider)
    }

    pub(super) fn groups(&self) -> &[Group] {
        &self.groups
    }

    pub(super) fn runs(&self) -> &[RunFacts] {
        &self.runs
    }

    /// The model in force where a script names `name` and `provider` answers, as [`Group::model`] names it.
    pub(super) fn in_force(&self, provider: &str, name: &str) -> String {
        canonical(self.names.get(&(provider.to_owned(), name.to_owned())).map_or(name, String::as_str))
    }
}

fn canonical(model: &str) -> String {
    prices::find(model).map_or(model, |model| &model.id).to_owned()
}
