//! The settings that editors and docs show are those of the server.

use std::{fs, path::Path};

use lsp::settings::{Scope, Setting, table};
use serde_json::{Map, Value, json};

/// Writes `new` to a file of the house; fails where that changed something, so that the change is looked at and kept.
fn keep(path: &str, new: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path);
    let old = fs::read_to_string(&path).unwrap_or_default();
    if old != new {
        fs::write(&path, new).expect("a file that can be written");
        panic!("{} was not current; it is now: run the tests again", path.display());
    }
}

fn scope(setting: &Setting) -> &'static str {
    match setting.scope {
        Scope::Machine => "machine",
        Scope::Window => "window",
        Scope::Resource => "resource",
    }
}

#[test]
fn the_extension_contributes_the_settings_of_the_server() {
    let path = "editors/vscode/package.json";
    let text =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)).expect("the manifest");
    let mut manifest: Value = serde_json::from_str(&text).expect("JSON");
    let properties: Map<String, Value> = table()
        .iter()
        .map(|setting| {
            let mut property = setting.schema.clone();
            property["default"] = setting.default.clone();
            property["markdownDescription"] = json!(setting.doc);
            property["scope"] = json!(scope(setting));
            (format!("callsheet.{}", setting.key), property)
        })
        .collect();
    let ours = manifest.pointer_mut("/contributes/configuration/0/properties").expect("a place for settings");
    *ours = Value::Object(properties);
    keep(path, &(serde_json::to_string_pretty(&manifest).expect("JSON") + "\n"));
}

#[test]
fn the_settings_page_lists_them() {
    let mut page = String::from(
        "# Settings\n\nAll below `callsheet`. Editors hand them to the language server; `machine` settings choose a program, where \
         requests go, or what is spent, and a workspace cannot change them.\n\n| setting | default | scope | |\n|---|---|---|---|\n",
    );
    for setting in table() {
        page += &format!("| `{}` | `{}` | {} | {} |\n", setting.key, setting.default, scope(&setting), setting.doc);
    }
    keep("docs/settings.md", &page);
}
