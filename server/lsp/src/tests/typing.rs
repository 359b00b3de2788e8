//! Hints stay alive while somebody types: lines are typed into real-size scripts, letter by letter, as a person does.

use std::collections::BTreeMap;

use serde_json::json;

use super::TestClient;

const URI: &str = "file:///project/.claude/workflows/typing.js";
const SCRIPTS: [&str; 1] = [include_str!("scripts/release.js")];

/// Hints by the text of their line: labels in order. Lines that read the same are told apart by number of occurrence.
type Hints = BTreeMap<(String, usize), Vec<String>>;

#[tokio::test(flavor = "multi_thread")]
async fn hints_stay_alive_while_typing() {
    replay(4).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a minute in a debug build; the same with more lines"]
async fn hints_stay_alive_while_typing_a_lot() {
    replay(30).await;
}

/// Types so many lines of each script, spread over it, in turn with and without an editor that closes brackets.
async fn replay(count: usize) {
    let mut client = TestClient::start().await;
    client.open_script(URI, "").await;
    let (mut keystrokes, mut kept, mut broken, mut lost) = (0, 0, 0, Vec::new());
    for script in SCRIPTS {
        let lines: Vec<&str> = script.lines().collect();
        let whole = hints(&mut client, script).await;
        assert!(whole.values().flatten().count() >= 8, "the script has hints: {whole:?}");
        let long: Vec<usize> = (0..lines.len()).filter(|at| lines[*at].trim().len() > 20).collect();
        for (n, at) in (0..count).map(|n| (n, long[n * long.len() / count])) {
            let closing = n % 2 == 1;
            let without: Vec<&str> = [&lines[..at], &lines[at + 1..]].concat();
            let before = hints(&mut client, &(without.join("\n") + "\n")).await;
            let mut typed = String::new();
            for letter in lines[at].chars() {
                typed.push(letter);
                let open = if closing { closers(&typed) } else { String::new() };
                let text = [&lines[..at], &[&format!("{typed}{open}")], &lines[at + 1..]].concat().join("\n") + "\n";
                let mut now = hints(&mut client, &text).await;
                let parses = analysis::script::parse(text.as_str()).tree == analysis::script::Tree::Whole;
                keystrokes += 1;
                broken += u32::from(!parses);
                now.retain(|(line, _), _| *line != format!("{typed}{open}"));
                let expected = |hints: &Hints| {
                    let mut hints = hints.clone();
                    hints.retain(|(line, _), _| line != lines[at] && *line != format!("{typed}{open}"));
                    hints
                };
                // A text that parses says itself what its hints are.
                if parses || now == expected(&before) || now == expected(&whole) {
                    kept += 1;
                } else {
                    lost.push(format!("{typed} {}", difference(&now, &expected(&before))));
                }
            }
        }
    }
    client.ignore("textDocument/publishDiagnostics");
    client.finish().await;
    let share = f64::from(kept) / f64::from(keystrokes);
    println!("{kept} of {keystrokes} keystrokes keep the hints; {broken} of them leave a broken text");
    assert!(broken > keystrokes / 5, "most keystrokes parse: {broken} of {keystrokes} are broken");
    assert!(share >= 0.95, "{kept} of {keystrokes} keystrokes ({share:.3}) keep the hints; lost at {lost:#?}");
}

/// The first line whose hints differ.
fn difference(now: &Hints, before: &Hints) -> String {
    let lines = before.keys().chain(now.keys());
    let mut changed = lines.filter(|line| now.get(*line) != before.get(*line));
    changed.next().map(|line| format!("{line:?}: {:?} was {:?}", now.get(line), before.get(line))).unwrap_or_default()
}

/// What an editor that closes brackets and quotes would have put behind the cursor.
fn closers(typed: &str) -> String {
    let mut open = Vec::new();
    for letter in typed.chars() {
        match (letter, open.last()) {
            ('\'' | '`' | '"', Some(quote)) if *quote == letter => drop(open.pop()),
            (_, Some('\'' | '`' | '"')) => {}
            ('\'' | '`' | '"', _) => open.push(letter),
            ('(', _) => open.push(')'),
            ('[', _) => open.push(']'),
            ('{', _) => open.push('}'),
            (closing, Some(expected)) if closing == *expected => drop(open.pop()),
            _ => {}
        }
    }
    open.iter().rev().collect()
}

/// Makes the document `text` and asks for its hints.
async fn hints(client: &mut TestClient, text: &str) -> Hints {
    client.change(URI, json!([{"text": text}])).await;
    let range = json!({"start": {"line": 0, "character": 0}, "end": {"line": 9999, "character": 0}});
    let answer = client.request("textDocument/inlayHint", json!({"textDocument": {"uri": URI}, "range": range})).await;
    client.ignore("textDocument/publishDiagnostics");
    let lines: Vec<&str> = text.lines().collect();
    let mut hints = Hints::new();
    for hint in answer.as_array().into_iter().flatten() {
        let number = hint["position"]["line"].as_u64().unwrap() as usize;
        let line = lines[number];
        let occurrence = lines[..number].iter().filter(|other| **other == line).count();
        let label: String =
            hint["label"].as_array().unwrap().iter().map(|part| part["value"].as_str().unwrap_or("")).collect();
        // `line 12` moves with the text, as it should.
        let label = match label.split_once("line ") {
            Some((before, _)) => before.to_string(),
            None => label,
        };
        hints.entry((line.to_string(), occurrence)).or_default().push(label);
    }
    hints
}
