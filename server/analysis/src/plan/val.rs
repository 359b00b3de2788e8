//! Abstract values: what an expression can be at one moment, as a product of parts.

use std::sync::Arc;

use super::{
    numbers::Num,
    strings::Str,
    sum::{SymId, WhyId},
};

/// A place in the abstract heap: a variable, object, array, function or promise.
pub(super) type Addr = u32;

/// Nothing is known of a value, because.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Unknown {
    pub(super) why: WhyId,
    /// Names the number of its elements, should it be an array.
    pub(super) sym: SymId,
    /// It is plain data: it holds no functions and no promises.
    pub(super) data: bool,
    /// It can be JSON text where data is expected: `args` as they arrive.
    pub(super) text: bool,
}

/// A set of heap places.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum Refs {
    #[default]
    None,
    One(Addr),
    /// At least two, sorted.
    Many(Arc<Vec<Addr>>),
}

impl Refs {
    pub(super) fn as_slice(&self) -> &[Addr] {
        match self {
            Refs::None => &[],
            Refs::One(a) => std::slice::from_ref(a),
            Refs::Many(many) => many,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        matches!(self, Refs::None)
    }

    pub(super) fn from_iter(addrs: impl IntoIterator<Item = Addr>) -> Refs {
        let mut all: Vec<Addr> = addrs.into_iter().collect();
        all.sort_unstable();
        all.dedup();
        match all.len() {
            0 => Refs::None,
            1 => Refs::One(all[0]),
            _ => Refs::Many(Arc::new(all)),
        }
    }

    fn join_with(&mut self, other: &Refs) {
        match (&*self, other) {
            (_, Refs::None) => {}
            (Refs::None, more) => *self = more.clone(),
            (Refs::Many(own), Refs::Many(more)) if Arc::ptr_eq(own, more) => {}
            (own, more) if more.within(own) => {}
            (own, more) => *self = Refs::from_iter(own.as_slice().iter().chain(more.as_slice()).copied()),
        }
    }

    fn within(&self, other: &Refs) -> bool {
        self.as_slice().iter().all(|a| other.as_slice().binary_search(a).is_ok())
    }
}

/// What a value can be. No part at all: the expression is never evaluated to an end.
#[derive(Clone, Debug, Default)]
pub(super) struct Val {
    pub(super) undef: Option<WhyId>,
    pub(super) null: Option<WhyId>,
    pub(super) yes: bool,
    pub(super) no: bool,
    pub(super) num: Option<Arc<Num>>,
    pub(super) str: Option<Arc<Str>>,
    pub(super) refs: Refs,
    /// A function or namespace of the language or the dialect.
    pub(super) builtin: Option<&'static str>,
    pub(super) unknown: Option<Unknown>,
}

impl PartialEq for Val {
    fn eq(&self, other: &Val) -> bool {
        self.refs == other.refs && self.is_same_but_refs(other)
    }
}

fn is_same<T: PartialEq>(a: &Arc<T>, b: &Arc<T>) -> bool {
    Arc::ptr_eq(a, b) || a == b
}

fn are_same<T: PartialEq>(a: &Option<Arc<T>>, b: &Option<Arc<T>>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => is_same(a, b),
        (None, None) => true,
        _ => false,
    }
}

/// The reason that says nothing: the value is written in the script.
pub(super) const WRITTEN: WhyId = 0;

impl Val {
    pub(super) fn undefined() -> Val {
        Val { undef: Some(WRITTEN), ..Val::default() }
    }

    pub(super) fn undefined_because(why: WhyId) -> Val {
        Val { undef: Some(why), ..Val::default() }
    }

    pub(super) fn null() -> Val {
        Val::null_because(WRITTEN)
    }

    pub(super) fn null_because(why: WhyId) -> Val {
        Val { null: Some(why), ..Val::default() }
    }

    pub(super) fn bool(b: bool) -> Val {
        Val { yes: b, no: !b, ..Val::default() }
    }

    pub(super) fn either() -> Val {
        Val { yes: true, no: true, ..Val::default() }
    }

    pub(super) fn truth(t: Option<bool>) -> Val {
        t.map_or_else(Val::either, Val::bool)
    }

