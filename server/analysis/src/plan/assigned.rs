//! Which names patterns and assignments declare or assign to.

use swc_ecma_ast::{AssignTarget, AssignTargetPat, Expr, ObjectPat, ObjectPatProp, Pat, SimpleAssignTarget, SuperProp};

use super::scope::Walk;

impl<'a> Walk<'a> {
    pub(super) fn pat(&mut self, pat: &'a Pat, assigns: bool) {
        match pat {
            Pat::Ident(i) => self.resolve(&i.id, assigns),
            Pat::Array(a) => a.elems.iter().flatten().for_each(|p| self.pat(p, assigns)),
            Pat::Rest(r) => self.pat(&r.arg, assigns),
            Pat::Object(o) => self.object_pat(o, assigns),
            Pat::Assign(a) => {
                self.pat(&a.left, assigns);
                self.expr(&a.right);
            }
            Pat::Expr(e) => self.expr(e),
            Pat::Invalid(_) => {}
        }
    }

    fn object_pat(&mut self, pat: &'a ObjectPat, assigns: bool) {
        for prop in &pat.props {
            match prop {
                ObjectPatProp::KeyValue(kv) => {
                    self.prop_name(&kv.key);
                    self.pat(&kv.value, assigns);
                }
                ObjectPatProp::Assign(a) => {
                    self.resolve(&a.key.id, assigns);
                    a.value.iter().for_each(|e| self.expr(e));
                }
                ObjectPatProp::Rest(r) => self.pat(&r.arg, assigns),
            }
        }
    }

    pub(super) fn target(&mut self, target: &'a AssignTarget) {
        match target {
            AssignTarget::Simple(simple) => match simple {
                SimpleAssignTarget::Ident(i) => self.resolve(&i.id, true),
                SimpleAssignTarget::Member(m) => {
                    self.expr(&m.obj);
                    self.member_prop(&m.prop);
                }
                SimpleAssignTarget::SuperProp(s) => {
                    if let SuperProp::Computed(c) = &s.prop {
                        self.expr(&c.expr);
                    }
                }
                SimpleAssignTarget::Paren(p) => match p.expr.unwrap_parens() {
                    Expr::Ident(i) => self.resolve(i, true),
                    other => self.expr(other),
                },
                _ => {}
            },
            AssignTarget::Pat(AssignTargetPat::Array(a)) => a.elems.iter().flatten().for_each(|p| self.pat(p, true)),
            AssignTarget::Pat(AssignTargetPat::Object(o)) => self.object_pat(o, true),
            AssignTarget::Pat(AssignTargetPat::Invalid(_)) => {}
        }
    }
}
