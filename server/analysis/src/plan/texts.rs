//! Properties and methods of strings.

use std::sync::Arc;

use super::{
    contents::{Arr, Content},
    functions::Args,
    interp::{Interp, Leave},
    numbers::Num,
    strings::Str,
    sum::Sum,
    val::Val,
};
use crate::text::Span;

impl<'a> Interp<'a> {
    pub(super) fn string_property(&mut self, s: &Str, name: &str) -> Val {
        if name == "length" {
            if let Some(known) = s.texts() {
                let lens = known.iter().map(|t| t.encode_utf16().count() as f64);
                let (lo, hi) = lens.fold((f64::INFINITY, 0.0f64), |(lo, hi), n| (lo.min(n), hi.max(n)));
                return Num::count(lo, hi).into();
            }
            return Num::count((s.lo() as f64 / 3.0).ceil(), s.hi().map_or(f64::INFINITY, |h| h as f64)).into();
        }
        if let Ok(i) = name.parse::<usize>() {
            return match s.single() {
                Some(text) => text.chars().nth(i).map_or_else(Val::undefined, |c| Val::text(&c.to_string())),
                None => Val::from(Str::between(1, Some(4))).join(&Val::undefined()),
            };
        }
        match super::names::method("String", name) {
            Some(name) => Val::builtin(name),
            None => Val::undefined(),
        }
    }

