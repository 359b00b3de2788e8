//! Values that satisfy a JSON Schema.

use serde_json::{Map, Number, Value};

use super::{pattern, random::Random, words};

/// Deeper than this, lists are empty and optional properties left out, so that recursive schemas end.
const DEEP: usize = 6;

/// Lists without an upper bound get at most this many items above their lower bound.
const SPREAD: u64 = 4;

/// A value for `schema`. Keywords it does not know are left to the scheduler's check of the answer.
pub(super) fn satisfying(schema: &Value, random: &mut Random) -> Value {
    Maker { root: schema, random }.make(schema, "", 0)
}

struct Maker<'a, 'r> {
    root: &'a Value,
    random: &'r mut Random,
}

impl Maker<'_, '_> {
    fn make(&mut self, schema: &Value, name: &str, depth: usize) -> Value {
        let Some(schema) = self.resolved(schema, 0) else { return Value::String(words::word(self.random)) };
        if let Some(value) = schema.get("const") {
            return value.clone();
        }
        if let Some(choices) = schema.get("enum").and_then(Value::as_array) {
            return self.random.pick(choices).cloned().unwrap_or(Value::Null);
        }
        match self.kind(&schema) {
            "object" => self.object(&schema, depth),
            "array" => self.array(&schema, name, depth),
            "integer" => self.number(&schema, true),
            "number" => self.number(&schema, false),
            "boolean" => Value::Bool(self.random.below(2) == 1),
            "null" => Value::Null,
            _ => self.string(&schema, name),
        }
    }

    /// The schema with `$ref`, `allOf`, `anyOf` and `oneOf` worked in: one branch chosen, all conjuncts merged.
    fn resolved(&mut self, schema: &Value, depth: usize) -> Option<Map<String, Value>> {
        let mut merged = schema.as_object()?.clone();
        if depth > 16 {
            return Some(merged);
        }
        if let Some(reference) = merged.shift_remove("$ref") {
            let target = self.root.pointer(reference.as_str()?.strip_prefix('#')?)?.clone();
            merge(&mut merged, self.resolved(&target, depth + 1)?);
        }
        for conjunct in merged.shift_remove("allOf").as_ref().and_then(Value::as_array).into_iter().flatten() {
            let conjunct = self.resolved(conjunct, depth + 1)?;
            merge(&mut merged, conjunct);
        }
        for choice in ["anyOf", "oneOf"] {
            if let Some(Value::Array(branches)) = merged.shift_remove(choice) {
                let branch = self.random.pick(&branches).cloned()?;
                let branch = self.resolved(&branch, depth + 1)?;
                merge(&mut merged, branch);
            }
        }
        Some(merged)
    }

