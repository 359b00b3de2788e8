//! What is known of a value: the answer to "what can this expression be?".

use std::fmt;

use super::Why;

/// All a value can be, over every run: the union of its parts. A value with no part at all is never there.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Value {
    /// `undefined`, and what makes it so.
    pub undefined: Option<Why>,
    /// `null`, and what makes it so: a skipped agent, a failed slot, a `null` in the text.
    pub null: Option<Why>,
    /// `true` is possible.
    pub may_be_true: bool,
    /// `false` is possible.
    pub may_be_false: bool,
    /// A number.
    pub number: Option<NumberFacts>,
    /// A string.
    pub string: Option<StringFacts>,
    /// An array.
    pub array: Option<Box<ArrayFacts>>,
    /// An object that is none of the others.
    pub object: Option<Box<ObjectFacts>>,
    /// A function.
    pub function: Option<FunctionFacts>,
    /// A promise, with what it resolves to.
    pub promise: Option<Box<Value>>,
    /// Something else the interpreter has a name for: `Map`, `Set`, `RegExp`, `Date`, `Error`.
    pub other: Option<&'static str>,
    /// Anything at all: nothing is known, because. The other parts are then only examples.
    pub unknown: Option<Why>,
}

/// What is known of a number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NumberFacts {
    /// Least; `-∞` where nothing bounds it.
    pub low: f64,
    /// Greatest; `∞` where nothing bounds it.
    pub high: f64,
}

/// What is known of a string.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StringFacts {
    /// All texts it can be, where they are known; never empty then.
    pub one_of: Option<Vec<String>>,
    /// Fewest bytes.
    pub low: u64,
    /// Most bytes.
    pub high: Option<u64>,
    /// It is the JSON text of something.
    pub json: bool,
    /// It is (part of) what an agent without schema wrote.
    pub from_agent: bool,
}

/// What is known of an array.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ArrayFacts {
    /// Fewest elements.
    pub low: u64,
    /// Most elements.
    pub high: Option<u64>,
    /// All elements taken together.
    pub element: Value,
    /// Each element, where the array is known element by element.
    pub elements: Option<Vec<Value>>,
    /// What filtering dropped elements, so positions no longer match those of its source.
    pub filtered: Option<Why>,
}

/// What is known of an object.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ObjectFacts {
    /// Fields in order of their first appearance.
    pub fields: Vec<Field>,
    /// Whether there can be other fields.
    pub open: bool,
    /// The `agent(…)` call whose schema gives the shape.
    pub from_schema: Option<Why>,
}

/// One field of an object.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Its value where it is there.
    pub value: Value,
    /// Whether it can be missing.
    pub optional: bool,
}

/// What is known of a function.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FunctionFacts {
    /// Whether every candidate is `async`.
    pub is_async: bool,
    /// Number of parameters before the first optional one, of the first candidate.
    pub parameters: usize,
    /// Where the candidates are written; empty for built-ins.
    pub declared: Vec<crate::text::Span>,
}

/// What reading a property gives.
#[derive(Clone, Debug, PartialEq)]
pub enum Lookup {
    /// The property is there.
    Present(Value),
    /// It can be missing.
    Optional(Value),
    /// No candidate has it.
    Absent,
    /// The value is not known well enough.
    Unknown,
}

impl Value {
    /// Whether `null` is possible for all that is known. `false` for a value of which nothing is known.
    pub fn may_be_null(&self) -> bool {
        self.null.is_some()
    }

    /// Whether `undefined` is possible for all that is known.
    pub fn may_be_undefined(&self) -> bool {
        self.undefined.is_some()
    }

    /// What makes the value `null` or `undefined`.
    pub fn nullish_because(&self) -> Option<&Why> {
        self.null.as_ref().or(self.undefined.as_ref())
    }

    /// Whether nothing is known.
    pub fn is_unknown(&self) -> bool {
        self.unknown.is_some()
    }

    /// The text, if the value is one known string.
    pub fn as_str(&self) -> Option<&str> {
        match self.texts()? {
            [one] if self.only(Part::String) => Some(one),
            _ => None,
        }
    }

    /// The texts of the string part, where all are known. The value can have other parts.
    pub fn texts(&self) -> Option<&[String]> {
        self.string.as_ref()?.one_of.as_deref()
    }

    /// The number, if the value is one known number.
    pub fn as_number(&self) -> Option<f64> {
        self.number.filter(|n| n.low == n.high && self.only(Part::Number)).map(|n| n.low)
    }

    /// What the promise part resolves to. The value can have other parts.
    pub fn promise(&self) -> Option<&Value> {
        self.promise.as_deref()
    }

    /// Whether the value is a promise in every run.
    pub fn is_promise(&self) -> bool {
        self.promise.is_some() && self.only(Part::Promise)
    }

    /// Whether the value is a string in every run.
    pub fn is_string(&self) -> bool {
        self.string.is_some() && self.only(Part::String)
    }

    /// Whether the value is an array in every run.
    pub fn is_array(&self) -> bool {
        self.array.is_some() && self.only(Part::Array)
    }

    /// Whether the value is a function in every run.
    pub fn is_function(&self) -> bool {
        self.function.is_some() && self.only(Part::Function)
    }

