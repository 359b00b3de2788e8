//! Which past calls are calls of a place in the script, wherever that stood when it was run.

use super::{
    Assumptions,
    past::{Group, Schema},
};
use crate::plan::{AgentCall, Plan, PromptPart, Setting};

/// More than any literal is long: what an agreement on the phase, or on a label, counts against one on letters.
const MUCH: usize = 1 << 20;

/// A place in the script, and what is asked of calls that are to be its own.
pub(super) struct Wanted<'a> {
    call: &'a AgentCall,
    /// The models it can name; `None` where it leaves that open.
    models: Option<Vec<String>>,
}

impl<'a> Wanted<'a> {
    pub(super) fn new(call: &'a AgentCall, provider: &str, assumptions: &Assumptions) -> Self {
        let names = match &call.model {
            Setting::Inherited | Setting::Unknown(_) => None,
            Setting::Known(name) => Some(std::slice::from_ref(name)),
            Setting::OneOf(names) => Some(names.as_slice()),
        };
        let names = names.filter(|names| names.iter().all(|name| name != "inherit"));
        let in_force = |name: &String| assumptions.history.in_force(provider, assumptions.in_force(name));
        let models = names.map(|names| names.iter().map(in_force).collect());
        Self { call, models }
    }

    /// How well past calls fit the place; the larger the better. `None` where they do not: label, kind of agent, model and schema decide, and
    /// the beginning of the prompt where no label is known. The phase only tells apart what is otherwise the same, as phases get new titles.
    pub(super) fn fits(&self, plan: &Plan, group: &Group) -> Option<usize> {
        if group.like.in_tree || !self.is_like(group, true) {
            return None;
        }
        let like = &group.like;
        let by_name = match &self.call.label {
            Some(label) => MUCH + pattern(label.trim_end_matches('…'), label.ends_with('…'), &like.label)?,
            None => {
                let ((head, open), past) = (head(self.call), like.head.trim_end_matches('…'));
                // The past one may have been cut in the middle of what the script says.
                let cut = like.head.ends_with('…') && head.starts_with(past);
                pattern(head, open, past).or(cut.then_some(past.len()))?
            }
        };
        let phase = |index: &usize| plan.phases.get(*index).is_some_and(|phase| phase.holds(like.phase.as_deref()));
        Some(by_name + if self.call.phases.iter().any(phase) { 2 * MUCH } else { 0 })
    }

    /// Whether calls of other places are like those of this one. What is not known of them makes them no likelier.
    pub(super) fn is_alike(&self, group: &Group) -> bool {
        !group.like.in_tree && self.is_like(group, false)
    }

    /// Whether kind of agent, model and schema are those of the place; `unknown` says what a schema is taken for that nobody kept.
    fn is_like(&self, group: &Group, unknown: bool) -> bool {
        let like = &group.like;
        let kind = match &self.call.agent_type {
            Setting::Inherited => like.agent_type.is_none(),
            Setting::Known(kind) => like.agent_type.as_ref() == Some(kind),
            Setting::OneOf(kinds) => like.agent_type.as_ref().is_some_and(|kind| kinds.contains(kind)),
            Setting::Unknown(_) => true,
        };
        let model = self.models.as_ref().is_none_or(|models| group.model.as_ref().is_some_and(|m| models.contains(m)));
        let schema = match (&like.schema, &self.call.schema, self.call.takes_schema) {
            (Schema::Unknown, ..) => unknown,
            (past, Some(schema), _) => past.value().is_some_and(|past| **past == *schema),
            (_, None, true) => true,
            (past, None, false) => *past == Schema::None,
        };
        kind && model && schema
    }

    /// Whether the place leaves open which model it is, so that only the model of the last runs tells of the next.
    pub(super) fn model_is_open(&self) -> bool {
        self.models.is_none()
    }
}

/// How many letters agree, where `text` is `known`, or begins with it where more may follow.
fn pattern(known: &str, open: bool, text: &str) -> Option<usize> {
    let fits = if open { text.starts_with(known.trim_end()) } else { text == known };
    fits.then_some(known.len())
}

/// The first line of the prompt as far as the script fixes it, and whether more may follow.
fn head(site: &AgentCall) -> (&str, bool) {
    let Some(PromptPart::Text(text)) = site.prompt.parts.first() else { return ("", true) };
    let text = text.trim_start();
    match text.split_once('\n') {
        Some((line, _)) => (line.trim_end(), false),
        None if site.prompt.parts.len() == 1 => (text.trim_end(), false),
        None => (text, true),
    }
}
