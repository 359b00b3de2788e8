//! What editors and TypeScript read of the dialect: written here from the vocabulary, into `grammars/`.

use std::{fs, path::Path};

use analysis::vocabulary::{CALLS, Kind, PRIMITIVES, Profile, declarations};
use serde_json::{Value, json};

/// Writes texts to files of the repository, and fails if that changed any.
fn written<const N: usize>(files: [(&str, &str); N]) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let stale = files.map(|(file, text)| {
        let path = root.join(file);
        let stale = !fs::read_to_string(&path).is_ok_and(|old| old == text);
        if stale {
            fs::create_dir_all(path.parent().expect("a folder")).expect("the folder of a generated file");
            fs::write(&path, text).expect("a generated file that can be written");
        }
        stale
    });
    assert!(
        !stale.contains(&true),
        "a generated file was out of date and has been written anew: look at it and commit it"
    );
}

fn values() -> Vec<&'static str> {
    PRIMITIVES.iter().filter(|p| p.kind == Kind::Value).map(|p| p.name).collect()
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).expect("JSON") + "\n"
}

#[test]
fn typescript_declarations() {
    written([("grammars/workflow.d.ts", &declarations(Profile::ClaudeCode))]);
}

/// From `export const meta` to the end of a file everything is still JavaScript, but of a scope of its own; the grammar below is injected
/// there and nowhere else, so that other JavaScript keeps its looks.
#[test]
fn textmate_scope() {
    let grammar = json!({
        "scopeName": "source.js.callsheet",
        "injectionSelector": "L:source.js -meta.workflow.callsheet -comment -string",
        "patterns": [{
            "begin": r"^(?=export\s+const\s+meta\b)",
            "end": r"(?!)",
            "name": "meta.workflow.callsheet",
            "patterns": [{"include": "source.js"}],
        }],
    });
    written([("grammars/textmate/workflow.tmLanguage.json", &pretty(&grammar))]);
}

#[test]
fn textmate_injection() {
    let placeholder = json!({"include": "source.js#template-substitution-element"});
    let grammar = json!({
        "scopeName": "callsheet.injection",
        // Not in text or comments, but in the placeholders of text.
        "injectionSelector": "L:meta.workflow.callsheet -comment -string -meta.object-literal.key, \
                              L:meta.workflow.callsheet meta.template.expression -comment -(meta.template.expression string)",
        "patterns": [
            {"include": "#meta"}, {"include": "#prompt"}, {"include": "#phase"}, {"include": "#call"}, {"include": "#value"},
        ],
        "repository": {
            "meta": {
                "match": r"^(export)\s+(const)\s+(meta)\b",
                "captures": {
                    "1": {"name": "keyword.control.export.js"},
                    "2": {"name": "storage.type.js"},
                    "3": {"name": "variable.language.meta.callsheet"},
                },
            },
            "prompt": {
                "begin": r"(?<![.\w$])(agent)\s*(\()\s*(`)",
                "beginCaptures": {
                    "1": {"name": "support.function.workflow.callsheet"},
                    "2": {"name": "meta.brace.round.js"},
                    "3": {"name": "string.template.js punctuation.definition.string.template.begin.js"},
                },
                "end": "`",
                "endCaptures": {"0": {"name": "string.template.js punctuation.definition.string.template.end.js"}},
                "contentName": "string.template.js meta.prompt.callsheet",
                "patterns": [
                    placeholder,
                    {"match": r"\\.", "name": "constant.character.escape.js"},
                    {"match": r"^\s*#{1,6}\s.*?(?=`|$|\$\{)", "name": "markup.heading.prompt.callsheet"},
                    {"match": r"\*\*[^*`]+\*\*", "name": "markup.bold.prompt.callsheet"},
                    {"match": r"</?[A-Za-z][\w-]*>", "name": "entity.name.tag.prompt.callsheet"},
                ],
            },
            "phase": {
                "match": r#"(?<![.\w$])(?:(phase)\s*(\()|(phase|title)\s*(:))\s*((['"])(?:(?!\6)[^\\]|\\.)*\6)"#,
                "captures": {
                    "1": {"name": "support.function.workflow.callsheet"},
                    "2": {"name": "meta.brace.round.js"},
                    "3": {"name": "meta.object-literal.key.js"},
                    "4": {"name": "punctuation.separator.key-value.js"},
                    "5": {"name": "string.quoted.js entity.name.section.phase.callsheet"},
                },
            },
            "call": {
                "match": format!(r"(?<![.\w$])({})(?=\s*\()", CALLS.join("|")),
                "name": "support.function.workflow.callsheet",
            },
            "value": {
                "match": format!(r"(?<![.\w$])({})\b(?!\s*:)", values().join("|")),
                "name": "support.variable.workflow.callsheet",
            },
        },
    });
    written([("grammars/textmate/callsheet.tmLanguage.json", &pretty(&grammar))]);
}

fn quoted(names: &[&str]) -> String {
    names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(" ")
}

/// Writes a query by itself, for Helix, and for Neovim. Helix has a language of workflow scripts, which adds to JavaScript's queries; Neovim
/// adds to those of all JavaScript, and its plugin defines the predicate that holds in workflow scripts only.
fn written_query(file: &str, query: impl Fn(&str) -> String) {
    let for_helix = format!("; inherits: javascript\n\n{}", query(""));
    let for_neovim = format!("; extends\n\n{}", query("\n  (#callsheet-workflow?)"));
    written([
        (&format!("grammars/queries/{file}"), &query("")),
        (&format!("editors/helix/queries/workflow/{file}"), &for_helix),
        (&format!("editors/nvim/queries/javascript/{file}"), &for_neovim),
    ]);
}

#[test]
fn tree_sitter_highlights() {
    let (calls, values) = (quoted(&CALLS), quoted(&values()));
    written_query("highlights.scm", |only| {
        format!(
            r##"; The names that the dialect of workflow scripts injects.

((call_expression
  function: (identifier) @function.builtin)
  (#any-of? @function.builtin {calls}){only})

((identifier) @variable.builtin
  (#any-of? @variable.builtin {values}){only})

((program
  (export_statement
    declaration: (lexical_declaration
      (variable_declarator name: (identifier) @constant.builtin))))
  (#eq? @constant.builtin "meta"){only})

; Titles of phases, where they are declared and where they are used.
((pair
  key: (property_identifier) @_key
  value: (string (string_fragment) @markup.heading))
  (#any-of? @_key "title" "phase"){only})

((call_expression
  function: (identifier) @_call
  arguments: (arguments . (string (string_fragment) @markup.heading)))
  (#eq? @_call "phase"){only})
"##
        )
    });
}

#[test]
fn tree_sitter_injections() {
    written_query("injections.scm", |only| {
        format!(
            r##"; A prompt is Markdown; its placeholders are not.

((call_expression
  function: (identifier) @_call
  arguments: (arguments . (template_string (string_fragment) @injection.content)))
  (#eq? @_call "agent"){only}
  (#set! injection.language "markdown"))

((call_expression
  function: (identifier) @_call
  arguments: (arguments . (string (string_fragment) @injection.content)))
  (#eq? @_call "agent"){only}
  (#set! injection.language "markdown"))
"##
        )
    });
}
