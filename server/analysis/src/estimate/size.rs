//! How many tokens a text that is not written yet will have.

use serde_json::Value;

use super::priors::{self, Prior};
use crate::{
    plan::{Plan, Prompt, PromptPart},
    tokens,
};

/// Tokens, low, likely and high, and the priors they rest on.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Size {
    pub(super) low: u64,
    pub(super) likely: u64,
    pub(super) high: u64,
    pub(super) assumed: Vec<&'static Prior>,
}

/// `$ref` may turn in circles; an answer does not.
const DEEPEST: usize = 8;

impl Size {
    pub(super) fn exactly(n: u64) -> Self {
        Self { low: n, likely: n, high: n, assumed: vec![] }
    }

    fn between(low: u64, likely: u64, high: u64) -> Self {
        Self { low, likely: likely.clamp(low, high.max(low)), high: high.max(low), assumed: vec![] }
    }

    pub(super) fn prior(prior: &'static Prior) -> Self {
        Self { assumed: vec![prior], ..Self::between(prior.low, prior.likely, prior.high) }
    }

    /// Both, one after the other.
    pub(super) fn and(mut self, other: Size) -> Self {
        self.low = self.low.saturating_add(other.low);
        self.likely = self.likely.saturating_add(other.likely);
        self.high = self.high.saturating_add(other.high);
        priors::assume(&mut self.assumed, other.assumed);
        self
    }

    /// One or the other.
    fn or(mut self, other: Size) -> Self {
        self.low = self.low.min(other.low);
        self.likely = self.likely.midpoint(other.likely);
        self.high = self.high.max(other.high);
        priors::assume(&mut self.assumed, other.assumed);
        self
    }

    fn times(mut self, low: u64, likely: u64, high: u64) -> Self {
        self.low = self.low.saturating_mul(low);
        self.likely = self.likely.saturating_mul(likely);
        self.high = self.high.saturating_mul(high);
        self
    }
}

/// A prompt: its text, and what fills its holes. Where they meet, a token more or less.
pub(super) fn prompt(plan: &Plan, prompt: &Prompt) -> Size {
    let parts = prompt.parts.iter().map(|part| match part {
        PromptPart::Text(text) => Size::exactly(tokens::count(text).0),
        PromptPart::Hole { span, low, high } => {
            let mut size = hole(plan.outline_at(*span).as_ref(), *low, *high);
            size.high += 1;
            size
        }
    });
    let mut all = parts.fold(Size::default(), Size::and);
    let holes = prompt.parts.iter().filter(|p| matches!(p, PromptPart::Hole { .. })).count() as u64;
    all.low = all.low.saturating_sub(holes);
    all
}

fn hole(value: Option<&crate::plan::Value>, low: u64, high: Option<u64>) -> Size {
    if let Some(texts) = value.and_then(|v| v.texts())
        && value.is_some_and(|v| v.is_string())
    {
        return one_of(texts.iter().map(|t| tokens::count(t).0));
    }
    let from_agent = value.and_then(|v| v.string.as_ref()).is_some_and(|s| s.from_agent && !s.json);
    let low = low.div_ceil(128);
    match high {
        Some(high) => Size::between(low, (low + high) / 2 / priors::BYTES_PER_TOKEN, high),
        None => {
            let open = Size::prior(if from_agent { &priors::TEXT_ANSWER } else { &priors::OPEN_HOLE });
            Size { low, likely: open.likely.max(low), high: open.high.max(low), ..open }
        }
    }
}

fn one_of(sizes: impl Iterator<Item = u64>) -> Size {
    let sizes: Vec<u64> = sizes.collect();
    let (low, high) = (sizes.iter().min(), sizes.iter().max());
    let mean = sizes.iter().sum::<u64>().checked_div(sizes.len() as u64);
    Size::between(low.copied().unwrap_or(0), mean.unwrap_or(0), high.copied().unwrap_or(0))
}

/// An answer: what satisfies its schema, as compact JSON, or text.
pub(super) fn answer(schema: Option<&Value>) -> Size {
    match schema {
        Some(schema) => Shape { root: schema }.size(schema, 0),
        None => Size::prior(&priors::TEXT_ANSWER),
    }
}

struct Shape<'a> {
    root: &'a Value,
}

