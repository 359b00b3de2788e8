//! What a name in a string leads to. `textDocument/definition`.

use analysis::{
    script::cursor::{self, Cursor, Enclosing},
    text::Span,
};
use tower_lsp::ls_types::{GotoDefinitionResponse, Location, Position, Range, Uri};

use crate::{
    features::{in_plan, titles, word_at, workflows_by_name},
    snapshot::Snapshot,
    workspace::path_of,
};

/// Where a phase's title, an agent type, a workflow's name or a schema's constant is defined.
pub(crate) fn definition(script: &Snapshot, position: Position) -> Option<GotoDefinitionResponse> {
    let location = titles::declaration(script, position)
        .or_else(|| agent_type(script, position))
        .or_else(|| workflow(script, position))
        .or_else(|| workflow_file(script, position))
        .or_else(|| schema(script, position))?;
    Some(GotoDefinitionResponse::Scalar(location))
}

fn literal<'a>(script: &'a Snapshot, position: Position, callee: Option<&str>, key: Option<&str>) -> Option<&'a str> {
    let offset = script.offset(position);
    let literals = cursor::literals(&script.text, callee, key);
    literals.iter().find(|named| named.content.touches(offset)).map(|named| named.content.slice(&script.text))
}

fn agent_type(script: &Snapshot, position: Position) -> Option<Location> {
    let name = literal(script, position, None, Some("agentType"))?;
    let own = path_of(&script.uri);
    let agent = script.workspace.agents_of(own.as_deref()).into_iter().find(|agent| agent.kind.name == name)?;
    Some(Location { uri: Uri::from_file_path(&agent.path)?, range: Range::default() })
}

fn workflow(script: &Snapshot, position: Position) -> Option<Location> {
    let name = literal(script, position, Some("workflow"), None)?;
    let saved = workflows_by_name(script).into_iter().find(|saved| saved.name == name)?;
    let at = Position::new(saved.line, 0);
    Some(Location { uri: Uri::from_file_path(&saved.path)?, range: Range::new(at, at) })
}

/// The script that `scriptPath` leads to.
fn workflow_file(script: &Snapshot, position: Position) -> Option<Location> {
    let path = literal(script, position, None, Some("scriptPath"))?;
    let file = runtime::workflow_at(&path_of(&script.uri)?, path);
    let uri = Uri::from_file_path(&file).filter(|_| file.is_file())?;
    Some(Location { uri, range: Range::default() })
}

/// The declaration of the constant given as `schema`.
fn schema(script: &Snapshot, position: Position) -> Option<Location> {
    let is_schema = |cursor: &Cursor| match cursor.enclosing.last() {
        Some(Enclosing::Object { key: Some(key), .. }) => key == "schema" && !cursor.behind_dot,
        Some(Enclosing::Object { key: None, .. }) => cursor.word.slice(&script.text) == "schema",
        _ => false,
    };
    let cursor = word_at(script, script.offset(position), is_schema)?;
    match script.known.plan.binding_of(in_plan(script, cursor.word)?)? {
        analysis::plan::Binding::Local { declared } => script.location(Span::new(declared.start, declared.end)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use models::AgentKind;

    use super::*;
    use crate::{
        tests::Script,
        workspace::{AgentType, Saved, Workspace},
    };

    #[test]
    fn names_lead_to_what_they_name() {
        let mut script = Script::of(
            "export const meta = { name: 'a', description: 'b', phases: [{ title: 'Find' }] }\n\
             const BUGS = { type: 'object', properties: {} }\n\
             phase('Find')\n\
             await agent('x', { schema: BUGS, agentType: 'critic' })\n\
             await workflow('audit')\n",
        );
        let kind = AgentKind { name: "critic".into(), ..AgentKind::default() };
        let critic = Arc::new(AgentType { kind, path: "/.claude/agents/critic.md".into() });
        let audit =
            Saved { name: "audit".into(), path: "/.claude/workflows/audit.js".into(), line: 3, ..Saved::default() };
        let audit = Arc::new(audit);
        script.snapshot.workspace =
            Arc::new(Workspace { agents: vec![critic], workflows: vec![audit], ..Workspace::default() });
        let leads = |part: &str| match definition(&script.snapshot, script.at(part)) {
            Some(GotoDefinitionResponse::Scalar(location)) => {
                format!(
                    "{}:{}",
                    location.uri.path().as_str().rsplit('/').next().unwrap(),
                    location.range.start.line + 1
                )
            }
            _ => "nowhere".into(),
        };
        assert_eq!(leads("Find')"), "review.workflow.js:1");
        assert_eq!(leads("BUGS, agentType"), "review.workflow.js:2");
        assert_eq!(leads("critic"), "critic.md:1");
        assert_eq!(leads("audit"), "audit.js:4");
        assert_eq!(leads("'x'"), "nowhere");
    }
}
