//! `callsheet prices`: what models cost.

use std::{path::PathBuf, sync::Arc};

use analysis::prices::{self, ModelPrice, OwnPrices, Tier};
use clap::Args;
use models::PUBLISHED_PRICES;
use serde::Serialize;

use crate::{
    FINE, numbers, output,
    output::Failure,
    table::{Align, Table},
};

/// Shows what models cost, in dollars per million tokens.
///
/// Prices of your own stand before those of the table.
#[derive(Args)]
pub(crate) struct Prices {
    /// A model as scripts name it, or a part of names. Without: all.
    model: Option<String>,
    /// A file with prices of your own. Without: `callsheet/prices.json` in `~/.config`, if it is there.
    #[arg(long, value_name = "FILE")]
    prices: Option<PathBuf>,
    /// Fetches the list prices of today, and says what they change. URL is one to fetch them from that gives what `genai-prices` publishes;
    /// without it that of the project itself.
    #[arg(long, value_name = "URL", num_args = 0..=1, require_equals = true, default_missing_value = PUBLISHED_PRICES,
        conflicts_with_all = ["model", "prices", "json"])]
    update: Option<String>,
    /// Goes back to the list prices that came with this program.
    #[arg(long, conflicts_with_all = ["model", "prices", "json", "update"])]
    reset: bool,
    /// Writes the prices as JSON.
    #[arg(long)]
    json: bool,
}

/// The prices in `file`, or in the person's own.
pub(crate) fn own(file: Option<&PathBuf>) -> Result<Arc<OwnPrices>, Failure> {
    let read = models::own_prices(file.map(PathBuf::as_path));
    read.map(Arc::new).map_err(|error| Failure::usage(error.to_string()))
}

/// `prices --json`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Report<'a> {
    source: &'a str,
    as_of: &'a str,
    licence: &'a str,
    models: Vec<Listed<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Listed<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    provider: &'a str,
    own: bool,
    tiers: &'a [Tier],
}

impl Prices {
    pub(crate) fn run(self) -> Result<u8, Failure> {
        if let Some(url) = &self.update {
            return update(url);
        }
        if self.reset {
            return reset();
        }
        let own = own(self.prices.as_ref())?;
        let models = self.models(&own)?;
        let list = own.list();
        if self.json {
            let models =
                models.iter().map(|m| Listed { id: &m.id, provider: &m.provider, own: m.own, tiers: &m.tiers });
            let (source, as_of, licence) = (&list.source, &list.as_of, &list.licence);
            output::json(&Report { source, as_of, licence, models: models.collect() })?;
            return Ok(FINE);
        }
        let right = Align::Right;
        let mut table = Table::new(&[Align::Left, Align::Left, right, right, right, right, Align::Left]);
        table.row(["", "prompt", "input", "output", "cache read", "cache write", "from"]);
        table.rule();
        for model in models {
            for (i, tier) in model.tiers.iter().enumerate() {
                table.row(row(model, tier, i == 0));
            }
        }
        output::lines(&table.lines(1, usize::MAX))?;
        let licence = list.licence.lines().next().unwrap_or_default();
        output::line(&format!(
            "\n Dollars per million tokens. List prices of {} from {} ({licence}); `callsheet prices --update` fetches those of today.",
            list.as_of, list.source
        ))?;
        if let Some(file) = self.prices.or_else(models::own_prices_file).filter(|_| !own.is_empty()) {
            output::line(&format!(" Your prices are from {}.", file.display()))?;
        }
        Ok(FINE)
    }

    /// The models asked for.
    fn models<'a>(&self, own: &'a OwnPrices) -> Result<Vec<&'a ModelPrice>, Failure> {
        let covered = |listed: &&ModelPrice| own.models().all(|own| own.id != listed.id);
        let all = own.models().chain(own.list().models.iter().filter(covered));
        let Some(asked) = &self.model else { return Ok(all.collect()) };
        if let Some(model) = own.find(asked) {
            return Ok(vec![model]);
        }
        let found: Vec<&ModelPrice> = all.filter(|model| model.id.contains(asked.as_str())).collect();
        match found.is_empty() {
            true => Err(Failure::usage(format!(
                "no model {asked:?} has a price; `callsheet prices` lists those that have, and `--prices FILE` gives it one"
            ))),
            false => Ok(found),
        }
    }
}

/// Has the list prices of today stand in for those before.
fn update(url: &str) -> Result<u8, Failure> {
    // Where the last update cannot be read, this one mends that; what it changes is then told from the program's own table.
    let before = models::own_prices(None).unwrap_or_default();
    let stays = |error: models::UpdateError| {
        Failure::usage(format!("{error}. The list prices stay those of {}", before.list().as_of))
    };
    let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let now = tokio.block_on(models::fetch_update(url, &runtime::today())).map_err(stays)?;
    let path = models::write_update(&now).map_err(stays)?;
    let changes = prices::changes(before.list(), &now);
    changes.iter().try_for_each(|change| output::line(&format!(" {}", change.in_words())))?;
    let (count, was) = (changes.len(), &before.list().as_of);
    let changed = match count {
        0 => format!("nothing has changed since those of {was}"),
        _ => format!("{} changed since those of {was}", numbers::count(count as u64, "model")),
    };
    let (models, day) = (now.models.len(), &now.as_of);
    output::line(&format!(" {models} models, list prices of {day}: {changed}. They are kept in {}", path.display()))?;
    Ok(FINE)
}

/// Has the program's own list prices hold again.
fn reset() -> Result<u8, Failure> {
    let was = models::forget_update().map_err(|error| Failure::usage(error.to_string()))?;
    let (now, list) = (if was { "hold again" } else { "hold already" }, prices::table());
    output::line(&format!(" The list prices of {} ({}) {now}", list.as_of, list.source))?;
    Ok(FINE)
}

fn row(model: &ModelPrice, tier: &Tier, first: bool) -> [String; 7] {
    let dollars = |price: f64| format!("{price}");
    let cache = |price: Option<f64>| price.map_or("as input".into(), dollars);
    let from = if model.own { "you" } else { &model.provider };
    [
        if first { model.id.clone() } else { String::new() },
        if tier.above == 0 { String::new() } else { format!("above {}", tier.above) },
        dollars(tier.input),
        dollars(tier.output),
        cache(tier.cache_read),
        cache(tier.cache_write),
        if first { from.to_owned() } else { String::new() },
    ]
}
