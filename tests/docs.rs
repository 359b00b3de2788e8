//! The pages show what the program says: every `console` block that calls it is called here, and written anew where it differs.

use std::{fs, path::Path};

use crate::cli::{call, root};

/// Pages with blocks that call the program.
const PAGES: [&str; 8] = [
    "README.md",
    "docs/quickstart.md",
    "docs/cli.md",
    "docs/options.md",
    "docs/json.md",
    "docs/estimates.md",
    "docs/rlm.md",
    "docs/models.md",
];

/// The table that stands behind a mark of this name.
fn table(name: &str) -> Option<String> {
    Some(match name {
        "priors" => priors(),
        "providers" => providers(),
        "aliases" => aliases(),
        "agents" => agents(),
        _ => return None,
    })
}

#[test]
fn pages_show_what_the_program_says() {
    let mut stale = Vec::new();
    for page in PAGES {
        let path = root().join(page);
        let text = fs::read_to_string(&path).expect("a page");
        let fresh = refreshed(&text);
        if fresh != text {
            fs::write(&path, fresh).expect("a page");
            stale.push(page);
        }
    }
    assert!(stale.is_empty(), "written anew, look at the difference: {}", stale.join(", "));
}

#[test]
fn every_command_has_its_place_in_the_book() {
    let page = |name: &str| fs::read_to_string(root().join("docs").join(name)).expect("a page");
    let help = call(&root(), &["--help"]).out;
    let commands = help.lines().skip_while(|l| *l != "Commands:").skip(1).take_while(|l| !l.is_empty());
    let names = commands.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help");
    let (cli, options) = (page("cli.md"), page("options.md"));
    let mut missing: Vec<String> = Vec::new();
    for name in names {
        for (page, text) in [("cli.md", &cli), ("options.md", &options)] {
            if !text.lines().any(|line| line == format!("## {name}")) {
                missing.push(format!("{page} has no section {name}"));
            }
        }
    }
    let lsp = page("lsp.md");
    let ids = lsp::Command::ALL.into_iter().map(lsp::Command::id);
    missing.extend(ids.filter(|id| !lsp.contains(&format!("| `{id}` |"))).map(|id| format!("lsp.md has no row {id}")));
    assert_eq!(missing, [""; 0]);
}

/// The page with the output of each block replaced by today's.
fn refreshed(page: &str) -> String {
    let mut lines = page.lines();
    let mut fresh = String::new();
    while let Some(line) = lines.next() {
        fresh.push_str(line);
        fresh.push('\n');
        let mark = line.strip_prefix("<!-- ").and_then(|rest| rest.strip_suffix(" -->"));
        if let Some((name, table)) = mark.and_then(|name| Some((name, table(name)?))) {
            let end = format!("<!-- /{name} -->");
            lines.by_ref().take_while(|l| *l != end).for_each(drop);
            fresh.push_str(&format!("\n{table}\n{end}\n"));
        }
        if line != "```console" {
            continue;
        }
        let command = lines.next().expect("a command behind ```console");
        lines.by_ref().take_while(|l| *l != "```").for_each(drop);
        let words = command.strip_prefix("$ callsheet ").expect("a block calls callsheet");
        let (before, words) = match words.split_once(" > /dev/null; callsheet ") {
            Some((before, words)) => (Some(before), words),
            None => (None, words),
        };
        let (words, limit) =
            words.split_once(" | head -").map_or((words, usize::MAX), |(w, n)| (w, n.parse().expect("a number")));
        fresh.push_str(&format!("{command}\n{}```\n", output(before, words, limit)));
    }
    fresh
}

/// The table of sizes that stand in for what a script leaves open.
fn priors() -> String {
    let mut table = "| size of | low | likely | high | source |\n|---|--:|--:|--:|---|\n".to_owned();
    for p in analysis::estimate::priors::ALL {
        table += &format!("| {} | {} | {} | {} {} | {} |\n", p.what, p.low, p.likely, p.high, p.unit, p.source);
    }
    table
}

/// Who can answer, and where keys and addresses are looked for.
fn providers() -> String {
    let mut table = "| `--model` | who answers | key | address |\n|---|---|---|---|\n".to_owned();
    let code = |names: &[&str]| names.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(" or ");
    for row in models::Provider::TABLE {
        let name = if row.takes.is_empty() { row.name.to_owned() } else { format!("{}:{}", row.name, row.takes) };
        let base =
            if row.base.is_empty() { String::new() } else { format!("{}, else <{}>", code(row.bases), row.base) };
        table += &format!("| `{name}` | {} | {} | {base} |\n", row.doc, code(row.keys));
    }
    table
}

