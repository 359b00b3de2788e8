//! Values that cross the border: plain data only, and a clear word on everything else.

use boa_engine::{Context, JsObject, JsValue, JsVariant, js_string, property::PropertyKey};
use serde_json::{Map, Number, Value};

/// Deeper data is refused: readers of JSON stop at 128 levels, and a few of them are the journal's own.
const DEEPEST: usize = 100;

/// What becomes of `undefined` inside of data.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Undefined {
    /// It is refused.
    Refused,
    /// The member is left out; in a list it becomes `null`.
    Dropped,
}

/// The JSON of a value; `None` for `undefined`. The error names the path to what JSON cannot say, from `root` on.
pub(super) fn to_json(
    value: &JsValue,
    root: &str,
    undefined: Undefined,
    context: &mut Context,
) -> Result<Option<Value>, String> {
    if value.is_undefined() {
        return Ok(None);
    }
    let mut walk = Walk { path: root.to_owned(), root: root.len(), above: Vec::new(), undefined, context };
    walk.value(value)
}

/// The value of a JSON text. Numbers, strings, lists and objects only, so nothing of the other side comes along.
pub(super) fn from_json(json: &Value, context: &mut Context) -> Result<JsValue, String> {
    JsValue::from_json(json, context).map_err(|e| e.to_string())
}

struct Walk<'a> {
    path: String,
    root: usize,
    above: Vec<JsObject>,
    undefined: Undefined,
    context: &'a mut Context,
}

impl Walk<'_> {
    fn refuse<T>(&self, what: &str) -> Result<T, String> {
        let (root, path) = self.path.split_at(self.root);
        let place = match path {
            "" => root.to_owned(),
            path => format!("{root} at `{}`", path.trim_start_matches('.')),
        };
        Err(format!("{place} is {what}, which JSON cannot say; give plain data"))
    }

    fn value(&mut self, value: &JsValue) -> Result<Option<Value>, String> {
        match value.variant() {
            JsVariant::Null => Ok(Some(Value::Null)),
            JsVariant::Boolean(b) => Ok(Some(Value::Bool(b))),
            JsVariant::Integer32(n) => Ok(Some(Value::from(n))),
            JsVariant::Float64(n) => self.number(n).map(Some),
            JsVariant::String(text) => Ok(Some(Value::String(text.to_std_string_lossy()))),
            JsVariant::Undefined if self.undefined == Undefined::Dropped => Ok(None),
            JsVariant::Undefined => self.refuse("undefined"),
            JsVariant::BigInt(_) => self.refuse("a BigInt"),
            JsVariant::Symbol(_) => self.refuse("a symbol"),
            JsVariant::Object(object) => self.object(&object).map(Some),
        }
    }

    fn number(&self, n: f64) -> Result<Value, String> {
        // Beyond 2^53 not every whole number is a double, and JSON writers differ.
        if n.fract() == 0.0 && n.abs() <= 9_007_199_254_740_992.0 {
            return Ok(Value::from(n as i64));
        }
        match Number::from_f64(n) {
            Some(number) => Ok(Value::Number(number)),
            None if n.is_nan() => self.refuse("NaN"),
            None => self.refuse("Infinity"),
        }
    }

    fn object(&mut self, object: &JsObject) -> Result<Value, String> {
        if self.above.iter().any(|o| JsObject::equals(o, object)) {
            return self.refuse("a ring: it contains itself");
        }
        if self.above.len() >= DEEPEST {
            return self.refuse("nested too deep");
        }
        if object.is_callable() {
            return self.refuse("a function");
        }
        self.above.push(object.clone());
        let made = if object.is_array() { self.list(object) } else { self.members(object) };
        self.above.pop();
        made
    }

    fn list(&mut self, object: &JsObject) -> Result<Value, String> {
        let length = self.get(object, js_string!("length").into())?.as_number().unwrap_or(0.0) as u64;
        let mut items = Vec::new();
        let end = self.path.len();
        for index in 0..length {
            self.path.push_str(&format!("[{index}]"));
            let item = self.get(object, PropertyKey::from(index))?;
            items.push(self.value(&item)?.unwrap_or(Value::Null));
            self.path.truncate(end);
        }
        Ok(Value::Array(items))
    }

    fn members(&mut self, object: &JsObject) -> Result<Value, String> {
        // Every realm has an `Object.prototype` of its own, and objects of a nested workflow can be of either; none has a prototype.
        if object.prototype().is_some_and(|p| p.prototype().is_some()) {
            let name = self.class_name(object);
            return self.refuse(&name);
        }
        let keys = object.own_property_keys(self.context).map_err(|e| e.to_string())?;
        let mut members = Map::new();
        let end = self.path.len();
        for key in keys {
            let name = match &key {
                PropertyKey::String(name) => name.to_std_string_lossy(),
                PropertyKey::Index(index) => index.get().to_string(),
                PropertyKey::Symbol(_) => continue,
            };
            self.path.push('.');
            self.path.push_str(&name);
            let member = self.get(object, key)?;
            if let Some(value) = self.value(&member)? {
                members.insert(name, value);
            }
            self.path.truncate(end);
        }
        Ok(Value::Object(members))
    }

    fn class_name(&mut self, object: &JsObject) -> String {
        let constructor = self.get(object, js_string!("constructor").into()).ok().and_then(|c| c.as_object());
        let name = constructor.and_then(|c| self.get(&c, js_string!("name").into()).ok());
        let name = name.and_then(|n| n.as_string().map(|n| n.to_std_string_lossy())).unwrap_or_default();
        let article = if name.starts_with(['A', 'E', 'I', 'O']) { "an" } else { "a" };
        if name.is_empty() { "an object of a class".into() } else { format!("{article} {name}") }
    }

    fn get(&mut self, object: &JsObject, key: PropertyKey) -> Result<JsValue, String> {
        object.get(key, self.context).map_err(|e| format!("reading the data threw: {e}"))
    }
}
