//! Prices a person has of their own: they stand before the table's.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::{ALIASES, ModelPrice, Prices, Tier, find, plain, table};
use crate::units::{Usage, Usd};

/// Prices by model, in US dollars per million tokens, and the table behind them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OwnPrices {
    own: Vec<(String, ModelPrice)>,
    /// A newer table than that of this program.
    list: Option<Arc<Prices>>,
}

/// What can be told of one model's prices.
const KINDS: [&str; 4] = ["input", "output", "cacheRead", "cacheWrite"];

impl OwnPrices {
    /// Reads `{"opus": {"input": 4, "output": 20, "cacheRead": 0.2, "cacheWrite": 5}, …}`; the last two can be left out and then cost
    /// what input costs.
    ///
    /// # Errors
    ///
    /// A sentence with the place of what cannot be used.
    pub fn read(prices: &Value) -> Result<Self, String> {
        let models = prices.as_object().ok_or("prices are an object: `{\"opus\": {\"input\": 4, \"output\": 20}}`")?;
        let own = models
            .iter()
            .map(|(model, price)| Ok((model.clone(), own(model, price)?)))
            .collect::<Result<_, String>>()?;
        Ok(Self { own, list: None })
    }

    /// These prices, before those of `list` instead of the table in this program.
    pub fn before(self, list: Prices) -> Self {
        Self { list: Some(Arc::new(list)), ..self }
    }

    /// The table behind them.
    pub fn list(&self) -> &Prices {
        self.list.as_deref().unwrap_or_else(|| table())
    }

    /// As [`OwnPrices::read`] writes them.
    pub fn to_json(&self) -> Value {
        let price = |tier: &Tier| {
            let kinds = [Some(tier.input), Some(tier.output), tier.cache_read, tier.cache_write];
            let known = KINDS.iter().zip(kinds).filter_map(|(kind, price)| Some((kind.to_string(), price?.into())));
            Value::Object(known.collect())
        };
        let models =
            self.own.iter().flat_map(|(model, own)| own.tiers.first().map(|tier| (model.clone(), price(tier))));
        Value::Object(models.collect::<Map<_, _>>())
    }

    /// These prices, and of `others` those of models that are not among these.
    pub fn or(mut self, others: &Self) -> Self {
        let more = others.own.iter().filter(|(model, _)| self.own.iter().all(|(known, _)| known != model));
        let more: Vec<_> = more.cloned().collect();
        self.own.extend(more);
        self.list = self.list.or_else(|| others.list.clone());
        self
    }

    /// Whether none is the person's own.
    pub fn is_empty(&self) -> bool {
        self.own.is_empty()
    }

    /// The models with a price of the person's own.
    pub fn models(&self) -> impl Iterator<Item = &ModelPrice> {
        self.own.iter().map(|(_, price)| price)
    }

    /// The price of a model as scripts name it: the person's own, else the table's, see [`Prices::find`].
    pub fn find(&self, model: &str) -> Option<&ModelPrice> {
        let name = plain(model);
        let listed = self.list().find(model);
        let by_name = self.own.iter().find(|(known, _)| known == name || known == model.trim());
        let by_model = || self.own.iter().find(|(_, own)| listed.is_some_and(|listed| listed.id == own.id));
        by_name.or_else(by_model).map(|(_, own)| own).or(listed)
    }

    /// What a request costs; `None` where the model has no known price.
    pub fn cost(&self, model: &str, usage: &Usage) -> Option<Usd> {
        self.find(model).map(|price| price.cost(usage))
    }
}

fn own(model: &str, price: &Value) -> Result<ModelPrice, String> {
    let usage = || {
        format!(
            "`{model}` takes dollars per million tokens: `{{\"input\": 4, \"output\": 20}}`, and `cacheRead` and `cacheWrite`"
        )
    };
    let members = price.as_object().ok_or_else(usage)?;
    if let Some(unknown) = members.keys().find(|key| !KINDS.contains(&key.as_str())) {
        return Err(format!("`{model}.{unknown}` is no price; {}", usage()));
    }
    let number = |kind: &str| match members.get(kind) {
        None => Ok(None),
        Some(price) => match price.as_f64().filter(|price| *price >= 0.0) {
            Some(price) => Ok(Some(price)),
            None => Err(format!("`{model}.{kind}` must be a number, 0 or more, in dollars per million tokens")),
        },
    };
    let tier = Tier {
        above: 0,
        input: number("input")?.ok_or_else(usage)?,
        output: number("output")?.ok_or_else(usage)?,
        cache_read: number("cacheRead")?,
        cache_write: number("cacheWrite")?,
    };
    // What runs without a model may be any model: a price for it says nothing of the one it is assumed to be.
    let alias = ALIASES.iter().find(|(alias, _)| *alias == model && model != "inherit");
    let id = alias.map(|(_, id)| (*id).to_owned()).or_else(|| Some(find(model)?.id.clone()));
    Ok(ModelPrice {
        id: id.filter(|_| model != "inherit").unwrap_or_else(|| model.to_owned()),
        provider: String::new(),
        names: vec![],
        tiers: vec![tier],
        own: true,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::units::Tokens;

    #[test]
    fn own_prices_stand_before_the_tables() {
        let own = OwnPrices::read(&json!({
            "opus": {"input": 1, "output": 2},
            "local-llama": {"input": 0, "output": 0.5, "cacheRead": 0},
        }));
        let own = own.unwrap();
        let million = Usage { input: Tokens(1_000_000), output: Tokens(1_000_000), ..Usage::default() };
        assert_eq!(own.cost("opus", &million), Some(Usd(3.0)));
        assert_eq!(own.cost("anthropic/claude-opus-5-5", &million), Some(Usd(3.0)), "the model the alias means");
        assert_eq!(
            own.cost("claude-opus-5", &million),
            crate::prices::cost("claude-opus-5", &million),
            "another model"
        );
        assert_eq!(own.cost("local-llama", &million), Some(Usd(0.5)));
        assert_eq!(own.cost("other-llama", &million), None);
        assert_eq!(OwnPrices::read(&own.to_json()).unwrap(), own);
        let first = OwnPrices::read(&json!({"opus": {"input": 9, "output": 9}})).unwrap().or(&own);
        assert_eq!(first.cost("opus", &million), Some(Usd(18.0)));
        assert_eq!(first.cost("local-llama", &million), Some(Usd(0.5)));
    }

    #[test]
    fn what_is_no_price_is_told_with_its_place() {
        let wrong = |prices: Value| OwnPrices::read(&prices).unwrap_err();
        let shown = [
            wrong(json!([1])),
            wrong(json!({"opus": 4})),
            wrong(json!({"opus": {"input": 4}})),
            wrong(json!({"opus": {"input": -4, "output": 1}})),
            wrong(json!({"opus": {"input": 4, "output": 1, "cache": 1}})),
        ];
        expect_test::expect![[r#"
            prices are an object: `{"opus": {"input": 4, "output": 20}}`
            `opus` takes dollars per million tokens: `{"input": 4, "output": 20}`, and `cacheRead` and `cacheWrite`
            `opus` takes dollars per million tokens: `{"input": 4, "output": 20}`, and `cacheRead` and `cacheWrite`
            `opus.input` must be a number, 0 or more, in dollars per million tokens
            `opus.cache` is no price; `opus` takes dollars per million tokens: `{"input": 4, "output": 20}`, and `cacheRead` and `cacheWrite`"#]].assert_eq(&shown.join("\n"));
    }
}
