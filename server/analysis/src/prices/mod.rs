//! What models cost: a dated table of list prices.
//!
//! It is what `callsheet prices --update` makes of what the project `genai-prices` publishes, see `wheel.py`; its version and licence stand in
//! the table. A model that is not in it has no price, which is not a price of nothing.

mod change;
mod own;
mod published;

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

pub use change::{Change, changes};
pub use own::OwnPrices;

use crate::units::{Tokens, Usage, Usd};

/// The names scripts use for a vendor's newest models, and the model meant when this table was made.
///
/// `inherit`, like no model at all, means what the session uses, which no script says: the model named here is an assumption,
/// and every number that rests on it says so.
pub const ALIASES: [(&str, &str); 5] = [
    ("haiku", "claude-haiku-5-5"),
    ("sonnet", "claude-sonnet-5-5"),
    ("opus", "claude-opus-5-5"),
    ("fable", "claude-fable-5-2"),
    ("inherit", "claude-sonnet-5-5"),
];

/// A table of list prices.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Prices {
    /// Package and version the prices are from.
    pub source: String,
    /// The licence of the source.
    pub licence: String,
    /// The day whose prices these are, `2026-11-25`.
    pub as_of: String,
    /// The models, by provider and name.
    pub models: Vec<ModelPrice>,
}

/// One model's prices.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelPrice {
    /// The name to show: `claude-opus-5-5`.
    pub id: String,
    /// `anthropic`, `openai` or `google`.
    pub provider: String,
    /// Other names of the same model, without dates.
    pub names: Vec<String>,
    /// By length of prompt, the shortest first.
    pub tiers: Vec<Tier>,
    /// Whether it is the person's own price, not the table's.
    #[serde(skip)]
    pub own: bool,
}

/// US dollars per million tokens, for all tokens of a request whose prompt is longer than `above` tokens.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Tier {
    /// Tokens of a prompt that is too short for it; 0 for the first.
    pub above: u64,
    /// Read.
    pub input: f64,
    /// Written.
    pub output: f64,
    /// Read from a prompt cache; `None` where that costs what input costs.
    pub cache_read: Option<f64>,
    /// Written to a prompt cache; `None` where that costs what input costs.
    pub cache_write: Option<f64>,
}

/// The table in this program.
pub fn table() -> &'static Prices {
    static TABLE: LazyLock<Prices> =
        LazyLock::new(|| serde_json::from_str(include_str!("prices.json")).expect("a test reads the table"));
    &TABLE
}

impl Prices {
    /// The model meant by a name as scripts write it: an alias, an id, an id with a date, a provider before it, or a mark such as
    /// `[1m]` behind it. `None` where the table has no such model.
    pub fn find(&self, model: &str) -> Option<&ModelPrice> {
        let name = plain(model);
        let name = ALIASES.iter().find(|(alias, _)| *alias == name).map_or(name, |(_, id)| id);
        let fits = |known: &&str| name.strip_prefix(*known).is_some_and(is_version);
        let known = self.models.iter().filter_map(|m| {
            let names = std::iter::once(m.id.as_str()).chain(m.names.iter().map(String::as_str));
            names.filter(|n| fits(n)).map(str::len).max().map(|length| (length, m))
        });
        known.max_by_key(|(length, _)| *length).map(|(_, model)| model)
    }
}

/// The model of the table in this program that is meant by a name, see [`Prices::find`].
pub fn find(model: &str) -> Option<&'static ModelPrice> {
    table().find(model)
}

/// Words for providers that stand before a model's name, with a colon: `openai:gpt-6-luna`.
const PROVIDERS: [&str; 4] = ["anthropic", "openai", "openai-compatible", "gemini"];

/// A model's name behind the provider before it; `None` where no provider stands there.
fn behind_provider(model: &str) -> Option<&str> {
    let (provider, model) = model.split_once(':')?;
    PROVIDERS.contains(&provider.trim()).then_some(model)
}

/// Whether a provider stands before a model's name: `openai:gpt-6-luna`.
pub fn names_a_provider(model: &str) -> bool {
    behind_provider(model).is_some()
}