impl Shape<'_> {
    fn size(&self, schema: &Value, depth: usize) -> Size {
        if depth > DEEPEST {
            return Size::prior(&priors::ANYTHING);
        }
        if let Some(target) = schema.get("$ref").and_then(Value::as_str).and_then(|r| r.strip_prefix('#')) {
            return self.root.pointer(target).map_or(Size::prior(&priors::ANYTHING), |s| self.size(s, depth + 1));
        }
        if let Some(value) = schema.get("const") {
            return Size::exactly(json_tokens(value));
        }
        if let Some(values) = schema.get("enum").and_then(Value::as_array) {
            let size = one_of(values.iter().map(json_tokens));
            return Size { low: size.low.saturating_sub(2).max(1), ..size };
        }
        if let Some(branches) = ["anyOf", "oneOf"].iter().find_map(|k| schema.get(k)?.as_array()) {
            return branches.iter().map(|b| self.size(b, depth + 1)).reduce(Size::or).unwrap_or_default();
        }
        if let Some(conjuncts) = schema.get("allOf").and_then(Value::as_array) {
            return conjuncts.iter().map(|b| self.size(b, depth + 1)).fold(Size::default(), Size::and);
        }
        match schema.get("type") {
            Some(Value::Array(kinds)) => {
                let sizes = kinds.iter().filter_map(Value::as_str).map(|kind| self.of_kind(kind, schema, depth));
                sizes.reduce(Size::or).unwrap_or_default()
            }
            Some(Value::String(kind)) => self.of_kind(kind, schema, depth),
            _ if schema.get("properties").is_some() => self.of_kind("object", schema, depth),
            _ if schema.get("items").is_some() => self.of_kind("array", schema, depth),
            _ => Size::prior(&priors::ANYTHING),
        }
    }

    fn of_kind(&self, kind: &str, schema: &Value, depth: usize) -> Size {
        let number = |key: &str| schema.get(key).and_then(Value::as_u64);
        match kind {
            "object" => self.object(schema, depth),
            "array" => {
                let least = number("minItems").unwrap_or(0);
                let item = schema.get("items").map_or(Size::prior(&priors::ANYTHING), |s| self.size(s, depth + 1));
                let item = item.and(Size { low: 0, likely: 1, high: 1, assumed: vec![] });
                let items = match number("maxItems") {
                    Some(most) => item.times(least, least.midpoint(most.max(least)), most.max(least)),
                    None => {
                        let open = &priors::OPEN_LIST;
                        let mut items =
                            item.times(least, least.saturating_add(open.likely), least.saturating_add(open.high));
                        priors::assume(&mut items.assumed, [open]);
                        items
                    }
                };
                Size { low: 0, likely: 2, high: 2, assumed: vec![] }.and(items)
            }
            "string" => self.string(number("minLength").unwrap_or(0), number("maxLength")),
            "number" | "integer" => Size::between(priors::NUMBER.low, priors::NUMBER.likely, priors::NUMBER.high),
            _ => Size::exactly(1),
        }
    }

    /// A token is a character at most, and four at a time as a rule.
    fn string(&self, least: u64, most: Option<u64>) -> Size {
        let quotes = Size { low: 0, likely: 2, high: 2, assumed: vec![] };
        let least_tokens = u64::from(least > 0);
        quotes.and(match most {
            Some(most) => Size::between(least_tokens, least.midpoint(most) / priors::BYTES_PER_TOKEN, most),
            None => {
                let open = Size::prior(&priors::STRING);
                let more = least.div_ceil(priors::BYTES_PER_TOKEN);
                Size { low: least_tokens, likely: open.likely.max(more), high: open.high.max(least * 2), ..open }
            }
        })
    }

    fn object(&self, schema: &Value, depth: usize) -> Size {
        let required: Vec<&str> =
            schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
        let braces = Size { low: 1, likely: 2, high: 2, assumed: vec![] };
        let properties = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
        properties.fold(braces, |sum, (name, property)| {
            let key = tokens::count(name).0;
            let key = Size::between(1, key + 1, tokens::count(&format!("\"{name}\":")).0 + 1);
            let mut field = key.and(self.size(property, depth + 1));
            if !required.contains(&name.as_str()) {
                field.low = 0;
            }
            sum.and(field)
        })
    }
}

fn json_tokens(value: &Value) -> u64 {
    tokens::count(&value.to_string()).0
}
