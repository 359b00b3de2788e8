//! The agent type's list of tools leaves out the one that answers a schema.
//!
//! With `schema` the agent must call `StructuredOutput`; a type limited to other tools never can, and the call throws after five tries.
//!
//! ```js bad agents:reader(Read)
//! const SCHEMA = { type: 'object', properties: { ok: { type: 'boolean' } }, required: ['ok'], additionalProperties: false }
//! log(await agent('Look', { agentType: 'reader', schema: SCHEMA }))
//! ```
//!
//! ```js good agents:reader
//! const SCHEMA = { type: 'object', properties: { ok: { type: 'boolean' } }, required: ['ok'], additionalProperties: false }
//! log(await agent('Look', { agentType: 'reader', schema: SCHEMA }))
//! ```

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    code: "WF308",
    name: "agent-type-blocks-schema",
    level: Level::Warning,
    check,
    source: include_str!("agent_type_blocks_schema.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    for id in cx.calls("agent") {
        let Some(options) = cx.options(id) else { continue };
        let (Some(property), Some(_)) = (options.get("agentType"), options.get("schema")) else { continue };
        let Some(name) = property.value.and_then(|e| cx.constant_string(e)) else { continue };
        let ty = cx.context.agent_types.iter().flatten().find(|t| t.name == name.value);
        let Some(tools) = ty.and_then(|t| t.tools.as_ref()) else { continue };
        if !tools.iter().any(|t| matches!(t.as_str(), "StructuredOutput" | "*")) {
            let message = format!(
                "{} may use {} only, so it cannot answer a schema: add `StructuredOutput` to its tools.",
                quoted(&name.value),
                tools.join(", ")
            );
            report.at(name.span, message);
        }
    }
}
