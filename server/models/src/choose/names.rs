//! What scripts call models, and which are meant.

use std::collections::BTreeMap;

use analysis::{estimate::Assumptions, prices};

use super::provider::{ModelName, Provider};

/// The day on which the table of [`ALIASES`] was made.
pub const ALIASES_AS_OF: &str = "2026-11-25";

/// The vendors' models nearest in price and purpose to what scripts ask for by alias: alias, OpenAI's, Google's. Anthropic's own
/// are those of [`prices::ALIASES`].
pub const ALIASES: [(&str, &str, &str); 4] = [
    ("haiku", "gpt-6-luna", "gemini-3.5-flash-lite"),
    ("sonnet", "gpt-6.1-terra", "gemini-3.8-flash"),
    ("opus", "gpt-6.1-sol", "gemini-4-argon"),
    ("fable", "gpt-6-astra", "gemini-4-argon"),
];

/// Which model is meant by a name in a script.
#[derive(Clone, Debug)]
pub struct Names {
    /// The run's own model, its alias resolved.
    run: ModelName,
    /// What a person maps: `haiku` to `openai:gpt-6-luna`, or to an id of the run's provider.
    aliases: BTreeMap<String, String>,
}

impl Names {
    /// Of a run on `run`, where a person maps `aliases`.
    pub fn new(run: ModelName, aliases: BTreeMap<String, String>) -> Self {
        let mut names = Self { run, aliases };
        if names.run.provider.is_http() {
            names.run = names.find(&names.run.model.clone());
        }
        names
    }

    /// The run's own model.
    pub fn run(&self) -> &ModelName {
        &self.run
    }

    /// The model that is meant by `asked`.
    pub fn find(&self, asked: &str) -> ModelName {
        let mapped = self.aliases.get(asked).map_or(asked, String::as_str);
        if mapped == "inherit" {
            return self.run.clone();
        }
        if let Ok(name) = mapped.parse::<ModelName>()
            && name.provider != Provider::Simulated
        {
            return ModelName { model: of_provider(name.provider, &name.model, &self.run), ..name };
        }
        ModelName { provider: self.run.provider, model: of_provider(self.run.provider, mapped, &self.run) }
    }

    /// The name in force for `asked`, as prices and journals know it: the id alone where the run's own provider answers.
    pub fn in_force(&self, asked: &str) -> String {
        let found = self.find(asked);
        if found.provider == self.run.provider { found.model } else { found.to_string() }
    }

    /// The model that answers where a call names none, as prices and journals know it. `None` for those who choose themselves.
    pub(super) fn default_model(&self) -> Option<&str> {
        self.run.provider.is_http().then_some(self.run.model.as_str())
    }

    /// Tells estimates who answers, and which models will be in force.
    pub fn tell(&self, assumptions: &mut Assumptions) {
        assumptions.backend = self.run.provider.backend();
        assumptions.aliases = self.meant();
        assumptions.default_model = self.default_model().map(str::to_owned);
    }

    /// What names mean that are not the name of a model: those a person maps, and the aliases, alone and behind each provider that a script may
    /// choose.
    fn meant(&self) -> BTreeMap<String, String> {
        let mine = self.aliases.keys().cloned();
        let alone = ALIASES.iter().map(|(alias, ..)| (*alias).to_owned());
        let providers = Provider::TABLE.iter().filter(|row| row.provider.is_http());
        let behind = providers.flat_map(|row| ALIASES.iter().map(move |(alias, ..)| format!("{}:{alias}", row.name)));
        let meant = |name: String| Some(self.in_force(&name)).filter(|meant| *meant != name).map(|meant| (name, meant));
        mine.chain(alone).chain(behind).filter_map(meant).collect()
    }
}

/// What a provider calls a model a script names; what it has no name for is an id.
fn of_provider(provider: Provider, name: &str, run: &ModelName) -> String {
    let row = ALIASES.iter().find(|(alias, ..)| *alias == name);
    match (provider, row) {
        (Provider::Anthropic, _) => {
            let own = prices::ALIASES.iter().find(|(alias, _)| *alias == name);
            own.map_or(name, |(_, id)| id).to_owned()
        }
        (Provider::OpenAi, Some((_, id, _))) | (Provider::Gemini, Some((_, _, id))) => (*id).to_owned(),
        // A local server or a gateway has its own names; none of them is known.
        (Provider::OpenAiCompatible, Some(_)) if run.provider == provider => run.model.clone(),
        _ => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(run: &str, aliases: &[(&str, &str)]) -> Names {
        let aliases = aliases.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
        Names::new(run.parse().unwrap(), aliases)
    }

    #[test]
    fn an_alias_means_the_provider_s_own_model() {
        let found = |run: &str, asked: &str| names(run, &[]).find(asked).to_string();
        assert_eq!(found("anthropic:sonnet", "haiku"), "anthropic:claude-haiku-5-5");
        assert_eq!(found("anthropic:sonnet", "inherit"), "anthropic:claude-sonnet-5-5");
        assert_eq!(found("openai:opus", "haiku"), "openai:gpt-6-luna");
        assert_eq!(found("openai:opus", "inherit"), "openai:gpt-6.1-sol");
        assert_eq!(found("gemini:gemini-4-argon", "sonnet"), "gemini:gemini-3.8-flash");
        assert_eq!(found("openai-compatible:qwen3:8b", "opus"), "openai-compatible:qwen3:8b");
        assert_eq!(found("anthropic:sonnet", "claude-opus-5"), "anthropic:claude-opus-5");
        assert_eq!(found("anthropic:sonnet", "gemini:opus"), "gemini:gemini-4-argon");
        assert_eq!(names("anthropic:sonnet", &[]).in_force("gemini:opus"), "gemini:gemini-4-argon");
        assert_eq!(names("anthropic:sonnet", &[]).in_force("opus"), "claude-opus-5-5");
    }

    #[test]
    fn what_a_person_maps_wins() {
        let names = names("anthropic:sonnet", &[("haiku", "openai:haiku"), ("opus", "claude-opus-5")]);
        assert_eq!(names.find("haiku").to_string(), "openai:gpt-6-luna");
        assert_eq!(names.find("opus").to_string(), "anthropic:claude-opus-5");
    }

    #[test]
    fn estimates_are_told_what_names_mean() {
        let meant = |run: &str, aliases: &[(&str, &str)], name: &str| names(run, aliases).meant().remove(name);
        assert_eq!(meant("openai:opus", &[], "haiku").as_deref(), Some("gpt-6-luna"));
        assert_eq!(meant("openai:opus", &[], "anthropic:haiku").as_deref(), Some("anthropic:claude-haiku-5-5"));
        assert_eq!(meant("openai-compatible:qwen3:8b", &[], "haiku").as_deref(), Some("qwen3:8b"));
        assert_eq!(meant("simulated", &[], "haiku"), None, "what it would mean to the official tool");
        assert_eq!(meant("simulated", &[("fast", "openai:haiku")], "fast").as_deref(), Some("openai:gpt-6-luna"));
        assert_eq!(names("openai:opus", &[]).default_model(), Some("gpt-6.1-sol"));
        assert_eq!(names("command:claude -p", &[]).default_model(), None);
    }

    #[test]
    fn every_alias_has_a_model_with_a_price() {
        for (alias, openai, google) in ALIASES {
            for id in [alias, openai, google] {
                assert!(prices::find(id).is_some(), "{id}");
            }
        }
    }
}