    fn kind<'s>(&mut self, schema: &'s Map<String, Value>) -> &'s str {
        let named = match schema.get("type") {
            Some(Value::Array(kinds)) => self.random.pick(kinds).and_then(Value::as_str),
            Some(kind) => kind.as_str(),
            None => None,
        };
        named.unwrap_or_else(|| {
            let has = |keys: &[&str]| keys.iter().any(|k| schema.contains_key(*k));
            if has(&["properties", "required", "additionalProperties"]) {
                "object"
            } else if has(&["items", "prefixItems", "minItems", "maxItems"]) {
                "array"
            } else if has(&["minimum", "maximum", "multipleOf"]) {
                "number"
            } else {
                "string"
            }
        })
    }

    fn object(&mut self, schema: &Map<String, Value>, depth: usize) -> Value {
        let required: Vec<&str> =
            schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
        let mut object = Map::new();
        for (name, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
            let wanted = required.contains(&name.as_str()) || (depth < DEEP && self.random.below(5) > 0);
            if wanted && *property != Value::Bool(false) {
                object.insert(name.clone(), self.make(property, name, depth + 1));
            }
        }
        let open = schema.get("additionalProperties").cloned().unwrap_or(Value::Bool(true));
        for name in required {
            if !object.contains_key(name) {
                object.insert(name.to_owned(), self.make(&open, name, depth + 1));
            }
        }
        let least = number(schema, "minProperties").unwrap_or(0.0) as usize;
        while object.len() < least.min(100) {
            let name = format!("{}{}", words::word(self.random), object.len());
            let value = self.make(&open, &name, depth + 1);
            object.insert(name, value);
        }
        Value::Object(object)
    }

    fn array(&mut self, schema: &Map<String, Value>, name: &str, depth: usize) -> Value {
        let least = number(schema, "minItems").unwrap_or(0.0) as u64;
        let most = number(schema, "maxItems").map_or(least + SPREAD, |n| n as u64).min(least + SPREAD);
        let count = if depth >= DEEP { least } else { self.random.between(least, most.max(least)) };
        let any = Value::Bool(true);
        let first = schema.get("prefixItems").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let unique = schema.get("uniqueItems") == Some(&Value::Bool(true));
        let singular = name.strip_suffix('s').unwrap_or(name);
        let mut items: Vec<Value> = Vec::new();
        let count = count.max(if least > 0 { first.len() as u64 } else { 0 }.min(most)).min(10_000);
        let mut tries = count * 20;
        while (items.len() as u64) < count && tries > 0 {
            tries -= 1;
            let of = first.get(items.len()).or_else(|| schema.get("items")).unwrap_or(&any).clone();
            let item = self.make(&of, singular, depth + 1);
            if !unique || !items.contains(&item) {
                items.push(item);
            }
        }
        Value::Array(items)
    }

    fn number(&mut self, schema: &Map<String, Value>, whole: bool) -> Value {
        let step = number(schema, "multipleOf").filter(|s| *s > 0.0).or(whole.then_some(1.0));
        let above = number(schema, "exclusiveMinimum");
        let below = number(schema, "exclusiveMaximum");
        let hair = step.unwrap_or(1e-3);
        let least = [number(schema, "minimum"), above.map(|n| n + hair)].into_iter().flatten().reduce(f64::max);
        let most = [number(schema, "maximum"), below.map(|n| n - hair)].into_iter().flatten().reduce(f64::min);
        let (least, most) = match (least, most) {
            (Some(a), Some(b)) => (a, b),
            (Some(a), None) => (a, a + 100.0),
            (None, Some(b)) => (b - 100.0, b),
            (None, None) => (0.0, 100.0),
        };
        let drawn = match step {
            Some(step) => {
                let (first, last) = ((least / step).ceil(), (most / step).floor());
                let count = (last - first).max(0.0) as u64;
                (first + self.random.between(0, count) as f64) * step
            }
            None => {
                ((least + (most - least) * self.random.fraction()) * 1e3).round().clamp(least * 1e3, most * 1e3) / 1e3
            }
        };
        if drawn.fract() == 0.0 && drawn.abs() < 9e15 {
            return Value::from(drawn as i64);
        }
        Number::from_f64(drawn).map(Value::Number).unwrap_or(Value::Null)
    }

    fn string(&mut self, schema: &Map<String, Value>, name: &str) -> Value {
        let least = number(schema, "minLength").unwrap_or(0.0) as usize;
        let most = number(schema, "maxLength").map_or(usize::MAX, |n| n as usize);
        if let Some(made) =
            schema.get("pattern").and_then(Value::as_str).and_then(|p| pattern::matching(p, self.random))
        {
            return Value::String(made);
        }
        let text = match schema.get("format").and_then(Value::as_str) {
            Some("date-time") => "2026-01-02T03:04:05Z".into(),
            Some("date") => "2026-01-02".into(),
            Some("time") => "03:04:05Z".into(),
            Some("email") => format!("{}@example.com", words::word(self.random)),
            Some("uri" | "url") => format!("https://example.com/{}", words::word(self.random)),
            Some("uuid") => format!("00000000-0000-4000-8000-{:012x}", self.random.below(1 << 48)),
            Some("ipv4") => "192.0.2.1".into(),
            _ => fitted(words::for_property(name, self.random), least, most, self.random),
        };
        Value::String(text)
    }
}

/// `text` made long enough, then short enough.
fn fitted(mut text: String, least: usize, most: usize, random: &mut Random) -> String {
    while text.chars().count() < least.min(100_000) {
        text.push(' ');
        text.push_str(&words::sentence(random));
    }
    if text.chars().count() > most {
        text = text.chars().take(most).collect();
        let trimmed = text.trim_end();
        if trimmed.chars().count() >= least {
            text.truncate(trimmed.len());
        }
    }
    text
}

fn number(schema: &Map<String, Value>, key: &str) -> Option<f64> {
    schema.get(key).and_then(Value::as_f64)
}

/// Works `from` into `into`: properties and required lists are joined, every other keyword of `from` wins.
fn merge(into: &mut Map<String, Value>, from: Map<String, Value>) {
    for (key, value) in from {
        match (into.get_mut(&key), value) {
            (Some(Value::Object(old)), Value::Object(new)) if key == "properties" => old.extend(new),
            (Some(Value::Array(old)), Value::Array(new)) if key == "required" => old.extend(new),
            (_, value) => {
                into.insert(key, value);
            }
        }
    }
}