    pub(super) fn string_method(&mut self, s: &Arc<Str>, name: &str, args: &Args, at: Span) -> Val {
        let known: Option<Vec<Arc<str>>> = s.texts().map(|k| k.to_vec());
        let first = args.get(0).as_text();
        let each = |f: &dyn Fn(&str) -> String| -> Option<Val> {
            let texts = known.as_ref()?.iter().map(|t| Arc::from(f(t)));
            Str::one_of(texts.collect::<Vec<Arc<str>>>()).map(Val::from)
        };
        let decide = |f: &dyn Fn(&str) -> bool| -> Val {
            match &known {
                Some(texts) => {
                    let (yes, no) = (texts.iter().any(|t| f(t)), texts.iter().any(|t| !f(t)));
                    Val { yes, no, ..Val::default() }
                }
                None => Val::either(),
            }
        };
        self.text_method_may_throw(name, args, s.hi());
        let same_or_less = || Val::from(Str { from_agent: s.from_agent, ..Str::between(0, s.hi()) });
        match name {
            "trim" => each(&|t| t.trim().to_owned()).unwrap_or_else(same_or_less),
            "trimStart" | "trimLeft" => each(&|t| t.trim_start().to_owned()).unwrap_or_else(same_or_less),
            "trimEnd" | "trimRight" => each(&|t| t.trim_end().to_owned()).unwrap_or_else(same_or_less),
            "toLowerCase" | "toLocaleLowerCase" => each(&|t| t.to_lowercase()).unwrap_or_else(|| {
                Str { from_agent: s.from_agent, ..Str::between(s.lo() / 3, s.hi().map(|h| h.saturating_mul(3))) }.into()
            }),
            "toUpperCase" | "toLocaleUpperCase" => each(&|t| t.to_uppercase()).unwrap_or_else(|| {
                Str { from_agent: s.from_agent, ..Str::between(s.lo() / 3, s.hi().map(|h| h.saturating_mul(3))) }.into()
            }),
            "toString" | "valueOf" | "normalize" | "toWellFormed" => Val { str: Some(s.clone()), ..Val::default() },
            "slice" | "substring" | "substr" => {
                let ascii = known.as_ref().is_some_and(|k| k.iter().all(|t| t.is_ascii()));
                let (from, to) = (args.get(0).as_number(), args.get(1).as_number());
                if let (true, Some(from)) = (ascii, if args.has(0) { from } else { Some(0.0) })
                    && (to.is_some() || !args.has(1))
                    && name == "slice"
                    && let Some(val) = each(&|t| {
                        let n = t.len() as f64;
                        let clip = |i: f64| (if i < 0.0 { (n + i).max(0.0) } else { i.min(n) }) as usize;
                        let (a, b) = (clip(from), to.map_or(t.len(), clip));
                        t.get(a..b.max(a)).unwrap_or_default().to_owned()
                    })
                {
                    return val;
                }
                // At most so many UTF-16 units, each at most three bytes.
                let units = match (name, from, to) {
                    ("slice", Some(from), Some(to)) if from >= 0.0 && to >= 0.0 => Some((to - from).max(0.0)),
                    ("slice", Some(from), None) if from < 0.0 && !args.has(1) => Some(-from),
                    ("substring", Some(from), Some(to)) => Some((to - from).abs()),
                    ("substr", _, Some(n)) => Some(n.max(0.0)),
                    _ => None,
                };
                let limit = units.filter(|u| u.is_finite()).map(|u| (u as u64).saturating_mul(3));
                let hi = match (s.hi(), limit) {
                    (Some(a), Some(b)) => Some(a.min(b)),
                    (a, b) => a.or(b),
                };
                Str { from_agent: s.from_agent, ..Str::between(0, hi) }.into()
            }
            "split" => {
                if let (Some(text), Some(sep)) = (s.single(), &first)
                    && !sep.is_empty()
                    && !args.has(1)
                {
                    let parts: Vec<Val> = text.split(&**sep).take(600).map(Val::text).collect();
                    if parts.len() < 600 {
                        return self.new_array(Arr::of(parts), at);
                    }
                }
                let hi = s.hi().map_or(f64::INFINITY, |h| h as f64 + 1.0);
                let why = self.why(
                    at,
                    if s.from_agent {
                        "the agent's text decides how many parts it splits into"
                    } else {
                        "the text decides how many parts it splits into"
                    },
                );
                let sym = self.fresh_symbol(at);
                let low = if first.as_ref().is_some_and(|f| !f.is_empty()) { 1.0 } else { 0.0 };
                let mut len = Num::length(low, hi, sym, why);
                if args.has(1) {
                    let limit = self.number_of(&args.get(1));
                    if limit.lo >= 0.0 && !limit.nan {
                        len = len.min(&limit);
                    } else {
                        len.lo = 0.0;
                    }
                }
                let part = Str { from_agent: s.from_agent, ..Str::between(0, s.hi()) };
                self.new_array(Arr { decided: Some(why), ..Arr::many(part.into(), len) }, at)
            }
            "includes" | "startsWith" | "endsWith" => match (&first, args.has(1)) {
                (Some(f), false) => match name {
                    "includes" => decide(&|t| t.contains(&**f)),
                    "startsWith" => decide(&|t| t.starts_with(&**f)),
                    _ => decide(&|t| t.ends_with(&**f)),
                },
                _ => Val::either(),
            },
            "indexOf" | "lastIndexOf" | "search" => match (name, &first, &known) {
                ("indexOf", Some(f), Some(texts)) if !args.has(1) && texts.iter().all(|t| t.is_ascii()) => {
                    let found = texts.iter().map(|t| t.find(&**f).map_or(-1.0, |i| i as f64));
                    let (lo, hi) = found.fold((f64::INFINITY, -1.0f64), |(lo, hi), n| (lo.min(n), hi.max(n)));
                    Num::count(lo, hi).into()
                }
                _ => Num::count(-1.0, s.hi().map_or(f64::INFINITY, |h| h as f64)).into(),
            },
            "charCodeAt" | "codePointAt" | "localeCompare" => Num::any().into(),
            "charAt" => Str::between(0, Some(3)).into(),
            "at" => Val::from(Str::between(1, Some(3))).join(&Val::undefined()),
            "repeat" => {
                let n = self.number_of(&args.get(0));
                if n.is_exact()
                    && (0.0..2000.0).contains(&n.lo)
                    && let Some(val) = each(&|t| if t.len() < 2000 { t.repeat(n.lo as usize) } else { String::new() })
                    && known.as_ref().is_some_and(|k| k.iter().all(|t| t.len() < 2000))
                {
                    return val;
                }
                let hi = s.hi().filter(|_| n.hi.is_finite()).map(|h| h.saturating_mul(n.hi.max(0.0) as u64));
                Str::between(0, hi).into()
            }
            "padStart" | "padEnd" => {
                let n = self.number_of(&args.get(0));
                let hi = s.hi().filter(|_| n.hi.is_finite()).map(|h| h.max((n.hi.max(0.0) as u64).saturating_mul(3)));
                Str::between(s.lo(), hi).into()
            }
            "concat" => {
                let mut text = (**s).clone();
                for val in &args.vals {
                    let more = self.text_of(val);
                    text = text.concat(at, &more, at);
                }
                if args.rest.is_some() { Str::any().into() } else { text.into() }
            }
            "replace" | "replaceAll" => {
                let with = args.get(1);
                if !self.functions_in(&with).is_empty() {
                    // The last of what it gets are a number, the text and the groups.
                    let text = Val::from(Str::any());
                    let any = self.data(at, "it depends on what was found");
                    let given = self.any_times(&with, &[text, any.clone(), any.clone(), any], at);
                    self.converts(&given);
                } else if let (Some(what), Some(with)) = (&first, with.as_text())
                    && !with.contains('$')
                    && let Some(val) = each(&|t| {
                        if name == "replace" { t.replacen(&**what, &with, 1) } else { t.replace(&**what, &with) }
                    })
                {
                    return val;
                }
                Str { from_agent: s.from_agent, ..Str::any() }.into()
            }
            "match" => {
                let why = self.why(at, "the pattern need not match");
                let sym = self.fresh_symbol(at);
                let hi = s.hi().map_or(f64::INFINITY, |h| h as f64 + 1.0);
                let part = Val::from(Str { from_agent: s.from_agent, ..Str::between(0, s.hi()) });
                let len = Num { sum: Some(Arc::new(Sum::symbol(sym))), ..Num::length(1.0, hi.max(1.0), sym, why) };
                self.new_array(Arr::many(part.join(&Val::undefined()), len), at).join(&Val::null_because(why))
            }
            "matchAll" => {
                let why = self.why(at, "the text decides how often the pattern matches");
                let sym = self.fresh_symbol(at);
                let part = Val::from(Str::between(0, s.hi())).join(&Val::undefined());
                let groups = self.alloc(at, Content::Array(Arr::many(part, Num::count(1.0, 64.0)).into()));
                self.heap.slots[groups as usize].summary = true;
                let hi = s.hi().map_or(f64::INFINITY, |h| h as f64 + 1.0);
                self.new_iterator(Arr::many(Val::addr(groups), Num::length(0.0, hi, sym, why)), at)
            }
            "map" | "filter" | "forEach" | "flatMap" | "reduce" | "some" | "every" | "find" | "push" | "join"
            | "sort" | "then" | "catch" => {
                self.leave(Leave::Throw, Val::default());
                Val::default()
            }
            _ => {
                self.may_throw();
                self.unknown(at, "this method is not followed")
            }
        }
    }
}
