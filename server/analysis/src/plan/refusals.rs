//! Calls of primitives that the runtime refuses: they throw before anything is called.
//!
//! What the runtime takes as it is, is known here to be taken; of everything else it may be refused. Where the script catches that, the call is
//! not certain to be made.

use super::{
    PromptPart,
    contents::Content,
    interp::Interp,
    record::Wording,
    strings::Str,
    sum::WhyId,
    val::{Addr, Refs, Val},
};
use crate::{
    text::Span,
    vocabulary::{AGENT_OPTIONS, is_taken_schema},
};

/// Deepest data that is looked into.
const DEEPEST: u32 = 16;

impl Interp<'_> {
    /// Why the runtime may refuse a call of `agent`, if it may: its prompt can be empty or no text, or an option can be one that it does not take.
    pub(super) fn refusal(&mut self, prompt: (&Val, Span), options: (&Val, Span)) -> Option<WhyId> {
        let (val, at) = prompt;
        if !is_prompt(val) {
            let because = self.decided_by(val);
            return Some(
                self.thrown_by(at, format_args!("no agent is called where its prompt is empty or no text{because}")),
            );
        }
        let (val, at) = options;
        if val.is_nullish() {
            return None;
        }
        if !(Val { refs: Refs::None, ..val.without_nullish() }).is_never() {
            let because = self.decided_by(val);
            return Some(
                self.thrown_by(at, format_args!("no agent is called where its options are no object{because}")),
            );
        }
        val.refs.as_slice().iter().find_map(|addr| self.refused_options(*addr, at))
    }

    /// A reason to throw. Counts are shown with what keeps them open before what may keep them low.
    fn thrown_by(&mut self, at: Span, text: impl Wording) -> WhyId {
        let why = self.why(at, text);
        self.record.refusals.insert(why);
        why
    }

    fn refused_options(&mut self, addr: Addr, at: Span) -> Option<WhyId> {
        let content = self.heap.get(addr).clone();
        let options = match &content {
            Content::Object(o) if !self.heap.slots[addr as usize].open && o.class.is_none() && !o.error => o,
            _ => return Some(self.thrown_by(at, "no agent is called where its options are no plain object")),
        };
        if options.rest.is_some() {
            return Some(
                self.thrown_by(at, "no agent is called where an option is not taken, and not all options are known"),
            );
        }
        for field in &options.fields {
            if field.accessor || !self.is_taken(&field.name, &field.val) {
                let because = self.decided_by(&field.val);
                let text = format!("no agent is called where the option `{}` is not taken{because}", field.name);
                return Some(self.thrown_by(at, text));
            }
        }
        None
    }

    /// Whether the runtime is certain to take `val` as the option `name`.
    fn is_taken(&mut self, name: &str, val: &Val) -> bool {
        let given = val.without_nullish();
        if given.is_never() {
            return true;
        }
        match name {
            "model" | "agentType" => given.only_str() && given.str.as_ref().is_some_and(|s| !s.may_be_empty()),
            "effort" | "isolation" => {
                let values = AGENT_OPTIONS.iter().find(|o| o.name == name).map(|o| o.ty.values()).unwrap_or_default();
                let texts = given.str.as_ref().filter(|_| given.only_str()).and_then(|s| s.texts());
                texts.is_some_and(|texts| texts.iter().all(|text| values.contains(&&**text)))
            }
            "stallMs" => {
                let num = given.num.as_deref().filter(|_| given.only_num());
                num.is_some_and(|n| !n.nan && n.lo >= 1.0 && n.hi <= 1e15)
            }
            "schema" => {
                let places = given.refs.as_slice();
                let only_places = Val { refs: Refs::None, ..given.clone() }.is_never();
                only_places && places.iter().all(|addr| self.is_taken_schema(*addr))
            }
            _ => self.is_data(&given, 0),
        }
    }

    fn is_taken_schema(&mut self, addr: Addr) -> bool {
        let constant = self.constant(addr);
        match (constant.taken, &constant.json) {
            (Some(known), _) => known,
            (None, json) => *constant.taken.insert(json.as_deref().is_some_and(is_taken_schema)),
        }
    }

    /// Whether it is certain to be plain data that JSON can say.
    fn is_data(&self, val: &Val, depth: u32) -> bool {
        let finite = |n: &super::numbers::Num| !n.nan && n.lo.is_finite() && n.hi.is_finite();
        let part = |val: &Val| self.is_data(val, depth + 1);
        depth < DEEPEST
            && val.builtin.is_none()
            && val.unknown.is_none_or(|u| u.data)
            && val.num.as_deref().is_none_or(finite)
            && val.refs.as_slice().iter().all(|addr| match self.heap.get(*addr) {
                _ if self.heap.slots[*addr as usize].open => false,
                Content::Object(o) => {
                    let plain = o.class.is_none() && !o.error;
                    plain && o.fields.iter().all(|f| !f.accessor && part(&f.val)) && o.rest.iter().all(part)
                }
                Content::Array(a) => part(&a.joined()),
                _ => false,
            })
    }

    /// `: `args` decides it`, where something is known to decide what `val` is.
    fn decided_by(&self, val: &Val) -> String {
        let why = val.unknown.map(|u| u.why).or(val.undef).or(val.null).filter(|why| *why != super::val::WRITTEN);
        why.map_or_else(String::new, |why| format!(": {}", self.record.whys[why as usize].text))
    }

    /// Notes that the runtime throws where `title` is no title of a phase.
    pub(super) fn title_may_be_refused(&mut self, title: &Val, at: Span) {
        let filled = title.str.as_ref().is_some_and(|s| {
            s.text.says_something()
                || s.texts().is_some_and(|texts| texts.iter().all(|t| !t.trim().is_empty()))
                || says_something(s)
        });
        if !(title.only_str() && filled) && self.is_guarded() {
            let because = self.decided_by(title);
            let why = self.thrown_by(at, format_args!("`phase` throws where its title is empty or no text{because}"));
            self.may_throw_because(Some(why));
        }
    }

    /// Notes that a combinator throws, before it calls anything, where one of `functions` is no function.
    pub(super) fn functions_may_be_refused(&mut self, functions: &Val, at: Span) {
        let is_function = |me: &Self, a: &Addr| matches!(me.heap.get(*a), Content::Fun(_));
        let only = functions.refs.as_slice().iter().all(|a| is_function(self, a));
        // A namespace is no function, but nobody hands one over.
        let others = Val { refs: Refs::None, builtin: None, ..functions.clone() };
        if only && others.is_never() || !self.is_guarded() {
            return;
        }
        let because = self.decided_by(functions);
        let why = self.thrown_by(at, format_args!("it throws where one of these is no function{because}"));
        self.may_throw_because(Some(why));
    }
}

/// Whether a piece of it is certain to be more than space.
fn says_something(title: &Str) -> bool {
    let parts = title.parts(Span::default());
    parts.iter().any(|part| matches!(part, PromptPart::Text(text) if !text.trim().is_empty()))
}

/// Whether `agent` is certain to take it as a prompt: texts that are not empty, and what becomes one.
fn is_prompt(val: &Val) -> bool {
    let other = Val { str: None, num: None, yes: false, no: false, ..val.clone() };
    other.is_never() && val.str.as_ref().is_none_or(|s| !s.may_be_empty())
}
