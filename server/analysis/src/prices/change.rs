//! What is different between two tables.

use super::{ModelPrice, Prices, Tier};

/// One model that is different.
#[derive(Clone, Debug, PartialEq)]
pub enum Change<'a> {
    /// It was not there.
    New(&'a ModelPrice),
    /// It is not there any more.
    Gone(&'a ModelPrice),
    /// It costs something else.
    Priced {
        /// What it cost.
        before: &'a ModelPrice,
        /// What it costs.
        now: &'a ModelPrice,
    },
}

/// What a newer table changes: in the order of the older one, then what is new.
pub fn changes<'a>(before: &'a Prices, now: &'a Prices) -> Vec<Change<'a>> {
    let same = |id: &str, table: &'a Prices| table.models.iter().find(|model| model.id == id);
    let kept = before.models.iter().filter_map(|model| match same(&model.id, now) {
        None => Some(Change::Gone(model)),
        Some(newer) if newer.tiers != model.tiers => Some(Change::Priced { before: model, now: newer }),
        Some(_) => None,
    });
    let new = now.models.iter().filter(|model| same(&model.id, before).is_none()).map(Change::New);
    kept.chain(new).collect()
}

impl Change<'_> {
    /// `claude-opus-5-5: input 4 → 5, output 20 → 25`.
    pub fn in_words(&self) -> String {
        match self {
            Self::New(model) => format!("{}: new, {}", model.id, prices(model.tiers.first())),
            Self::Gone(model) => format!("{}: gone, was {}", model.id, prices(model.tiers.first())),
            Self::Priced { before, now } => {
                let [was, is] = [before, now].map(|model| model.tiers.first().copied());
                match was == is {
                    true => format!("{}: other prices of long prompts", now.id),
                    false => format!("{}: {} → {}", now.id, prices(was.as_ref()), prices(is.as_ref())),
                }
            }
        }
    }
}

fn prices(tier: Option<&Tier>) -> String {
    tier.map_or_else(|| "?".into(), |tier| format!("{} in, {} out", tier.input, tier.output))
}
