//! Facts noted for rules: reads of `args`, writes from concurrent callbacks.

use swc_ecma_ast::{Expr, FnExpr, MemberExpr, MemberProp};

use super::{ArgsRead, SharedWrite, interp::Interp, val::Val};
use crate::{script::span, text::Span};

impl<'a> Interp<'a> {
    /// Notes `args.a.b`: whether the part that is read from can be missing there.
    pub(super) fn note_args_read(&mut self, m: &'a MemberExpr, object: &Val) {
        if !self.reads_args(&m.obj) {
            return;
        }
        let mut path = vec![];
        let mut at: &Expr = &m.obj;
        if let MemberProp::Ident(name) = &m.prop {
            path.push(name.sym.to_string());
        }
        while let Expr::Member(inner) = at.unwrap_parens() {
            if let MemberProp::Ident(name) = &inner.prop {
                path.push(name.sym.to_string());
            }
            at = &inner.obj;
        }
        path.reverse();
        self.note_args(span(m), path, object);
    }

    /// Whether a chain of members starts at `args`.
    fn reads_args(&self, mut at: &Expr) -> bool {
        loop {
            match at.unwrap_parens() {
                Expr::Member(inner) => at = &inner.obj,
                Expr::Ident(i) => return &*i.sym == "args" && self.scopes.place(span(i)).is_none(),
                _ => return false,
            }
        }
    }

    /// Notes a field of `args` taken by a pattern.
    pub(super) fn note_args_member(&mut self, val: &Val, name: &str, at: Span) {
        if val.unknown.is_some_and(|u| u.text) {
            self.note_args(at, vec![name.to_owned()], val);
        }
    }

    fn note_args(&mut self, at: Span, path: Vec<String>, object: &Val) {
        let unguarded = object.undef.is_some();
        let may_be_text = object.unknown.is_some_and(|u| u.text);
        let read = self.record.args_reads.entry((at.start, at.end)).or_insert_with(|| ArgsRead {
            span: at,
            path,
            unguarded,
            may_be_text,
        });
        read.unguarded |= unguarded;
        read.may_be_text |= may_be_text;
    }

    /// Notes a write, from a concurrent callback, to what was there before.
    pub(super) fn note_shared_write(&mut self, addr: u32, at: Span, name: &str) {
        self.writes(addr);
        self.note_written(addr, at, name);
    }

    /// The same of a write that sets an element.
    pub(super) fn note_shared_set(&mut self, addr: u32, at: Span) {
        self.sets(addr);
        self.note_written(addr, at, "");
    }

    fn note_written(&mut self, addr: u32, at: Span, name: &str) {
        if self.heap.slots[addr as usize].frozen {
            self.may_throw();
        }
        if self.concurrent == 0 || addr >= self.concurrent_born {
            return;
        }
        let name = if name.is_empty() {
            let first = at.slice(&self.script.text).split(['.', '[', '(']).next().unwrap_or("");
            self.looker.at(Span::new(at.start, at.start + first.len() as u32)).trim()
        } else {
            name
        };
        let name = name.to_owned();
        self.record.shared_writes.entry((at.start, at.end)).or_insert_with(|| SharedWrite { span: at, name });
    }

    /// A named function expression sees itself by its name.
    pub(super) fn own_name(&mut self, f: &'a FnExpr, val: &Val) {
        if let Some(name) = &f.ident {
            let start = span(&*f.function).start;
            self.own_names.insert(start, (name, val.clone()));
        }
    }
}
