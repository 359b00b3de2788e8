//! Statements.

use std::borrow::Cow;

use swc_ecma_ast::{BlockStmt, Decl, Expr, IfStmt, LabeledStmt, Pat, Stmt, SwitchStmt, VarDecl, VarDeclKind};

use super::{
    functions::FnNode,
    interp::{Catches, Exit, Interp, Leave, Way},
    sum::WhyId,
    val::Val,
};
use crate::script::span;

impl<'a> Interp<'a> {
    /// Runs the statements of a scope whose frame is in place.
    pub(super) fn body(&mut self, stmts: &'a [Stmt]) {
        self.hoist(stmts.iter());
        for stmt in stmts {
            if !self.live {
                self.skip(stmt);
                continue;
            }
            self.stmt(stmt);
        }
    }

    /// Declares functions, which can be called before the place where they stand.
    fn hoist(&mut self, stmts: impl Iterator<Item = &'a Stmt>) {
        for stmt in stmts {
            if let Stmt::Decl(Decl::Fn(f)) = stmt {
                let closure = self.closure(FnNode::Function(&f.function), Val::undefined());
                self.declare(&f.ident, closure);
            }
        }
    }

    /// Runs `stmts` in the scope that opens at `key`.
    pub(super) fn scope(&mut self, key: u32, f: impl FnOnce(&mut Self)) {
        let outer = self.env.clone();
        self.env = self.frame(key);
        f(self);
        self.env = outer;
    }

    pub(super) fn block(&mut self, block: &'a BlockStmt) {
        self.scope(span(block).start, |me| me.body(&block.stmts));
    }

    pub(super) fn skip(&mut self, stmt: &'a Stmt) {
        let hoisted = match stmt {
            Stmt::Decl(Decl::Fn(_)) | Stmt::Empty(_) => true,
            Stmt::Decl(Decl::Var(v)) => v.kind == VarDeclKind::Var && v.decls.iter().all(|d| d.init.is_none()),
            _ => false,
        };
        if !hoisted && !self.exhausted {
            self.record.skipped.push(span(stmt));
        }
    }

    pub(super) fn stmt(&mut self, stmt: &'a Stmt) {
        if !self.step() {
            return;
        }
        self.record.reached.insert(span(stmt).start);
        self.deeper(|me| me.stmt_inner(stmt));
    }

