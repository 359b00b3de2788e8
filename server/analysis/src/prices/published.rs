//! The table out of what the project `genai-prices` publishes: `data.json`, version 2 of its format.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::Value;

use super::{ALIASES, ModelPrice, Prices, Tier, table};

/// The providers whose models workflow scripts name, and how names of models of their own begin: some sell others' too.
const PROVIDERS: [(&str, &[&str]); 3] =
    [("anthropic", &["claude-"]), ("openai", &["gpt-", "chatgpt-", "codex-", "o"]), ("google", &["gemini-", "gemma-"])];

/// Words in names of models that do something else than answer text with text, or are somebody's own.
const OTHER_USES: [&str; 19] = [
    "image",
    "audio",
    "tts",
    "live",
    "realtime",
    "transcribe",
    "embedding",
    "search",
    "robotics",
    "omni",
    "banana",
    "cyber",
    "rosalind",
    "safeguard",
    "deep-research",
    "-maas",
    "computer-use",
    "ft-",
    ":",
];

/// Above this a price per million tokens is a mistake.
const DEAREST: f64 = 100_000.0;

#[derive(Deserialize)]
struct Provider {
    id: String,
    models: Vec<Model>,
}

#[derive(Deserialize)]
struct Model {
    id: String,
    #[serde(rename = "match")]
    known_by: Clause,
    #[serde(default)]
    deprecated: Option<bool>,
    prices: Dated,
}

/// What names of a model are like. Patterns of dated names are left to the reader of the table.
#[derive(Deserialize)]
struct Clause {
    #[serde(default)]
    or: Vec<Clause>,
    equals: Option<String>,
    starts_with: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Dated {
    Always(Box<Price>),
    From(Vec<Start>),
}

#[derive(Deserialize)]
struct Start {
    constraint: Option<Constraint>,
    prices: Price,
}

#[derive(Deserialize)]
struct Constraint {
    start_date: Option<String>,
}

#[derive(Deserialize)]
struct Price {
    input_mtok: Option<Amount>,
    output_mtok: Option<Amount>,
    cache_read_mtok: Option<Amount>,
    cache_write_mtok: Option<Amount>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Amount {
    Flat(f64),
    Tiered { base: f64, tiers: Vec<Step> },
}

#[derive(Deserialize)]
struct Step {
    start: u64,
    price: f64,
}

impl Prices {
    /// The prices in force on `day` (`2026-11-25`) of what was `published`; `source` says by whom. The licence is that of the table in
    /// this program, which is of the same project.
    ///
    /// # Errors
    ///
    /// Why it is no such table, or not one that can stand in for the one in this program.
    pub fn published(published: &Value, source: &str, day: &str) -> Result<Self, String> {
        let providers = published.as_array().ok_or("it is no list of providers")?;
        let mut models = Vec::new();
        for provider in providers {
            let id = provider.get("id").and_then(Value::as_str).ok_or("a provider has no id")?;
            let Some((_, begins)) = PROVIDERS.iter().find(|(known, _)| *known == id) else { continue };
            let provider = Provider::deserialize(provider).map_err(|error| format!("provider {id}: {error}"))?;
            let own = provider.models.iter().filter(|model| begins.iter().any(|word| model.id.starts_with(word)));
            models.extend(own.filter_map(|model| listed(&provider.id, model, day)));
        }
        let prices =
            Self { source: source.to_owned(), licence: table().licence.clone(), as_of: day.to_owned(), models };
        prices.usable()?;
        Ok(prices)
    }

    /// Whether estimates can go by it.
    fn usable(&self) -> Result<(), String> {
        for model in &self.models {
            let kinds = |t: &Tier| [Some(t.input), Some(t.output), t.cache_read, t.cache_write];
            let wrong = model.tiers.iter().flat_map(kinds).flatten().find(|price| !(0.0..=DEAREST).contains(price));
            if let Some(price) = wrong {
                return Err(format!("{} costs {price} dollars per million tokens", model.id));
            }
        }
        let (found, before) = (self.models.len(), table().models.len());
        if found < before / 2 {
            return Err(format!("it has {found} models, and there were {before}"));
        }
        match ALIASES.iter().find(|(_, id)| self.find(id).is_none()) {
            Some((alias, id)) => Err(format!("it has no price for {id}, which `{alias}` means")),
            None => Ok(()),
        }
    }
}

/// The model with its prices of that day; `None` where it has none, is retired, or does something else.
fn listed(provider: &str, model: &Model, day: &str) -> Option<ModelPrice> {
    let meant = ALIASES.iter().any(|(_, id)| *id == model.id);
    let retired = model.deprecated == Some(true) && !meant;
    if retired || OTHER_USES.iter().any(|word| model.id.contains(word)) {
        return None;
    }
    let price = match &model.prices {
        Dated::Always(price) => price,
        Dated::From(starts) => {
            let begun = |start: &&Start| {
                let from = start.constraint.as_ref().and_then(|constraint| constraint.start_date.as_deref());
                from.is_none_or(|from| from <= day)
            };
            &starts.iter().rfind(begun)?.prices
        }
    };
    let mut names = BTreeSet::new();
    model.known_by.names(&mut names);
    names.remove(&model.id);
    Some(ModelPrice {
        id: model.id.clone(),
        provider: provider.to_owned(),
        names: names.into_iter().collect(),
        tiers: price.tiers()?,
        own: false,
    })
}

impl Clause {
    fn names(&self, names: &mut BTreeSet<String>) {
        self.or.iter().for_each(|part| part.names(names));
        names.extend(self.equals.clone());
        names.extend(self.starts_with.as_ref().map(|name| name.trim_end_matches(['-', '@']).to_owned()));
    }
}

impl Price {
    /// One entry for each length of prompt from which all of a request's tokens cost something else. `None` where text in or out has no
    /// price.
    fn tiers(&self) -> Option<Vec<Tier>> {
        let (input, output) = (self.input_mtok.as_ref()?, self.output_mtok.as_ref()?);
        let cache = [&self.cache_read_mtok, &self.cache_write_mtok];
        let amounts = [input, output].into_iter().chain(cache.into_iter().flatten());
        let starts: BTreeSet<u64> = amounts.flat_map(Amount::starts).chain([0]).collect();
        let [cache_read, cache_write] = cache.map(|amount| move |above| amount.as_ref().map(|a| a.at(above)));
        let tier = |above| Tier {
            above,
            input: input.at(above),
            output: output.at(above),
            cache_read: cache_read(above),
            cache_write: cache_write(above),
        };
        Some(starts.into_iter().map(tier).collect())
    }
}

impl Amount {
    fn starts(&self) -> impl Iterator<Item = u64> {
        let tiers = match self {
            Self::Flat(_) => &[][..],
            Self::Tiered { tiers, .. } => tiers,
        };
        tiers.iter().map(|step| step.start)
    }

    fn at(&self, above: u64) -> f64 {
        match self {
            Self::Flat(price) => *price,
            Self::Tiered { base, tiers } => {
                let reached = tiers.iter().filter(|step| step.start <= above).max_by_key(|step| step.start);
                reached.map_or(*base, |step| step.price)
            }
        }
    }
}
