//! The rules: one file each, named after the rule.

mod agent_arity;
mod agent_count;
mod agent_empty_prompt;
mod agent_model_unknown;
mod agent_option_value;
mod agent_prompt_type;
mod agent_type_blocks_schema;
mod agent_type_unknown;
mod agent_unknown_option;
mod aliased_primitive;
mod all_null_synthesis;
mod args_json_string;
mod args_unguarded;
mod bad_return;
mod bare_agent_throws;
mod budget_call;
mod budget_floor;
mod budget_loop_unguarded;
mod callsheet_comment;
mod catch_swallows;
mod clock;
mod clock_alias;
mod combinator_not_awaited;
mod completion_order_prompt;
mod concurrent_mutation;
mod cost_estimate;
mod dead_after_return;
mod dedupe_confirmed_only;
mod discarded_result;
mod double_escaped_newline;
mod dynamic_code;
mod enum_mismatch;
mod extension;
mod fanout_inherits_model;
mod fanout_label_missing;
mod fanout_too_large;
mod field_without_schema;
mod file_not_discoverable;
mod filter_then_index;
mod floating_agent;
mod foreign_primitive;
mod ignore_comment;
mod json_parse_on_object;
mod meta_declaration;
mod meta_missing;
mod meta_name_collision;
mod meta_name_slug;
mod meta_name_vs_file;
mod meta_not_first;
mod meta_not_literal;
mod meta_required;
mod meta_reserved_key;
mod meta_shape;
mod meta_unknown_key;
mod module_import;
mod needless_barrier;
mod nested_args;
mod nested_depth;
mod nested_dynamic;
mod nested_fanout_size;
mod nested_self;
mod nested_unknown;
mod no_return;
mod non_idempotent_agent;
mod nullable_agent_deref;
mod nullable_in_template;
mod object_in_template;
mod opaque_options;
mod parallel_argument;
mod parallel_promises;
mod parallel_writers;
mod parse_error;
mod phase_in_concurrent;
mod phase_model_inert;
mod phase_not_string;
mod phase_title_duplicate;
mod phase_undeclared;
mod phase_unused;
mod pipeline_items;
mod pipeline_no_stage;
mod pipeline_stage_not_function;
mod plain_quote_interpolation;
mod profile_portability;
mod promise_all;
mod promise_as_value;
mod promise_never_awaited;
mod race;
mod random;
mod result_field_optional;
mod result_field_unknown;
mod results_not_filtered;
mod resume_prefix_risk;
mod schema_array_items;
mod schema_invalid;
mod schema_keyword_profile;
mod schema_nothing_required;
mod schema_open;
mod schema_required_unknown;
mod schema_root;
mod schema_runtime_enum;
mod schema_unsatisfiable;
mod scope_parameter;
pub(crate) mod script_size;
mod shadowed_primitive;
mod silent_drop;
mod stage_no_return;
mod stage_prev_nullable;
mod stray_export;
mod then_hides_null;
mod thunk_no_return;
mod typescript_syntax;
mod unavailable_global;
mod unbounded_agent_loop;
mod unbounded_fanout_source;
mod unbounded_json_prompt;
mod unknown_identifier;
mod worktree_handoff;

use super::Rule;

/// What every rule needs.
mod prelude {
    pub(super) use swc_ecma_ast::Expr;

    pub(super) use super::super::{
        Edit, Fixing, Level, Rule,
        checker::{Checker, PROMISING, Report},
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
    callsheet_comment::RULE,
    parse_error::RULE,
    meta_missing::RULE,
    meta_not_first::RULE,
    meta_declaration::RULE,
    meta_not_literal::RULE,
    meta_required::RULE,
    meta_shape::RULE,
    meta_unknown_key::RULE,
    meta_reserved_key::RULE,
    meta_name_slug::RULE,
    meta_name_vs_file::RULE,
    meta_name_collision::RULE,
    phase_title_duplicate::RULE,
    phase_model_inert::RULE,
    stray_export::RULE,
    module_import::RULE,
    typescript_syntax::RULE,
    script_size::RULE,
    file_not_discoverable::RULE,
    no_return::RULE,
    bad_return::RULE,
    clock::RULE,
    random::RULE,
    clock_alias::RULE,
    unavailable_global::RULE,
    unknown_identifier::RULE,
    dynamic_code::RULE,
    shadowed_primitive::RULE,
    foreign_primitive::RULE,
    aliased_primitive::RULE,
    race::RULE,
    concurrent_mutation::RULE,
    agent_arity::RULE,
    agent_empty_prompt::RULE,
    agent_prompt_type::RULE,
    agent_unknown_option::RULE,
    agent_option_value::RULE,
    agent_model_unknown::RULE,
    agent_type_unknown::RULE,
    agent_type_blocks_schema::RULE,
    floating_agent::RULE,
    promise_as_value::RULE,
    promise_never_awaited::RULE,
    discarded_result::RULE,
    fanout_label_missing::RULE,
    plain_quote_interpolation::RULE,
    double_escaped_newline::RULE,
    object_in_template::RULE,
    nullable_in_template::RULE,
    fanout_inherits_model::RULE,
    parallel_writers::RULE,
    worktree_handoff::RULE,
    opaque_options::RULE,
    schema_root::RULE,
    schema_invalid::RULE,
    schema_unsatisfiable::RULE,
    schema_required_unknown::RULE,
    schema_open::RULE,
    schema_nothing_required::RULE,
    schema_array_items::RULE,
    schema_runtime_enum::RULE,
    result_field_unknown::RULE,
    result_field_optional::RULE,
    field_without_schema::RULE,
    json_parse_on_object::RULE,
    enum_mismatch::RULE,
    schema_keyword_profile::RULE,
    parallel_argument::RULE,
    parallel_promises::RULE,
    thunk_no_return::RULE,
    pipeline_items::RULE,
    pipeline_stage_not_function::RULE,
    pipeline_no_stage::RULE,
    stage_no_return::RULE,
    stage_prev_nullable::RULE,
    promise_all::RULE,
    fanout_too_large::RULE,
    combinator_not_awaited::RULE,
    needless_barrier::RULE,
    scope_parameter::RULE,
    nested_fanout_size::RULE,
    unbounded_fanout_source::RULE,
    nullable_agent_deref::RULE,
    results_not_filtered::RULE,
    then_hides_null::RULE,
    filter_then_index::RULE,
    silent_drop::RULE,
    catch_swallows::RULE,
    all_null_synthesis::RULE,
    bare_agent_throws::RULE,
    phase_undeclared::RULE,
    phase_unused::RULE,
    phase_in_concurrent::RULE,
    phase_not_string::RULE,
    args_unguarded::RULE,
    args_json_string::RULE,
    budget_loop_unguarded::RULE,
    budget_call::RULE,
    unbounded_agent_loop::RULE,
    budget_floor::RULE,
    dedupe_confirmed_only::RULE,
    agent_count::RULE,
    cost_estimate::RULE,
    nested_unknown::RULE,
    nested_depth::RULE,
    nested_self::RULE,
    nested_dynamic::RULE,
    nested_args::RULE,
    completion_order_prompt::RULE,
    resume_prefix_risk::RULE,
    non_idempotent_agent::RULE,
    unbounded_json_prompt::RULE,
    dead_after_return::RULE,
    profile_portability::RULE,
    extension::RULE,
];

/// The rule with this code.
pub(super) fn with_code(code: &str) -> Option<&'static Rule> {
    RULES.binary_search_by_key(&code, |rule| rule.code).ok().map(|at| &RULES[at])
}