/// What aliases mean.
fn aliases() -> String {
    let mut table = format!("| {} | Anthropic | OpenAI | Google |\n|---|---|---|---|\n", models::ALIASES_AS_OF);
    for (alias, openai, google) in models::ALIASES {
        let own = analysis::prices::ALIASES.iter().find(|(name, _)| *name == alias).map_or("", |(_, id)| id);
        table += &format!("| `{alias}` | `{own}` | `{openai}` | `{google}` |\n");
    }
    table
}

/// Agents that are known by name.
fn agents() -> String {
    let mut table = "| `--model` | starts | tokens | tried with |\n|---|---|---|---|\n".to_owned();
    for agent in models::KNOWN_AGENTS {
        let usage = if agent.usage.is_reported() { "as it reports" } else { "of its last turn: a lower bound" };
        table += &format!("| `acp:{}` | `{}` | {usage} | {} |\n", agent.name, agent.line, agent.from);
    }
    table
}

/// What a command says after another one, from a folder with only the examples in it, so that runs begin with none.
fn output(before: Option<&str>, words: &str, lines: usize) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    copy(&root().join("examples"), &folder.path().join("examples"));
    fs::write(folder.path().join("sweep.workflow.js"), BROKEN).expect("a script");
    let called = |words: &str| {
        let words: Vec<String> = split(words);
        call(folder.path(), &words.iter().map(String::as_str).collect::<Vec<_>>())
    };
    before.map(&called);
    let called = called(words);
    let said = format!("{}{}", called.out, called.err);
    said.lines().take(lines).map(|line| steady(line) + "\n").collect()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let path = entry.expect("an entry").path();
        let to = to.join(path.file_name().expect("a name"));
        match path.is_dir() {
            true => copy(&path, &to),
            false => assert!(fs::copy(&path, to).is_ok(), "a copy"),
        }
    }
}

/// The script the pages show findings of.
const BROKEN: &str = "\
export const meta = {
  name: 'sweep',
  description: 'Verifies every finding',
  phases: [{ title: 'Verify' }],
}

const today = new Date().toDateString()
return await agent(`Verify the findings of ${today}.`, { lable: 'verify', phase: 'Verify' })
";

/// Words as a shell reads them: single quotes keep blanks.
fn split(words: &str) -> Vec<String> {
    let quoted = words.split('\'').enumerate();
    quoted
        .flat_map(|(i, part)| match i % 2 {
            0 => part.split_whitespace().map(str::to_owned).collect(),
            _ => vec![part.to_owned()],
        })
        .collect()
}

/// The line without what differs between two runs and two machines: names of runs, times, processors.
fn steady(line: &str) -> String {
    let mut words: Vec<String> = line.split(' ').map(run_name).collect();
    for i in 1..words.len() {
        let time = words[i - 1].split_once('.').is_some_and(|(s, t)| all_digits(s) && all_digits(t));
        if time && words[i].trim_end_matches(',') == "s" {
            words[i - 1] = "0.0".into();
        }
    }
    let mut line = words.join(" ");
    if let Some(at) = line.find(" at a time on this machine") {
        let from = line[..at].rfind(' ').map_or(0, |blank| blank + 1);
        line.replace_range(from..at, "2");
    }
    if let Some(at) = line.find("\"ms\":").filter(|_| line.contains("\"seq\":")) {
        let digits = line[at + 5..].bytes().take_while(u8::is_ascii_digit).count();
        line.replace_range(at + 5..at + 5 + digits, "0");
    }
    line
}

fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// `20261125-101500-ab12` in place of the name of a run, wherever it stands in the word.
fn run_name(word: &str) -> String {
    let fits = |at: usize| {
        let parts: Vec<&str> = word.get(at..at + 20).unwrap_or_default().split('-').collect();
        matches!(parts[..], [day, time, tail]
            if day.len() == 8 && all_digits(day) && time.len() == 6 && all_digits(time)
                && tail.bytes().all(|b| b.is_ascii_hexdigit()))
    };
    match (0..word.len()).find(|at| fits(*at)) {
        Some(at) => format!("{}20261125-101500-ab12{}", &word[..at], &word[at + 20..]),
        None => word.to_owned(),
    }
}
