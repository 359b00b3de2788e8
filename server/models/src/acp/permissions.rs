//! What agents with tools may do, when they ask.

use std::str::FromStr;

use serde_json::Value;

/// How much an agent may do. An agent asks before it acts; what it may not do is refused, and it goes on without.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Permissions {
    /// Read, search, think.
    #[default]
    ReadOnly,
    /// Change files too.
    Edit,
    /// Whatever it asks for: run commands, reach the network.
    All,
}

impl Permissions {
    /// All, the narrowest first.
    pub const ALL: [Self; 3] = [Self::ReadOnly, Self::Edit, Self::All];

    /// The name a person writes.
    pub fn name(self) -> &'static str {
        match self {
            Self::ReadOnly => "read-only",
            Self::Edit => "edit",
            Self::All => "all",
        }
    }
}

impl FromStr for Permissions {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let known = || Self::ALL.into_iter().map(Self::name);
        Self::ALL
            .into_iter()
            .find(|permissions| permissions.name() == name)
            .ok_or_else(|| format!("permissions are {}", known().collect::<Vec<_>>().join(", ")))
    }
}

/// The tool of ours, which every agent may call whatever its permissions: its answer comes by it.
pub(crate) const TOOL: &str = "structured_output";

/// Kinds of tools of the protocol, by what a kind of agent calls its own. Source: the protocol's schema and the vendor's
/// documentation of agent files.
const KINDS: [(&str, &[&str]); 5] = [
    ("read", &["Read", "LS", "NotebookRead"]),
    ("search", &["Grep", "Glob", "LS"]),
    ("edit", &["Edit", "Write", "MultiEdit", "NotebookEdit"]),
    ("execute", &["Bash"]),
    ("fetch", &["WebFetch", "WebSearch"]),
];

/// Decides on one request of an agent: the id of the option to choose, and whether that lets it act. `None` where the agent
/// offers no option that fits.
pub(super) fn decide(permissions: Permissions, tools: Option<&[String]>, asked: &Value) -> (Option<String>, bool) {
    let call = &asked["toolCall"];
    let allowed = is_ours(call) || allows(permissions, call["kind"].as_str().unwrap_or("other"), tools);
    let kinds = if allowed { ["allow_once", "allow_always"] } else { ["reject_once", "reject_always"] };
    let options = asked["options"].as_array().map(Vec::as_slice).unwrap_or_default();
    let option = kinds.iter().find_map(|kind| options.iter().find(|option| option["kind"] == *kind));
    (option.and_then(|option| option["optionId"].as_str()).map(str::to_owned), allowed)
}

/// Agents name our tool each in their own way, always with its name in it.
fn is_ours(call: &Value) -> bool {
    let texts =
        [&call["title"], &call["toolName"], &call["rawInput"]["name"], &call["_meta"]["claudeCode"]["toolName"]];
    texts.iter().filter_map(|text| text.as_str()).any(|text| {
        let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or_default();
        words == TOOL || words.ends_with(&format!("_{TOOL}"))
    })
}

fn allows(permissions: Permissions, kind: &str, tools: Option<&[String]>) -> bool {
    let within = match permissions {
        Permissions::ReadOnly => matches!(kind, "read" | "search" | "think"),
        Permissions::Edit => matches!(kind, "read" | "search" | "think" | "edit" | "delete" | "move"),
        Permissions::All => true,
    };
    let kind = if matches!(kind, "delete" | "move") { "edit" } else { kind };
    let listed = KINDS.iter().find(|(name, _)| *name == kind);
    let has = |(_, names): &(&str, &[&str])| match tools {
        Some(tools) => tools.iter().any(|tool| tool == "*" || names.contains(&tool.split('(').next().unwrap_or(tool))),
        None => true,
    };
    within && listed.is_none_or(has)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn asked(call: Value) -> Value {
        json!({"toolCall": call, "options": [
            {"optionId": "y", "kind": "allow_once"}, {"optionId": "yy", "kind": "allow_always"},
            {"optionId": "n", "kind": "reject_once"}]})
    }

    #[test]
    fn each_permission_allows_what_it_says() {
        let kinds = ["read", "search", "edit", "delete", "execute", "fetch", "other"];
        let allowed = |permissions| {
            kinds
                .into_iter()
                .filter(|kind| decide(permissions, None, &asked(json!({"kind": kind}))).1)
                .collect::<Vec<_>>()
        };
        assert_eq!(allowed(Permissions::ReadOnly), ["read", "search"]);
        assert_eq!(allowed(Permissions::Edit), ["read", "search", "edit", "delete"]);
        assert_eq!(allowed(Permissions::All), kinds);
        let choice = |permissions| decide(permissions, None, &asked(json!({"kind": "edit"}))).0;
        assert_eq!([choice(Permissions::ReadOnly), choice(Permissions::Edit)], [Some("n".into()), Some("y".into())]);
    }

    #[test]
    fn a_kind_of_agent_keeps_to_its_tools() {
        let tools = ["Read".to_owned(), "Bash(git log)".to_owned()];
        let may = |kind: &str| decide(Permissions::All, Some(&tools), &asked(json!({"kind": kind}))).1;
        assert_eq!(["read", "execute", "edit", "fetch"].map(may), [true, true, false, false]);
    }

    #[test]
    fn our_own_tool_is_always_allowed_and_nothing_that_only_speaks_of_it() {
        let may = |call: Value| decide(Permissions::ReadOnly, Some(&[]), &asked(call)).1;
        assert!(may(json!({"title": "mcp__callsheet__structured_output", "kind": "other"})));
        assert!(may(json!({"title": "callsheet_structured_output"})));
        assert!(may(json!({"title": "structured_output (callsheet MCP Server)"})));
        assert!(!may(json!({"title": "rm -rf structured_output", "kind": "execute"})));
    }
}