    fn stmt_inner(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::Expr(e) => {
                self.unused = span(e.expr.unwrap_parens());
                let val = self.expr(&e.expr);
                self.floating(&val, &e.expr);
                if let Expr::Call(c) = e.expr.unwrap_parens()
                    && self.live
                {
                    self.assume_returned(c);
                }
            }
            Stmt::Decl(decl) => self.decl(decl),
            Stmt::Block(b) => self.block(b),
            Stmt::If(i) => self.if_stmt(i),
            Stmt::Return(r) => {
                let val = match &r.arg {
                    Some(e) if self.awaits_returned && !self.is_trying() => self.expr_awaited(e),
                    Some(e) => {
                        let val = self.expr(e);
                        self.record.value(span(e), &val);
                        let is_async = self.calling.last().is_none_or(|n| self.nodes[*n as usize].is_async());
                        if is_async { self.await_value(&val, span(e)) } else { val }
                    }
                    None => Val::undefined(),
                };
                self.leave(Leave::Return, val);
            }
            Stmt::Throw(t) => {
                let val = self.expr(&t.arg);
                self.leave(Leave::Throw, val);
            }
            Stmt::Break(b) => self.leave(Leave::Break(b.label.as_ref().map(|l| l.sym.to_string())), Val::default()),
            Stmt::Continue(c) => {
                self.leave(Leave::Continue(c.label.as_ref().map(|l| l.sym.to_string())), Val::default())
            }
            Stmt::Labeled(l) => self.labeled(l, vec![]),
            Stmt::For(_) | Stmt::ForOf(_) | Stmt::ForIn(_) | Stmt::While(_) | Stmt::DoWhile(_) => {
                self.loop_stmt(stmt, vec![])
            }
            Stmt::Switch(s) => self.switch(s, vec![]),
            Stmt::Try(t) => self.try_stmt(t),
            Stmt::With(w) => {
                self.expr(&w.obj);
                self.stmt(&w.body);
            }
            Stmt::Empty(_) | Stmt::Debugger(_) => {}
        }
    }

    pub(super) fn decl(&mut self, decl: &'a Decl) {
        match decl {
            Decl::Var(v) => self.var(v),
            Decl::Class(c) => {
                let class = self.class(&c.class, Some(&c.ident));
                self.declare(&c.ident, class);
            }
            Decl::Using(u) => {
                for d in &u.decls {
                    let val = d.init.as_ref().map_or_else(Val::undefined, |e| self.expr(e));
                    // What it has for its end is called there.
                    self.escape(&val, span(&d.name));
                    self.may_throw();
                    self.bind(&d.name, val, true);
                }
            }
            _ => {}
        }
    }

    pub(super) fn var(&mut self, var: &'a VarDecl) {
        for d in &var.decls {
            match &d.init {
                Some(init) => {
                    if let Pat::Ident(i) = &d.name
                        && var.kind != VarDeclKind::Var
                        && let Some(variable) = self.place(&i.id)
                        && self.is_constant(variable)
                    {
                        self.name_condition(variable, init);
                    }
                    let val = self.expr_named(init, name_of(&d.name));
                    let most = matches!(init.unwrap_parens(), Expr::Cond(_)).then(|| self.most_chosen.take()).flatten();
                    self.bind(&d.name, val.clone(), true);
                    if let (Some(most), Pat::Ident(i)) = (most, &d.name)
                        && let Some(variable) = self.place(&i.id)
                        && self.most_elements(&val).is_some_and(|all| most < all)
                    {
                        self.remember_most(variable, &val, most);
                    }
                }
                None if var.kind == VarDeclKind::Var => {}
                None => self.bind(&d.name, Val::undefined(), true),
            }
        }
    }

    fn if_stmt(&mut self, i: &'a IfStmt) {
        let test = self.expr(&i.test);
        self.condition(&test, &i.test);
        let mut ways: Vec<Way> = vec![];
        if test.may_be_truthy() {
            ways.push(self.way(|me| {
                me.assume(&i.test, true);
                if me.live {
                    me.stmt(&i.cons);
                }
                Val::default()
            }));
        } else if self.live {
            self.skip(&i.cons);
        }
        if test.may_be_falsy() {
            ways.push(self.way(|me| {
                me.assume(&i.test, false);
                if let Some(alt) = &i.alt
                    && me.live
                {
                    me.stmt(alt);
                }
                Val::default()
            }));
        } else if let Some(alt) = &i.alt
            && self.live
        {
            self.skip(alt);
        }
        if self.live {
            let why = self.branch_why(&i.test);
            self.any_way_because(ways, Some(why));
        }
    }

    /// Why one branch is taken in some runs and another in others.
    pub(super) fn branch_why(&mut self, test: &'a Expr) -> WhyId {
        self.why(span(test), "the run decides whether this holds")
    }

    fn labeled(&mut self, l: &'a LabeledStmt, mut labels: Vec<String>) {
        labels.push(l.label.sym.to_string());
        match &*l.body {
            Stmt::Labeled(inner) => self.labeled(inner, labels),
            body @ (Stmt::For(_) | Stmt::ForOf(_) | Stmt::ForIn(_) | Stmt::While(_) | Stmt::DoWhile(_)) => {
                self.record.reached.insert(span(body).start);
                self.loop_stmt(body, labels);
            }
            Stmt::Switch(s) => self.switch(s, labels),
            body => {
                let (end, target) = self.region(Catches::Labels(labels), |me| {
                    me.stmt(body);
                    Val::default()
                });
                self.after(end, target.exits, None);
            }
        }
    }

    /// Goes on after a region: from its end, or from any of the exits it caught.
    pub(super) fn after(&mut self, end: Way, exits: Vec<Exit>, why: Option<WhyId>) -> Val {
        let before = self.refinements.clone();
        let exits = exits.into_iter().map(|exit| {
            let mut refined = before.clone();
            refined.retain_in(&exit.refined);
            Way { refined, ..Self::way_of(exit) }
        });
        self.any_way_because(std::iter::once(end).chain(exits), why)
    }

    fn switch(&mut self, s: &'a SwitchStmt, labels: Vec<String>) {
        let on = self.expr(&s.discriminant);
        let (end, target) = self.region(Catches::Breaks(labels), |me| {
            me.scope(span(s).start, |me| {
                // The ways into each case: matched there, or fallen through from the one before.
                me.hoist(s.cases.iter().flat_map(|case| &case.cons));
                let mut unmatched = true;
                let mut entries: Vec<bool> = vec![];
                // Once a case is matched, no other is asked.
                let mut asked = true;
                for case in &s.cases {
                    let Some(test) = &case.test else {
                        entries.push(false);
                        continue;
                    };
                    if !unmatched || !me.live {
                        entries.push(false);
                        continue;
                    }
                    let val = if asked || is_plain(test) {
                        me.expr(test)
                    } else {
                        let not = me.way(|_| Val::default());
                        let does = me.way(|me| me.expr(test));
                        me.any_way(vec![not, does])
                    };
                    let same = me.same(&on, &val);
                    asked &= same == Some(false);
                    entries.push(unmatched && same != Some(false));
                    unmatched &= same != Some(true);
                }
                if let Some(i) = s.cases.iter().position(|c| c.test.is_none()) {
                    entries[i] = unmatched;
                    unmatched = false;
                }
                let mut ways: Vec<Way> = vec![];
                if unmatched {
                    ways.push(me.way(|_| Val::default()));
                }
                for (i, enters) in entries.iter().enumerate() {
                    if !enters {
                        continue;
                    }
                    // Each entry runs its case and those after it until a `break`.
                    ways.push(me.way(|me| {
                        if let Some(test) = &s.cases[i].test {
                            me.assume_same(&s.discriminant, test, true);
                        }
                        for case in &s.cases[i..] {
                            for stmt in &case.cons {
                                if me.live {
                                    me.stmt(stmt);
                                } else {
                                    me.skip(stmt);
                                }
                            }
                        }
                        Val::default()
                    }));
                }
                me.any_way(ways);
            });
            Val::default()
        });
        self.after(end, target.exits, None);
    }

    /// Notes an expression statement that drops a promise.
    fn floating(&mut self, val: &Val, expr: &'a Expr) {
        let Some(origins) = self.origins(val) else {
            return;
        };
        let callee = expr.unwrap_parens();
        if !matches!(callee, Expr::Call(_)) {
            return;
        }
        let own = span(callee).start;
        for origin in origins.iter() {
            if let Some(site) = self.record.sites.get_mut(origin)
                && own == *origin
            {
                site.floating = true;
            }
        }
    }
}

/// Whether evaluating it does nothing.
fn is_plain(e: &Expr) -> bool {
    matches!(e.unwrap_parens(), Expr::Lit(_) | Expr::Ident(_))
}

/// The name a pattern gives to the whole value.
pub(super) fn name_of(pat: &Pat) -> Option<Cow<'_, str>> {
    match pat {
        Pat::Ident(i) => Some((&*i.id.sym).into()),
        Pat::Assign(a) => name_of(&a.left),
        _ => None,
    }
}