    pub(super) fn number(n: f64) -> Val {
        Val::from(Num::exactly(n))
    }

    pub(super) fn text(s: &str) -> Val {
        Val::from(Str::known(s))
    }

    pub(super) fn addr(a: Addr) -> Val {
        Val { refs: Refs::One(a), ..Val::default() }
    }

    pub(super) fn builtin(name: &'static str) -> Val {
        Val { builtin: Some(name), ..Val::default() }
    }

    pub(super) fn unknown(why: WhyId, sym: SymId, data: bool) -> Val {
        Val { unknown: Some(Unknown { why, sym, data, text: false }), ..Val::default() }
    }

    pub(super) fn is_never(&self) -> bool {
        let Val { undef: None, null: None, yes: false, no: false, num: None, str: None, refs: Refs::None, .. } = self
        else {
            return false;
        };
        self.builtin.is_none() && self.unknown.is_none()
    }

    /// How many parts it has, of the kinds that are kept apart; booleans are one.
    pub(super) fn parts(&self) -> usize {
        let parts = [
            self.undef.is_some(),
            self.null.is_some(),
            self.yes || self.no,
            self.num.is_some(),
            self.str.is_some(),
            !self.refs.is_empty(),
            self.builtin.is_some(),
            self.unknown.is_some(),
        ];
        parts.into_iter().filter(|p| *p).count()
    }

    pub(super) fn is_nullish_possible(&self) -> bool {
        self.undef.is_some() || self.null.is_some() || self.unknown.is_some()
    }

    /// Whether it is nothing but `null` or `undefined`.
    pub(super) fn is_nullish(&self) -> bool {
        let nullish = usize::from(self.undef.is_some()) + usize::from(self.null.is_some());
        nullish > 0 && self.parts() == nullish
    }

    pub(super) fn without_nullish(&self) -> Val {
        Val { undef: None, null: None, ..self.clone() }
    }

    /// Truthiness, where it is the same in every run.
    pub(super) fn truthy(&self) -> Option<bool> {
        match (self.may_be_truthy(), self.may_be_falsy()) {
            (true, false) => Some(true),
            (false, true) => Some(false),
            _ => None,
        }
    }

    pub(super) fn may_be_truthy(&self) -> bool {
        self.yes
            || self.unknown.is_some()
            || self.builtin.is_some()
            || !self.refs.is_empty()
            || self.num.as_ref().is_some_and(|n| !(n.lo == 0.0 && n.hi == 0.0))
            || self.str.as_ref().is_some_and(|s| s.may_be_filled())
    }

    pub(super) fn may_be_falsy(&self) -> bool {
        self.no
            || self.is_nullish_possible()
            || self.num.as_ref().is_some_and(|n| n.nan || (n.lo <= 0.0 && 0.0 <= n.hi))
            || self.str.as_ref().is_some_and(|s| s.may_be_empty())
    }

    /// The one text it is.
    pub(super) fn as_text(&self) -> Option<Arc<str>> {
        let text = self.str.as_ref()?.single()?;
        self.only_str().then_some(text)
    }

    /// Its number part.
    pub(super) fn number_part(&self) -> Option<Num> {
        self.num.as_deref().cloned()
    }

    /// The one number it is.
    pub(super) fn as_number(&self) -> Option<f64> {
        let num = self.num.as_ref()?;
        (num.is_exact() && self.only_num()).then_some(num.lo)
    }

    /// The only heap place it refers to; the value has no other part.
    pub(super) fn only_ref(&self) -> Option<Addr> {
        match self.refs {
            Refs::One(a) if self.parts() == 1 => Some(a),
            _ => None,
        }
    }

    pub(super) fn join(&self, other: &Val) -> Val {
        let mut all = self.clone();
        all.join_with(other);
        all
    }

    /// Makes it what it or `other` is.
    pub(super) fn join_with(&mut self, other: &Val) {
        self.join_all_but_refs(other);
        self.refs.join_with(&other.refs);
    }

