//! What is known of a value in a few bits: cheap enough to ask of every expression of a script.

use super::{Plan, Why, contents::Content, reify::Reifier, val::Val};
use crate::text::Span;

/// The kinds of value an expression can be, and what rules ask of most of them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Glance<'p> {
    kinds: u8,
    /// Nothing is known.
    pub unknown: bool,
    /// What makes it `null`.
    pub null: Option<&'p Why>,
    /// Whether it can be `undefined`.
    pub undefined: bool,
    /// Whether a string it can be is (part of) what an agent without schema wrote, and no JSON text.
    pub agent_text: bool,
    /// Whether an object it can be has its shape from a schema.
    pub from_schema: bool,
    /// What filtering dropped elements of an array it can be.
    pub filtered: Option<&'p Why>,
}

const BOOLEAN: u8 = 1;
const NUMBER: u8 = 1 << 1;
const STRING: u8 = 1 << 2;
const ARRAY: u8 = 1 << 3;
const OBJECT: u8 = 1 << 4;
const FUNCTION: u8 = 1 << 5;
const PROMISE: u8 = 1 << 6;
const OTHER: u8 = 1 << 7;

impl Glance<'_> {
    /// As [`super::Value::is_string_or_nullish`].
    pub fn is_string_or_nullish(&self) -> bool {
        self.kinds == STRING && !self.unknown
    }

    /// As [`super::Value::is_array_or_nullish`].
    pub fn is_array_or_nullish(&self) -> bool {
        self.kinds == ARRAY && !self.unknown
    }

    /// As [`super::Value::is_object_or_nullish`].
    pub fn is_object_or_nullish(&self) -> bool {
        self.kinds == OBJECT && !self.unknown
    }

    /// Whether it can be a string.
    pub fn may_be_string(&self) -> bool {
        self.kinds & STRING != 0
    }
}

impl Plan {
    /// As [`Plan::value_at`], in a few bits. Reasons are where they were when the script was interpreted.
    pub(crate) fn glance_at(&self, span: Span) -> Option<Glance<'_>> {
        self.val(span).map(|val| self.facts.reifier.glance(val))
    }

    /// Whether an object that the expression at exactly `span` can be is known to have, or may have, a field `name`.
    pub fn has_field_at(&self, span: Span, name: &str) -> bool {
        let facts = &self.facts;
        let has = |addr: &u32| match facts.reifier.heap.get(*addr) {
            Content::Object(object) => object.fields.iter().any(|f| &*f.name == name),
            _ => false,
        };
        self.val(span).is_some_and(|val| val.refs.as_slice().iter().any(has))
    }
}

impl Reifier {
    fn glance(&self, val: &Val) -> Glance<'_> {
        let mut glance = Glance {
            kinds: 0,
            unknown: val.unknown.is_some(),
            null: val.null.and_then(|why| self.whys.get(why as usize)),
            undefined: val.undef.is_some(),
            agent_text: val.str.as_ref().is_some_and(|s| s.from_agent && s.json.is_none()),
            from_schema: false,
            filtered: None,
        };
        let own = [
            (val.yes || val.no, BOOLEAN),
            (val.num.is_some(), NUMBER),
            (val.str.is_some(), STRING),
            (val.builtin.is_some(), FUNCTION),
        ];
        own.iter().filter(|(there, _)| *there).for_each(|(_, kind)| glance.kinds |= kind);
        for addr in val.refs.as_slice() {
            glance.kinds |= match self.heap.get(*addr) {
                Content::Array(array) => {
                    let why = array.filtered.and_then(|why| self.whys.get(why as usize));
                    glance.filtered = glance.filtered.or(why);
                    ARRAY
                }
                Content::Object(object) => {
                    glance.from_schema |= object.schema.is_some();
                    OBJECT
                }
                Content::Fun(_) => FUNCTION,
                Content::Promise(_) => PROMISE,
                Content::Map(_) | Content::Set(_) | Content::Iterator(_) | Content::Other(_) => OTHER,
                Content::Var(_) | Content::Pending(_) => 0,
            };
        }
        glance
    }
}

#[cfg(test)]
mod tests {
    use super::super::reify::Words;
    use crate::{Context, script};

    #[test]
    fn a_glance_agrees_with_the_value() {
        let text = "const a = await agent('x', { schema: { type: 'object', properties: { b: { type: 'string' } } } })
            const t = await agent('y'); const list = [a, t].filter(Boolean), f = async () => args, n = args.n ? 1 : null
            log(`${a} ${a?.b} ${t} ${list} ${f} ${f()} ${n} ${args} ${new Map()} ${list.length > 1}`)";
        let plan = crate::plan::interpret(&script::parse(text), &Context::default());
        assert!(plan.facts.values.iter().count() > 20);
        for (span, val) in plan.facts.values.iter().map(|(span, seen)| (span, seen.val())) {
            let (glance, value) = (plan.facts.reifier.glance(val), plan.facts.reifier.outline(val, Words::Now(&[])));
            let shown = span.slice(text);
            assert_eq!(glance.unknown, value.is_unknown(), "{shown}");
            assert_eq!(glance.null, value.null.as_ref(), "{shown}");
            assert_eq!(glance.undefined, value.may_be_undefined(), "{shown}");
            assert_eq!(glance.is_string_or_nullish(), value.is_string_or_nullish(), "{shown}");
            assert_eq!(glance.is_array_or_nullish(), value.is_array_or_nullish(), "{shown}");
            assert_eq!(glance.is_object_or_nullish(), value.is_object_or_nullish(), "{shown}");
            assert_eq!(glance.may_be_string(), value.string.is_some(), "{shown}");
            assert_eq!(glance.agent_text, value.string.as_ref().is_some_and(|s| s.from_agent && !s.json), "{shown}");
            let from_schema = value.object.as_ref().is_some_and(|o| o.from_schema.is_some());
            assert_eq!(glance.from_schema, from_schema, "{shown}");
            assert_eq!(glance.filtered, value.array.as_ref().and_then(|a| a.filtered.as_ref()), "{shown}");
            for name in ["a", "b", "length", "n"] {
                let has = value.object.as_ref().is_some_and(|o| o.fields.iter().any(|f| f.name == name));
                assert_eq!(plan.has_field_at(span, name), has, "{shown}.{name}");
            }
        }
    }
}
