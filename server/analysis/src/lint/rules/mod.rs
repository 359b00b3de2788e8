//! The rules: one file each, named after the rule.

mod agent_unknown_option;
mod clock;
mod clock_alias;
mod floating_agent;
mod ignore_comment;
mod meta_declaration;
mod meta_missing;
mod meta_not_first;
mod meta_not_literal;
mod meta_required;
mod meta_shape;
mod module_import;
mod parallel_promises;
mod parse_error;
mod phase_undeclared;
mod random;
mod stray_export;
mod typescript_syntax;

use super::Rule;

/// What every rule needs.
mod prelude {
    pub(super) use swc_ecma_ast::Expr;

    pub(super) use super::super::{
        Edit, Fixing, Level, Rule,
        checker::{Checker, Report},
        views::{Body, quoted},
    };
    pub(super) use crate::{
        script::{index::NodeId, span, walk::Node},
        text::Span,
        vocabulary,
    };
}

/// All rules, by code.
pub(super) static RULES: &[Rule] = &[
    ignore_comment::RULE,
    parse_error::RULE,
    meta_missing::RULE,
    meta_not_first::RULE,
    meta_declaration::RULE,
    meta_not_literal::RULE,
    meta_required::RULE,
    meta_shape::RULE,
    stray_export::RULE,
    module_import::RULE,
    typescript_syntax::RULE,
    clock::RULE,
    random::RULE,
    clock_alias::RULE,
    agent_unknown_option::RULE,
    floating_agent::RULE,
    parallel_promises::RULE,
    phase_undeclared::RULE,
];