/// A model's name without a provider before it and a mark behind it.
fn plain(model: &str) -> &str {
    let model = behind_provider(model).unwrap_or(model);
    model.rsplit('/').next().unwrap_or(model).split('[').next().unwrap_or_default().trim()
}

/// Whether this follows a model's name without naming another model: nothing, a date, `-latest`, `-v1:0`.
fn is_version(suffix: &str) -> bool {
    let mut words = suffix.split(['-', '@']);
    words.next() == Some("")
        && words.all(|w| {
            matches!(w, "latest" | "preview")
                || (w.starts_with('v') || w.len() != 1)
                    && w.trim_start_matches('v').bytes().all(|b| b.is_ascii_digit() || b == b':')
        })
}

/// What a request costs, at list price. `None` where the model has no known price.
pub fn cost(model: &str, usage: &Usage) -> Option<Usd> {
    find(model).map(|model| model.cost(usage))
}

impl ModelPrice {
    /// What a request costs.
    pub fn cost(&self, usage: &Usage) -> Usd {
        self.cost_at(usage.prompt(), usage)
    }

    /// What requests cost whose prompts are `prompt` tokens long. Cache traffic without a price of its own costs what input
    /// costs.
    pub fn cost_at(&self, prompt: Tokens, usage: &Usage) -> Usd {
        let Some(tier) = self.tiers.iter().rev().find(|t| prompt.0 > t.above || t.above == 0) else { return Usd(0.0) };
        let dollars = |tokens: Tokens, price: f64| tokens.0 as f64 * price / 1e6;
        Usd(dollars(usage.input, tier.input)
            + dollars(usage.output, tier.output)
            + dollars(usage.cache_read, tier.cache_read.unwrap_or(tier.input))
            + dollars(usage.cache_write, tier.cache_write.unwrap_or(tier.input)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usage(input: u64, output: u64) -> Usage {
        Usage { input: Tokens(input), output: Tokens(output), ..Usage::default() }
    }

    #[test]
    fn the_table_is_whole() {
        assert!(table().models.len() > 50);
        assert!(table().licence.starts_with("The MIT License"));
        for model in &table().models {
            assert_eq!(model.tiers[0].above, 0, "{}", model.id);
            assert!(model.tiers.is_sorted_by_key(|t| t.above), "{}", model.id);
            assert!(model.tiers.iter().all(|t| t.input > 0.0 && t.output > 0.0), "{}", model.id);
        }
        for (alias, id) in ALIASES {
            assert_eq!(find(alias).map(|m| m.id.as_str()), Some(id));
        }
    }

    #[test]
    fn names_are_read_as_scripts_write_them() {
        let id = |name: &str| find(name).map(|m| m.id.as_str());
        assert_eq!(id("claude-sonnet-4-5-20250929"), Some("claude-sonnet-4-5"));
        assert_eq!(id("anthropic/claude-opus-5"), Some("claude-opus-5"));
        assert_eq!(id("openai:gpt-6-luna"), Some("gpt-6-luna"));
        assert_eq!(id("opus[1m]"), Some("claude-opus-5-5"));
        assert_eq!(id("claude-opus-5-5"), Some("claude-opus-5-5"), "not opus 5");
        assert_eq!(id("gpt-5.5-2026-04-23"), Some("gpt-5.5"));
        assert_eq!(id("gpt-5.4-image-2"), None, "another model, at another price");
        assert_eq!(id("simulated"), None);
        assert_eq!(id(""), None);
    }

    #[test]
    fn a_long_prompt_moves_every_token_to_the_next_tier() {
        assert_eq!(cost("claude-haiku-5-5", &usage(100_000, 1_000)), Some(Usd(0.0105)));
        assert_eq!(cost("claude-haiku-5-5", &usage(100_001, 1_000)).map(|u| (u.0 * 1e4).round()), Some(525.0));
    }

    #[test]
    fn the_cache_has_its_own_prices() {
        let usage = Usage { cache_read: Tokens(1_000_000), cache_write: Tokens(1_000_000), ..Usage::default() };
        assert_eq!(cost("claude-opus-5-5", &usage), Some(Usd(5.2)));
        assert_eq!(cost("no-such-model", &usage), None);
    }
}
