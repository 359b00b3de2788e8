//! Keys: asked for before anything begins, and found nowhere afterwards.

use std::{fs, path::Path};

use super::{PROVIDERS, on, run};
use crate::{
    cli::{folder, script},
    faults::server::{Deed, Server},
};

const KEY: &str = "sk-planted-4711";

/// Whether a text stands in any file below a folder.
fn found(folder: &Path, text: &str) -> Vec<String> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        match path.is_dir() {
            true => files.extend(found(&path, text)),
            false if String::from_utf8_lossy(&fs::read(&path).expect("a file")).contains(text) => {
                files.push(path.display().to_string());
            }
            false => {}
        }
    }
    files
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_key_is_one_message_before_anything_begins() {
    let folder = folder(&[("a.workflow.js", &script("return await agent('hi', { model: 'gemini:haiku' })"))]);
    for provider in PROVIDERS {
        let ran = run(folder.path(), &["--model", &format!("{}:tiny", provider.name)], &[]).await;
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{}", provider.name);
        let told = format!("error: {}:tiny needs a key: set {}, or ", provider.name, provider.key);
        assert!(ran.err.starts_with(&told) && ran.err.lines().count() == 1, "{}", ran.err);
    }
    let other = run(folder.path(), &["--model", "openai:tiny"], &[("OPENAI_API_KEY", KEY)]).await;
    assert!(other.err.starts_with("error: gemini:gemini-3.5-flash-lite needs a key"), "{}", other.err);
    assert!(!folder.path().join(".callsheet").exists(), "no run was begun");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_found_nowhere_whatever_goes_wrong() {
    // A server that repeats the key in every way it can, in errors and beside them.
    let server = Server::start(|asked| match asked.prompt.as_str() {
        "fine" => Deed::Answer("fine".into()),
        "limited" if asked.before == 0 => {
            Deed::Status(429, vec![("retry-after-ms", "5".into()), ("x-key", KEY.into())])
        }
        "cut" if asked.before == 0 => Deed::Cut("half".into()),
        "limited" | "cut" => Deed::Answer("then fine".into()),
        _ => Deed::Refuse(format!("Incorrect API key provided: {KEY}.")),
    })
    .await;
    let body = "return await parallel(['fine', 'limited', 'cut', 'refused'].map(p => () => agent(p)))";
    for provider in PROVIDERS {
        for json in [true, false] {
            let folder = folder(&[("a.workflow.js", &script(body))]);
            let model = format!("{}:tiny", provider.name);
            let variables = [(provider.key, KEY), (provider.base, server.base.as_str()), ("CALLSHEET_LOG", "trace")];
            let arguments: &[&str] = if json { &["--json", "--model", &model] } else { &["--model", &model] };
            let ran = run(folder.path(), arguments, &variables).await;
            assert!(ran.out.contains("Incorrect API key provided: …"), "{}: {}{}", provider.name, ran.out, ran.err);
            assert!(ran.err.contains("TRACE") || ran.err.contains("DEBUG"), "the log is on: {}", ran.err);
            assert!(!ran.out.contains(KEY), "{}", ran.out);
            let at = ran.err.find(KEY);
            assert_eq!(at, None, "{}", &ran.err[at.unwrap_or(0).saturating_sub(300)..]);
            assert_eq!(found(folder.path(), KEY), Vec::<String>::new(), "{}", provider.name);
            assert!(folder.path().join(".callsheet/runs").exists(), "a run was begun");
        }
    }
    assert!(server.asked().iter().any(|a| a.head.contains(KEY)), "the provider has it");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_may_print_the_key() {
    let server = Server::start(|_| Deed::Answer("hello".into())).await;
    let folder = folder(&[("a.workflow.js", &script("return await agent('hi')"))]);
    let [anthropic, ..] = PROVIDERS;
    let variables =
        [("CALLSHEET_KEY_COMMAND", "echo sk-for-$CALLSHEET_PROVIDER"), (anthropic.base, server.base.as_str())];
    let ran = run(folder.path(), &["--json", "--model", "anthropic:opus"], &variables).await;
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert!(server.asked()[0].head.contains("sk-for-anthropic"), "{}", server.asked()[0].head);
    assert_eq!(found(folder.path(), "sk-for-anthropic"), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_refused_says_so_and_asks_only_once() {
    let server = Server::start(|_| Deed::Status(401, vec![])).await;
    let folder = folder(&[("a.workflow.js", &script("return await agent('hi')"))]);
    let [anthropic, ..] = PROVIDERS;
    let ran = on(&server, &anthropic, "opus", folder.path(), &[]).await;
    assert!(ran.out.contains("the key was not accepted (HTTP 401): told to answer 401"), "{}", ran.out);
    assert_eq!(server.asked().len(), 1);
}
