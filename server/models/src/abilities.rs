//! What a server turned out not to know. Learned from what it refuses, so that nothing has to be configured.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use crate::wire::Structured;

/// How to ask one model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ability {
    /// Which of the format's ways to ask for structure.
    pub(crate) way: usize,
    /// Whether it takes a level of effort.
    pub(crate) effort: bool,
    /// Whether it takes tools.
    pub(crate) tools: bool,
}

impl Default for Ability {
    fn default() -> Self {
        Self { way: 0, effort: true, tools: true }
    }
}

/// Words in a refusal that speak of effort.
const EFFORT: [&str; 3] = ["effort", "reasoning", "thinking"];
/// Words in a refusal that speak of tools.
const TOOLS: [&str; 3] = ["tool", "function", "jinja"];
/// Words in a refusal that speak of structure.
const STRUCTURE: [&str; 6] =
    ["schema", "response_format", "output_config", "output_format", "structured", "tool_choice"];

impl Ability {
    /// What to ask for next, after a refusal of a request that offered tools, asked for effort, for structure; `None` where the refusal is
    /// about something else, or nothing is left to leave out.
    pub(crate) fn after(self, refusal: &str, tools: bool, effort: bool, ways: Option<&[Structured]>) -> Option<Self> {
        let refusal = refusal.to_lowercase();
        let about = |words: &[&str]| words.iter().any(|word| refusal.contains(word));
        if self.tools && tools && about(&TOOLS) {
            return Some(Self { tools: false, ..self });
        }
        if self.effort && effort && about(&EFFORT) {
            return Some(Self { effort: false, ..self });
        }
        let more = ways.is_some_and(|ways| self.way + 1 < ways.len());
        (more && about(&STRUCTURE)).then_some(Self { way: self.way + 1, ..self })
    }
}

/// What is known of each model of a server.
#[derive(Debug, Default)]
pub(crate) struct Abilities(Mutex<HashMap<String, Ability>>);

impl Abilities {
    pub(crate) fn of(&self, model: &str) -> Ability {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(model).copied().unwrap_or_default()
    }

    pub(crate) fn learn(&self, model: &str, ability: Ability) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(model.to_owned(), ability);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_understood_by_what_it_names() {
        let (able, ways) = (Ability::default(), [Structured::Native, Structured::Words]);
        let words = able.after("Unsupported response_format type: json_schema", false, false, Some(&ways));
        assert_eq!(words, Some(Ability { way: 1, ..able }));
        assert_eq!(
            words.and_then(|w| w.after("json_schema", false, false, Some(&ways))),
            None,
            "words are the last way"
        );
        let plain = able.after("This model does not support the Effort parameter.", false, true, None);
        assert_eq!(plain, Some(Ability { effort: false, ..able }));
        let bare = able.after("registry/tiny does not support tools", true, false, None);
        assert_eq!(bare, Some(Ability { tools: false, ..able }));
        assert_eq!(able.after("tools", false, false, None), None, "no tool was offered");
        assert_eq!(able.after("the prompt is too long", true, true, Some(&ways)), None);
        assert_eq!(able.after("schema", false, false, None), None, "no schema was sent");
    }
}