    /// The same without the places `other` refers to.
    pub(super) fn join_all_but_refs(&mut self, other: &Val) {
        let Val { undef, null, yes, no, num, str, refs: _, builtin, unknown } = other;
        self.undef = self.undef.or(*undef);
        self.null = self.null.or(*null);
        self.yes |= yes;
        self.no |= no;
        join_part(&mut self.num, num, Num::join);
        join_part(&mut self.str, str, Str::join);
        self.unknown = match (self.unknown, *unknown) {
            (Some(a), Some(b)) => Some(Unknown { data: a.data && b.data, text: a.text || b.text, ..a }),
            (a, b) => a.or(b),
        };
        if let (Some(a), Some(b)) = (self.builtin, builtin)
            && a != *b
        {
            self.unknown.get_or_insert(Unknown { why: WRITTEN, sym: 0, data: false, text: false });
        }
        self.builtin = self.builtin.or(*builtin);
    }

    /// All of them taken together.
    pub(super) fn join_all(vals: &[Val]) -> Val {
        let texts: Option<Vec<&Str>> = vals.iter().map(|v| v.str.as_deref().filter(|_| v.only_str())).collect();
        match texts.and_then(|texts| Str::join_unread(&texts)) {
            Some(text) => text.into(),
            None => {
                let mut all = Val::default();
                vals.iter().for_each(|val| all.join_with(val));
                all
            }
        }
    }

    /// Whether both are the same, the places they refer to aside.
    pub(super) fn is_same_but_refs(&self, other: &Val) -> bool {
        let Val { undef, null, yes, no, num, str, refs: _, builtin, unknown } = self;
        *undef == other.undef
            && *null == other.null
            && (*yes, *no) == (other.yes, other.no)
            && *builtin == other.builtin
            && *unknown == other.unknown
            && are_same(num, &other.num)
            && are_same(str, &other.str)
    }

    /// Whether everything `self` can be, `other` can be too.
    pub(super) fn within(&self, other: &Val) -> bool {
        if other.unknown.is_some_and(|u| !u.data) {
            return self.refs.within(&other.refs) && (self.builtin.is_none() || self.builtin == other.builtin);
        }
        let part = |a: bool, b: bool| !a || b;
        part(self.unknown.is_some(), other.unknown.is_some_and(|u| !u.data || self.unknown.is_some_and(|s| s.data)))
            && part(self.undef.is_some(), other.undef.is_some())
            && part(self.null.is_some(), other.null.is_some())
            && part(self.yes, other.yes)
            && part(self.no, other.no)
            && part(self.builtin.is_some(), other.builtin == self.builtin)
            && self.num.as_ref().is_none_or(|n| other.num.as_ref().is_some_and(|m| n.within(m)))
            && self.str.as_ref().is_none_or(|s| other.str.as_ref().is_some_and(|t| s.within(t)))
            && self.refs.within(&other.refs)
    }

    /// A value above both that a chain of such steps reaches soon.
    pub(super) fn widen(&self, next: &Val) -> Val {
        let joined = self.join(next);
        Val {
            num: join_options(&self.num, &joined.num, |a, b| Arc::new(a.widen(b))),
            str: join_options(&self.str, &joined.str, |a, b| Arc::new(a.widen(b))),
            ..joined
        }
    }
}

fn join_part<T: PartialEq>(part: &mut Option<Arc<T>>, other: &Option<Arc<T>>, join: impl Fn(&T, &T) -> T) {
    match (&*part, other) {
        (_, None) => {}
        (None, Some(_)) => part.clone_from(other),
        (Some(own), Some(more)) if is_same(own, more) => {}
        (Some(own), Some(more)) => *part = Some(Arc::new(join(own, more))),
    }
}

fn join_options<T: Clone>(a: &Option<T>, b: &Option<T>, join: impl Fn(&T, &T) -> T) -> Option<T> {
    match (a, b) {
        (Some(a), Some(b)) => Some(join(a, b)),
        (a, b) => a.as_ref().or(b.as_ref()).cloned(),
    }
}

impl From<Num> for Val {
    fn from(num: Num) -> Val {
        Val { num: Some(Arc::new(num)), ..Val::default() }
    }
}

impl From<Str> for Val {
    fn from(str: Str) -> Val {
        Val { str: Some(Arc::new(str)), ..Val::default() }
    }
}
