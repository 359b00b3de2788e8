//! What can be written here. `textDocument/completion`.

use analysis::{
    Context,
    intended::{self, Broken},
    plan::Value,
    script::{
        Chain,
        cursor::{self, Cursor, Enclosing},
    },
    text::Span,
    vocabulary::{self, Field, Kind, Profile, Type},
};
use tower_lsp::ls_types::*;

use crate::{
    features::{
        fields::{Fields, fields_here, in_schema},
        reasons, titles,
        values::{fields_of, value_of},
        workflows_by_name,
    },
    snapshot::Snapshot,
    workflows::context,
    workspace::path_of,
};

/// What can be written at a position. The text, completed to the one it is about to be, is interpreted for it: that wants a stack as deep as
/// the analyst's.
pub(crate) fn completion(script: &Snapshot, position: Position) -> Vec<CompletionItem> {
    let offset = script.offset(position);
    let Some(cursor) = cursor::at(&script.text, offset) else { return profiles(script, offset) };
    let items = Items { script, cursor: &cursor, offset };
    if cursor.behind_dot {
        return items.members();
    }
    if cursor.is_compared(&script.text) {
        let choices = items.choices();
        if !choices.is_empty() || cursor.string.is_some() {
            return choices;
        }
    }
    if let Some(Enclosing::Object { keys, key, .. }) = cursor.enclosing.last() {
        let fields = fields_here(script, &cursor);
        return match (key, &fields) {
            (None, Fields::None) => items.taken_apart(),
            (None, _) => items.keys(&fields, keys),
            (Some(key), _) => items.values(&fields, key),
        };
    }
    match cursor.enclosing.last() {
        Some(Enclosing::Call { callee, member: false, argument: 0 }) => match callee.slice(&script.text) {
            "phase" => return items.titles(),
            "workflow" => return items.workflows(),
            _ => {}
        },
        Some(Enclosing::Array) if cursor.string.is_some() => return items.of_a_list(),
        _ => {}
    }
    if cursor.string.is_none() { items.primitives() } else { vec![] }
}

/// The names of profiles, in a comment `@callsheet profile:`.
fn profiles(script: &Snapshot, offset: u32) -> Vec<CompletionItem> {
    let (before, behind) = script.text.split_at(offset as usize);
    let line = before.lines().next_back().unwrap_or_default();
    let named = line.split_once("@callsheet").and_then(|(_, said)| said.trim_start().strip_prefix("profile:"));
    let Some(word) = named.map(str::trim_start).filter(|word| word.chars().all(is_of_name)) else { return vec![] };
    let end = behind.len() - behind.trim_start_matches(is_of_name).len();
    let range = script.range(Span::new(offset - word.len() as u32, offset + end as u32));
    let item = |profile: Profile| CompletionItem {
        label: profile.name().into(),
        kind: Some(CompletionItemKind::ENUM_MEMBER),
        text_edit: Some(CompletionTextEdit::Edit(TextEdit { range, new_text: profile.name().into() })),
        ..CompletionItem::default()
    };
    Profile::ALL.map(item).into()
}

fn is_of_name(c: char) -> bool {
    c.is_alphanumeric() || c == '-'
}

struct Items<'a> {
    script: &'a Snapshot,
    cursor: &'a Cursor,
    offset: u32,
}