    /// Whether the value is a plain object in every run.
    pub fn is_object(&self) -> bool {
        self.object.is_some() && self.only(Part::Object)
    }

    /// Fewest and most elements of the array part.
    pub fn array_len(&self) -> Option<(u64, Option<u64>)> {
        self.array.as_ref().map(|a| (a.low, a.high))
    }

    /// The property `name`, looking at the object part only.
    pub fn field(&self, name: &str) -> Lookup {
        let Some(object) = self.object.as_ref() else {
            return Lookup::Unknown;
        };
        match object.fields.iter().find(|f| f.name == name) {
            _ if self.is_unknown() => Lookup::Unknown,
            Some(f) if f.optional => Lookup::Optional(f.value.clone()),
            Some(f) => Lookup::Present(f.value.clone()),
            None if object.open => Lookup::Unknown,
            None => Lookup::Absent,
        }
    }

    /// Whether the value is a string in every run that does not make it `null` or `undefined`.
    pub fn is_string_or_nullish(&self) -> bool {
        self.string.is_some() && self.only_or_nullish(Part::String)
    }

    /// Whether the value is an array in every run that does not make it `null` or `undefined`.
    pub fn is_array_or_nullish(&self) -> bool {
        self.array.is_some() && self.only_or_nullish(Part::Array)
    }

    /// Whether the value is a plain object in every run that does not make it `null` or `undefined`.
    pub fn is_object_or_nullish(&self) -> bool {
        self.object.is_some() && self.only_or_nullish(Part::Object)
    }

    /// The value without `null` and `undefined`.
    pub fn non_nullish(&self) -> Value {
        Value { null: None, undefined: None, ..self.clone() }
    }

    fn only(&self, part: Part) -> bool {
        self.undefined.is_none() && self.null.is_none() && self.only_or_nullish(part)
    }

    fn only_or_nullish(&self, part: Part) -> bool {
        let others = [
            (Part::Boolean, self.may_be_true || self.may_be_false),
            (Part::Number, self.number.is_some()),
            (Part::String, self.string.is_some()),
            (Part::Array, self.array.is_some()),
            (Part::Object, self.object.is_some()),
            (Part::Function, self.function.is_some()),
            (Part::Promise, self.promise.is_some()),
            (Part::Other, self.other.is_some()),
        ];
        self.unknown.is_none() && others.into_iter().all(|(p, there)| !there || p == part)
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Part {
    Boolean,
    Number,
    String,
    Array,
    Object,
    Function,
    Promise,
    Other,
}

impl fmt::Display for Value {
    /// As hover shows it: `{findings: {file: string}[] (0..10)} | null`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.unknown.is_some() {
            return f.write_str("unknown");
        }
        let mut parts: Vec<String> = Vec::new();
        parts.extend(self.promise.as_ref().map(|p| format!("Promise<{p}>")));
        parts.extend(self.array.as_ref().map(|a| a.to_string()));
        parts.extend(self.object.as_ref().map(|o| o.to_string()));
        parts.extend(self.function.as_ref().map(|_| "function".to_owned()));
        parts.extend(self.other.map(str::to_owned));
        if let Some(s) = &self.string {
            parts.push(s.to_string());
        }
        parts.extend(self.number.map(|n| n.to_string()));
        match (self.may_be_true, self.may_be_false) {
            (true, true) => parts.push("boolean".into()),
            (true, false) => parts.push("true".into()),
            (false, true) => parts.push("false".into()),
            (false, false) => {}
        }
        parts.extend(self.null.as_ref().map(|_| "null".to_owned()));
        parts.extend(self.undefined.as_ref().map(|_| "undefined".to_owned()));
        f.write_str(&if parts.is_empty() { "never".to_owned() } else { parts.join(" | ") })
    }
}

impl fmt::Display for NumberFacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.low == self.high { write!(f, "{}", self.low) } else { f.write_str("number") }
    }
}

impl fmt::Display for StringFacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.one_of {
            Some(texts) if texts.len() <= 6 && texts.iter().all(|t| t.len() <= 40) => {
                let quoted: Vec<String> = texts.iter().map(|t| format!("'{}'", t.escape_debug())).collect();
                f.write_str(&quoted.join(" | "))
            }
            _ => f.write_str("string"),
        }
    }
}

impl fmt::Display for ArrayFacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let element = self.element.to_string();
        match (self.low, self.high) {
            (0, Some(0)) => return f.write_str("[]"),
            _ if element.contains(" | ") => write!(f, "({element})[]")?,
            _ => write!(f, "{element}[]")?,
        }
        match (self.low, self.high) {
            (low, Some(high)) if low == high => write!(f, " ({low})"),
            (low, Some(high)) => write!(f, " ({low}..{high})"),
            (0, None) => Ok(()),
            (low, None) => write!(f, " ({low}..)"),
        }
    }
}

impl fmt::Display for ObjectFacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut fields: Vec<String> = self.fields.iter().map(Field::to_string).collect();
        if self.open {
            fields.push("…".into());
        }
        write!(f, "{{{}}}", fields.join(", "))
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}: {}", self.name, if self.optional { "?" } else { "" }, self.value)
    }
}