impl Items<'_> {
    fn keys(&self, fields: &Fields, taken: &[String]) -> Vec<CompletionItem> {
        let free = |name: &str| !taken.iter().any(|key| key == name);
        let profile = self.script.profile();
        match fields {
            Fields::Known(fields) => fields
                .iter()
                .filter(|field| free(field.name) && field.profiles.has(profile))
                .map(|field| self.key(field))
                .collect(),
            Fields::Schema => {
                let keywords =
                    vocabulary::SCHEMA_KEYWORDS.iter().filter(|keyword| free(keyword.name) && self.names_no_property());
                keywords
                    .map(|k| self.item(k.name, format!("{}: ", k.name), CompletionItemKind::PROPERTY, k.doc))
                    .collect()
            }
            Fields::None => vec![],
        }
    }

    /// Directly in `properties: {…}` keys are the author's own.
    fn names_no_property(&self) -> bool {
        let outer = self.cursor.enclosing.iter().rev().nth(1);
        !matches!(outer, Some(Enclosing::Object { key: Some(key), .. }) if key == "properties")
    }

    fn key(&self, field: &Field) -> CompletionItem {
        let mut item = self.item(field.name, format!("{}: ", field.name), CompletionItemKind::PROPERTY, "");
        item.detail = Some(field.ty.typescript());
        item.documentation = Some(Documentation::MarkupContent(reasons::markdown(vocabulary::hover_field(field))));
        item.preselect = field.required.then_some(true);
        let quoted = matches!(field.ty, Type::String | Type::Enum(_) | Type::Open(_));
        if self.script.client.snippets && quoted {
            item.insert_text_format = Some(InsertTextFormat::SNIPPET);
            self.put(&mut item, format!("{}: '$0'", field.name));
        }
        item
    }

    fn values(&self, fields: &Fields, key: &str) -> Vec<CompletionItem> {
        match fields {
            Fields::Known(fields) => match (key, fields.iter().find(|field| field.name == key)) {
                ("phase", _) => self.titles(),
                ("agentType", _) => self.agent_types(),
                ("schema", Some(_)) => self.schemas(),
                (_, Some(field)) => {
                    let value = |value: &&str| self.text(value, CompletionItemKind::ENUM_MEMBER, "");
                    field.ty.values().iter().map(value).collect()
                }
                _ => vec![],
            },
            Fields::Schema if key == "type" => self.schema_types(),
            _ => vec![],
        }
    }

    fn schema_types(&self) -> Vec<CompletionItem> {
        if !in_schema(self.script, self.cursor) {
            return vec![];
        }
        vocabulary::SCHEMA_TYPES.iter().map(|name| self.text(name, CompletionItemKind::ENUM_MEMBER, "")).collect()
    }

    fn titles(&self) -> Vec<CompletionItem> {
        let mut seen: Vec<String> = Vec::new();
        for title in titles::titles(self.script) {
            let here = self.cursor.string == Some(title.content);
            if !here && !title.text.is_empty() && !seen.contains(&title.text) {
                seen.push(title.text);
            }
        }
        seen.iter().map(|title| self.text(title, CompletionItemKind::ENUM_MEMBER, "")).collect()
    }

    fn agent_types(&self) -> Vec<CompletionItem> {
        let own = path_of(&self.script.uri);
        let kinds = self.script.workspace.agents_of(own.as_deref()).into_iter().map(|agent| &agent.kind);
        kinds.map(|kind| self.text(&kind.name, CompletionItemKind::CLASS, &kind.description)).collect()
    }

    fn workflows(&self) -> Vec<CompletionItem> {
        let saved = workflows_by_name(self.script);
        saved.iter().map(|saved| self.text(&saved.name, CompletionItemKind::MODULE, &saved.description)).collect()
    }

    fn primitives(&self) -> Vec<CompletionItem> {
        vocabulary::PRIMITIVES
            .iter()
            .filter(|primitive| primitive.profiles.has(self.script.profile()))
            .map(|primitive| {
                let call = primitive.kind == Kind::Call;
                let kind = if call { CompletionItemKind::FUNCTION } else { CompletionItemKind::VARIABLE };
                let mut item = self.item(primitive.name, primitive.name.into(), kind, "");
                item.detail = Some(if call { vocabulary::signature(primitive).label } else { primitive.ty.into() });
                item.documentation = Some(Documentation::MarkupContent(reasons::markdown(primitive.doc.into())));
                item
            })
            .collect()
    }

    /// The constants that are JSON Schemas.
    fn schemas(&self) -> Vec<CompletionItem> {
        let names = cursor::schemas(&self.script.text).into_iter().map(|name| name.slice(&self.script.text));
        names.map(|name| self.item(name, name.into(), CompletionItemKind::CONSTANT, "")).collect()
    }

    /// What a list in a schema can hold: names of properties in `required`, types in `type`.
    fn of_a_list(&self) -> Vec<CompletionItem> {
        let outer = self.cursor.enclosing.iter().rev().nth(1);
        match outer {
            Some(Enclosing::Object { key: Some(key), .. }) if key == "type" => self.schema_types(),
            Some(Enclosing::Object { key: Some(key), .. })
                if key == "required" && in_schema(self.script, self.cursor) =>
            {
                let names = cursor::keys_beside(&self.script.text, self.offset, "properties");
                names.iter().map(|name| self.text(name, CompletionItemKind::FIELD, "")).collect()
            }
            _ => vec![],
        }
    }

    /// The texts that a value can be that what is written here is compared with.
    fn choices(&self) -> Vec<CompletionItem> {
        let compared = intended::compared(&self.script.text, self.cursor, self.offset, &self.context());
        let value = compared.ok().flatten();
        let texts = value.as_ref().filter(|value| !value.is_unknown()).and_then(Value::texts).unwrap_or_default();
        texts.iter().map(|text| self.text(text, CompletionItemKind::ENUM_MEMBER, "")).collect()
    }

    /// The fields of what braces take apart.
    fn taken_apart(&self) -> Vec<CompletionItem> {
        let value = intended::taken_apart(&self.script.text, self.cursor, &self.context()).ok().flatten();
        value.map_or(vec![], |value| self.fields(&value))
    }

    /// The fields of a value whose shape is known: from a schema, an object in the script, or `budget`.
    fn members(&self) -> Vec<CompletionItem> {
        let (script, chain) = (self.script, self.cursor.member_of.as_ref());
        let is_budget = |chain: &Chain| chain.steps.is_empty() && chain.root.slice(&script.text) == "budget";
        if chain.is_some_and(is_budget)
            && let Some(budget) = vocabulary::primitive("budget")
        {
            let members = budget.members.iter();
            return members
                .map(|m| CompletionItem {
                    detail: Some(m.ty.into()),
                    ..self.item(m.name, m.name.into(), CompletionItemKind::PROPERTY, m.doc)
                })
                .collect();
        }
        let value = match intended::object(&script.text, self.cursor, self.offset, &self.context()) {
            Ok(value) => value,
            Err(Broken) => chain.and_then(|chain| value_of(script, chain)),
        };
        value.map_or(vec![], |value| self.fields(&value))
    }

    fn context(&self) -> Context {
        let args =
            self.script.last.as_ref().filter(|_| self.script.known.of_last_args).and_then(|last| last.args.as_deref());
        let context = context(&self.script.uri, &self.script.settings, &self.script.workspace);
        Context { args: args.cloned(), ..context }
    }

    fn fields(&self, value: &Value) -> Vec<CompletionItem> {
        let fields = fields_of(value).iter().map(|field| {
            let mut item = self.item(&field.name, field.name.clone(), CompletionItemKind::FIELD, "");
            item.detail = Some(format!("{}{}", field.value, if field.optional { " | undefined" } else { "" }));
            item
        });
        fields.collect()
    }

    /// A string, with quotes where the cursor is in none.
    fn text(&self, text: &str, kind: CompletionItemKind, doc: &str) -> CompletionItem {
        let put =
            if self.cursor.string.is_some() { text.to_string() } else { format!("'{}'", text.replace('\'', "\\'")) };
        self.item(text, put, kind, doc)
    }

    fn item(&self, label: &str, put: String, kind: CompletionItemKind, doc: &str) -> CompletionItem {
        let mut item = CompletionItem { label: label.into(), kind: Some(kind), ..CompletionItem::default() };
        if !doc.is_empty() {
            item.documentation = Some(Documentation::MarkupContent(reasons::markdown(doc.into())));
        }
        self.put(&mut item, put);
        item
    }

    /// What is replaced: the content of the string the cursor is in, or the word.
    fn put(&self, item: &mut CompletionItem, new_text: String) {
        let range = self.script.range(self.cursor.string.unwrap_or(self.cursor.word));
        item.filter_text = self.cursor.string.is_some().then(|| item.label.clone());
        item.text_edit = Some(CompletionTextEdit::Edit(TextEdit { range, new_text }));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use expect_test::{Expect, expect};
    use models::AgentKind;

    use super::*;
    use crate::{
        tests::Script,
        workspace::{AgentType, Saved, Workspace},
    };

    fn check(text: &str, expected: &Expect) {
        expected.assert_eq(&shown(text));
    }

    /// What can be written at `|`: label and, where it differs, the text put in.
    fn shown(text: &str) -> String {
        let offset = text.find('|').expect("a cursor");
        let mut script = Script::of(&text.replacen('|', "", 1));
        let description = "Finds faults".to_string();
        let kind = AgentKind { name: "critic".into(), description: description.clone(), ..AgentKind::default() };
        let audit =
            Saved { name: "audit".into(), description, path: "/.claude/workflows/y.js".into(), ..Saved::default() };
        script.snapshot.workspace = Arc::new(Workspace {
            agents: vec![Arc::new(AgentType { kind, path: "/.claude/agents/x.md".into() })],
            workflows: vec![Arc::new(audit)],
            ..Workspace::default()
        });
        let position = script.snapshot.converter().position(offset as u32);
        completion(&script.snapshot, position)
            .iter()
            .map(|item| {
                let Some(CompletionTextEdit::Edit(edit)) = &item.text_edit else { panic!("an edit") };
                let put = if edit.new_text == item.label { String::new() } else { format!(" -> {}", edit.new_text) };
                format!("{}{put}\n", item.label)
            })
            .collect()
    }

    #[test]
    fn options_of_an_agent() {
        check(
            "agent('x', { label: 'a', m| })",
            &expect![[r#"
                phase -> phase: 
                schema -> schema: 
                model -> model: 
                effort -> effort: 
                isolation -> isolation: 
                agentType -> agentType: 
                stallMs -> stallMs: 
                rlm -> rlm: 
            "#]],
        );
        check(
            "agent('x', { effort: '|' })",
            &expect![[r#"
            low
            medium
            high
            xhigh
            max
        "#]],
        );
        check(
            "agent('x', { model: |",
            &expect![[r#"
            haiku -> 'haiku'
            sonnet -> 'sonnet'
            opus -> 'opus'
            fable -> 'fable'
            inherit -> 'inherit'
        "#]],
        );
        check(
            "agent('x', { agentType: '|",
            &expect![[r#"
            critic
        "#]],
        );
        check(
            "workflow('|')",
            &expect![[r#"
            audit
        "#]],
        );
    }

    #[test]
    fn titles_of_phases() {
        let meta =
            "export const meta = { name: 'a', description: 'b', phases: [{ title: 'Find' }, { title: 'Fix' }] }\n";
        check(
            &format!("{meta}phase('|')"),
            &expect![[r#"
            Find
            Fix
        "#]],
        );
        check(
            &format!("{meta}await agent('x', {{ phase: | }})"),
            &expect![[r#"
            Find -> 'Find'
            Fix -> 'Fix'
        "#]],
        );
    }

    #[test]
    fn meta_and_schemas() {
        check(
            "export const meta = { name: 'a', | }",
            &expect![[r#"
            description -> description: 
            whenToUse -> whenToUse: 
            phases -> phases: 
        "#]],
        );
        check(
            "export const meta = { phases: [{ | }] }",
            &expect![[r#"
            title -> title: 
            detail -> detail: 
            model -> model: 
        "#]],
        );
        check(
            "agent('x', { schema: { type: '|' } })",
            &expect![[r#"
            object
            array
            string
            number
            integer
            boolean
            null
        "#]],
        );
        check("agent('x', { schema: { type: 'object', properties: { |", &expect![[r#""#]]);
        check("const S = { | }", &expect![[r#""#]]);
        check(
            "rlm({ question: 'Who?', | })",
            &expect![[r#"
                context -> context: 
                contexts -> contexts: 
                schema -> schema: 
                model -> model: 
                subModel -> subModel: 
                maxTurns -> maxTurns: 
                maxDepth -> maxDepth: 
                budget -> budget: 
                workflows -> workflows: 
                direct -> direct: 
                validate -> validate: 
                label -> label: 
            "#]],
        );
        check(
            "agent('Who?', { rlm: { | } })",
            &expect![[r#"
                context -> context: 
                contexts -> contexts: 
                subModel -> subModel: 
                maxTurns -> maxTurns: 
                maxDepth -> maxDepth: 
                budget -> budget: 
                workflows -> workflows: 
                direct -> direct: 
            "#]],
        );
    }

    #[test]
    fn names() {
        check(
            "const x = await |",
            &expect![[r#"
            agent
            parallel
            pipeline
            phase
            log
            workflow
            rlm
            args
            budget
        "#]],
        );
        check(
            "budget.|",
            &expect![[r#"
            total
            spent
            remaining
        "#]],
        );
        check("// a|", &expect![[r#""#]]);
        assert!(shown("// @callsheet profile: |").starts_with("claude-code\nportable\npi\n"));
        assert_eq!(shown("/* @callsheet profile:op|en */"), shown("// @callsheet profile: |"));
        assert_eq!(shown("// @callsheet profile: pi and |"), "");
        assert_eq!(shown("const x = '@callsheet profile: |'"), "");
    }

    #[test]
    fn what_is_compared_and_taken_apart() {
        let one = |line: &str| shown(&format!("{FOUND}{line}")).replace('\n', " ").trim_end().to_owned();
        for (line, put) in [
            ("if (found.level === '|') {}", "low high"),
            ("if (found.level === '|", "low high"),
            ("if (found.level !== | ) {}", "low -> 'low' high -> 'high'"),
            ("all.filter(a => a?.level == 'h|')", "low high"),
            ("switch (found?.level) { case '|", "low high"),
            ("switch (found?.level) {\n  case 'low': break\n  case '|'\n}", "low high"),
            ("log(found === '|')", ""),
            ("const { | } = found", "level files"),
            ("const { files, l| } = found ?? {}", "level"),
            ("const { files: [{ | }] } = found", "path bugs"),
            ("const {\n  files,\n  |\n} = found", "level"),
            ("found.files.forEach(({ path, | }) => 1)", "bugs"),
            ("found.files.forEach(({ path, |", "bugs"),
            ("found.files.forEach(({ | }))", "path bugs"),
            ("await parallel(found.files.map(async ({ |", "path bugs"),
            ("found.files.map(function ({ path, |", "bugs"),
            ("found.files.map((file) => ({ path, |", ""),
            ("const { | } = await agent('x', { schema: S })", "level files"),
            ("log({ | })", ""),
        ] {
            assert_eq!(one(line), put, "{line}");
        }
    }

    #[test]
    fn schemas_of_constants() {
        const ITEM: &str =
            "const ITEM = { type: 'object', properties: { file: { type: 'string' } } }\nconst kind = { type: 'bug' }\n";
        let one = |line: &str| shown(&format!("{ITEM}{line}")).replace('\n', " ").trim_end().to_owned();
        for (line, put) in [
            ("agent('x', { schema: |", "ITEM"),
            ("agent('x', { schema: I| })", "ITEM"),
            ("const T = { type: 'object', required: ['|'], properties: { a: {}, b: { type: 'string' } } }", "a b"),
            ("agent('x', { schema: { type: 'object', properties: { c: { required: ['|'] }, a: {} } } })", ""),
            ("const x = { required: ['|'] }", ""),
            ("const x = { type: 'bug', | }", ""),
        ] {
            assert_eq!(one(line), put, "{line}");
        }
        assert!(one("const O = { mo| }\nagent('x', O)").contains("model -> model:"));
        assert!(one("const O = { | }\nagent('x', { ...O, label: 'x' })").contains("effort -> effort:"));
        assert_eq!(one("const O = { | }\nlog(O)"), "");
        assert!(one("const T = { type: 'array', | }").contains("maxItems -> maxItems:"));
        assert!(one("const T = { type: ['|'] }").starts_with("object array string"));
    }

    const FOUND: &str = "\
export const meta = { name: 'a', description: 'b' }
const S = { type: 'object', required: ['files'], properties: { level: { enum: ['low', 'high'] }, files: { type: 'array', items: { type: 'object', properties: {
  path: { type: 'string' }, bugs: { type: 'array', items: { type: 'object', properties: { line: { type: 'integer' } } } } } } } } }
const found = await agent('Find bugs', { schema: S })
const all = await parallel([() => agent('One', { schema: S }), () => agent('Two', { schema: S })])
";

    #[test]
    fn fields_of_what_agents_answer() {
        let files = "level\nfiles\n";
        let file = "path\nbugs\n";
        for (line, fields) in [
            ("found.|", files),
            ("if (found?.fi|) {}", files),
            ("log(all[0].|)", files),
            ("all.filter(Boolean).map(answer => answer.|", files),
            ("for (const answer of all) { log(answer.|", files),
            ("found.files[0].|", file),
            ("found.files.map(file => file.|", file),
            ("await parallel(found.files.map(f => () => agent(`Fix ${f.|}`)))", file),
            ("found.files.map(f => f.bugs.map(b => b.|", "line\n"),
            ("const { files } = found\nfiles.at(-1).|", file),
            ("found.files.|", ""),
            ("found.nothing.|", ""),
            ("unknown(found).|", ""),
            ("log((await agent('x', { schema: S })).|", files),
            ("for (const answer of new Set(all)) log(answer.|", files),
            ("for (const [, file] of new Map(found.files.map(f => [f.path, f]))) log(file.|", file),
            ("Object.values({ found }).map(answer => answer.|", files),
            (
                "const one = async f => agent(f.path, { schema: S })\nconst r = await one(found.files[0])\nlog(r.|",
                files,
            ),
            ("const mine = all.map((a, i) => ({ a, i }))\nmine.map(({ a }) => a.|", files),
            ("const answer = (found) => found.|\nlog(1)", ""),
            ("log(`é 😀 ${found.|", files),
            ("all.toSorted((a, b) => b.|", files),
        ] {
            assert_eq!(shown(&format!("{FOUND}{line}")), fields, "{line}");
        }
    }
}
