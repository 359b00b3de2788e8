//! Every rule's own examples are its tests, and its page in the docs.

use std::{collections::BTreeSet, fmt::Write, fs, path::Path};

use super::{Finding, Fixing, Level, Rule, Severity, rules};
use crate::{
    AgentType, Analysis, Context, KnownWorkflow, analyze,
    units::Usd,
    vocabulary::{GlobalKind, Profile},
};

/// An example from a rule's documentation.
struct Example {
    good: bool,
    context: Context,
    text: String,
}

/// A script of the example: `meta` and a `return` are added where it has none, so that it can show one thing.
fn script(body: &str, whole: bool) -> String {
    let mut text = String::new();
    if !whole && !body.contains("meta = {") {
        text.push_str("export const meta = { name: 'example', description: 'An example' }\n");
    }
    text.push_str(body);
    if !whole && !body.lines().any(|l| l.starts_with("return")) {
        text.push_str("return 'done'\n");
    }
    text
}

/// The fenced examples of a rule: ```` ```js bad file=a.js profile=portable ````.
fn examples(rule: &Rule) -> Vec<Example> {
    let documentation = rule.documentation();
    let mut found = Vec::new();
    let mut lines = documentation.lines();
    while let Some(line) = lines.next() {
        let Some(info) = line.strip_prefix("```js ") else { continue };
        let body: String = lines.by_ref().take_while(|l| *l != "```").flat_map(|l| [l, "\n"]).collect();
        let mut words = info.split(' ');
        let good = words.next() == Some("good");
        let own = || Some("example.js".into());
        let mut context = Context { file_name: own(), path: own(), ..Context::default() };
        let (mut whole, mut large) = (false, false);
        for word in words {
            match word.split_once(':') {
                Some(("file", file)) => context.file_name = Some(file.into()),
                Some(("profile", profile)) => context.profile = profile.parse().expect("a profile"),
                Some(("agents", names)) => {
                    let tools = |n: &str| n.strip_suffix("(Read)").map(|_| vec!["Read".to_owned()]);
                    let agent =
                        |n: &str| AgentType { name: n.trim_end_matches("(Read)").into(), tools: tools(n), model: None };
                    context.agent_types = Some(names.split(',').map(agent).collect());
                }
                Some(("workflows", names)) => context.workflows = Some(names.split(',').map(known_workflow).collect()),
                Some(("guideline", n)) => context.settings.size_guideline = n.parse().ok(),
                Some(("ceiling", n)) => context.settings.cost_ceiling = n.parse().ok().map(Usd),
                None if word == "whole" => whole = true,
                None if word == "generated" => large = true,
                other => panic!("{}: {other:?} in an example's first line", rule.code),
            }
        }
        if rule.level_for(context.profile) == Level::Off {
            context.settings.levels.insert(rule.code.into(), Level::Hint);
        }
        let body = if large { format!("log(`{}`)\n", "a line of text\n".repeat(40_000)) } else { body };
        found.push(Example { good, context, text: script(&body, whole) });
    }
    found
}

/// `name`, `name+nests`, `name+needs:field`, `name@file.js`.
fn known_workflow(text: &str) -> KnownWorkflow {
    let mut parts = text.split('+');
    let (name, file) = parts.next().map(|n| n.split_once('@').unwrap_or((n, ""))).unwrap_or_default();
    let mut known =
        KnownWorkflow { name: name.into(), file_name: file.into(), path: file.into(), ..KnownWorkflow::default() };
    for part in parts {
        match part.strip_prefix("needs:") {
            Some(field) => known.needs.push(field.into()),
            None => known.nests = part == "nests",
        }
    }
    known
}

fn codes(analysis: &Analysis) -> BTreeSet<&'static str> {
    analysis.findings.iter().map(|f| f.code).collect()
}

fn apply(text: &str, finding: &Finding) -> Option<String> {
    let fix = finding.fixes.first()?;
    let mut text = text.to_owned();
    for edit in fix.edits.iter().rev() {
        text.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.text);
    }
    Some(text)
}

#[test]
fn every_example_shows_its_rule_and_no_other() {
    let mut wrong = String::new();
    for rule in rules() {
        let examples = examples(rule);
        assert!(
            examples.iter().any(|e| !e.good) && examples.iter().any(|e| e.good),
            "{} needs a bad and a good example",
            rule.code
        );
        for example in &examples {
            let analysis = analyze(example.text.as_str(), &example.context);
            let shown = codes(&analysis);
            let expected = if example.good { BTreeSet::new() } else { BTreeSet::from([rule.code]) };
            let fine = if example.good { !shown.contains(rule.code) } else { shown == expected };
            if !fine {
                let messages: Vec<String> =
                    analysis.findings.iter().map(|f| format!("  {} {}", f.code, f.message)).collect();
                let kind = if example.good { "good" } else { "bad" };
                let _ = writeln!(
                    wrong,
                    "{} {}: {kind} example gives {shown:?}\n{}\n{}",
                    rule.code,
                    rule.name,
                    messages.join("\n"),
                    example.text
                );
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn a_safe_repair_repairs() {
    let mut wrong = String::new();
    for rule in rules() {
        let mut some = false;
        for example in examples(rule).iter().filter(|e| !e.good) {
            let analysis = analyze(example.text.as_str(), &example.context);
            let idle = analysis.findings.iter().find(|f| f.fixes.iter().any(|fix| fix.edits.is_empty()));
            assert_eq!(idle, None, "a repair that does nothing");
            for finding in analysis.findings.iter().filter(|f| f.code == rule.code) {
                assert!(
                    finding.fixes.iter().all(|f| f.edits.is_sorted_by_key(|e| e.span)),
                    "{}: edits in order",
                    rule.code
                );
                let Some(repaired) = apply(&example.text, finding) else { continue };
                some = true;
                let after = analyze(repaired.as_str(), &example.context);
                let left = |a: &Analysis| a.findings.iter().filter(|f| f.code == rule.code).count();
                if !after.script.errors.is_empty() || (finding.fixes[0].safe && left(&after) >= left(&analysis)) {
                    let _ = writeln!(
                        wrong,
                        "{} {:?} gives\n{repaired}\n{:?}",
                        rule.code, finding.fixes[0].title, after.script.errors
                    );
                }
            }
        }
        if some != (rule.fixing != Fixing::None) {
            let _ = writeln!(wrong, "{} says it repairs ({:?}), and does so: {some}", rule.code, rule.fixing);
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn options_that_a_tree_is_refused_for_are_told() {
    let said = |body: &str| {
        let analysis = analyze(script(body, false), &Context::default());
        let told = analysis.findings.iter().filter(|f| ["WF304", "WF305"].contains(&f.code));
        told.map(|f| f.message.clone()).collect::<Vec<_>>().join("\n")
    };
    assert_eq!(
        said("log(await rlm({ question: 'Who?', context: 'text', maxTurn: 3, budget: { calls: 9 } }))\n"),
        "`rlm` has no option `maxTurn`: did you mean `maxTurns`?"
    );
    let depth = said("log(await agent('Who?', { rlm: { depth: 1, maxTurns: 3 } }))\n");
    assert!(depth.starts_with("`rlm` has no option `depth`: the call is refused. There are "), "{depth}");
    assert_eq!(
        said("log(await agent('Who?', { rlm: true }))\n"),
        "`rlm` is an object of limits, not `true`: `{}` will do."
    );
}

#[test]
fn what_is_spread_into_meta_can_hold_its_name() {
    let text = "export const meta = { ...base }\nreturn 1";
    let analysis = analyze(text, &Context::default());
    assert!(codes(&analysis).contains("WF105") && !codes(&analysis).contains("WF106"), "{:?}", codes(&analysis));
}

#[test]
fn a_slot_checked_by_its_index_is_there_until_something_changes() {
    let read = "const S = { type: 'object', properties: { hours: { type: 'number' } }, required: ['hours'] }
const files = ['a', 'b']
let read = await parallel(files.map((f) => () => agent(f, { schema: S })))
const other = await parallel(files.map((f) => () => agent(f, { schema: S })))
";
    let unchecked = |body: &str| {
        let analysis = analyze(script(&format!("{read}{body}"), false), &Context::default());
        analysis.findings.iter().filter(|f| f.code == "WF602").count()
    };
    for body in [
        "log(files.map((f, i) => read[i] ? read[i].hours : 0).join())\n",
        "log(files.map((f, i) => read[i]?.hours ? read[i].hours : 0).join())\n",
        "for (let i = 0; i < read.length; i++) {\n  if (!read[i]) continue\n  log(read[i].hours)\n}\n",
        "if (read[0]) log(read[0].hours)\n",
        "if (!read.every(Boolean)) throw new Error('one failed')\nlog(read[0].hours + read.map((r) => r.hours).length)\n",
        "for (const i of [0, 1]) if (read[i]) { await agent('x'); const o = {}; o.count = 1; log(read[i].hours) }\n",
    ] {
        assert_eq!(unchecked(body), 0, "{body}");
    }
    for body in [
        "for (let i = 0; i < 2; i++) if (read[i]) { i++; log(read[i].hours) }\n",
        "if (read.every(Boolean)) log('all')\nlog(read[0].hours)\n",
        "for (let i = 0; i < 2; i++) if (read[i]) { read = other; log(read[i].hours) }\n",
        "for (let i = 0; i < 2; i++) if (read[i]) { read[1 - i] = other[i]; log(read[i].hours) }\n",
        "for (let i = 0; i < 2; i++) if (read[i]) { read.reverse(); log(read[i].hours) }\n",
        "for (let i = 0; i < 2; i++) { const turn = () => { read.reverse() }; if (read[i]) { turn(); log(read[i].hours) } }\n",
        "for (let i = 0; i < 2; i++) if (read[i]) log(read[1 - i].hours)\n",
        "await parallel([0, 1].map((i) => async () => { if (read[i]) { await agent('x'); log(read[i].hours) } read[i] = null }))\n",
    ] {
        assert_eq!(unchecked(body), 1, "{body}");
    }
}

#[test]
fn an_answer_checked_under_another_name_or_by_a_helper_is_there() {
    let start = "const S = { type: 'object', properties: { ok: { type: 'boolean' }, list: { type: 'array' } }, required: ['ok', 'list'] }
const r = await agent('x', { schema: S })
let v = await agent('y', { schema: S })
";
    let unchecked = |body: &str| {
        let analysis = analyze(script(&format!("{start}{body}"), false), &Context::default());
        analysis.findings.iter().filter(|f| f.code == "WF601").count()
    };
    for body in [
        "const failed = !r\nif (failed || !r.ok) return\nlog(r.ok)\n",
        "const missing = r === null\nif (!missing) log(r.ok)\n",
        "const failed = !r || !Array.isArray(r.list)\nlog(failed ? [] : r.list)\n",
        "const good = !!(r && r.ok)\nconst bad = !good\nif (bad) return\nlog(r.list)\n",
        "const good = r?.ok === true\nlog(good && r.list)\n",
        "log(Array.isArray(r && r.list) ? r.list.length : 0)\n",
        "const isBad = (x) => !x || !x.ok\nif (isBad(r)) return\nlog(r.list)\n",
        "function isBad(x) { return !x || !x.ok }\nif (!isBad(r)) log(r.list)\n",
        "function aborted(label, x) {\n  if (!x) { log(label); return true }\n  return x.ok ? false : true\n}\nif (aborted('r', r)) return\nlog(r.list)\n",
        "const why = (x) => {\n  if (!x) return 'no result'\n  return x.ok ? null : 'bad'\n}\nconst failure = why(r)\nif (failure) return\nlog(r.list)\n",
        "const need = (x, what) => { if (!x) throw new Error(what) }\nneed(r, 'r')\nneed(v, 'v')\nlog(r.list, v.list)\n",
    ] {
        assert_eq!(unchecked(body), 0, "{body}");
    }
    for body in [
        "const failed = !r\nif (failed) log(r.ok)\n",
        "const failed = !r && !v\nif (failed) return\nlog(r.ok)\n",
        // It is another answer by then.
        "const failed = !v\nv = await agent('z', { schema: S })\nif (failed) return\nlog(v.ok)\n",
        "const isBad = (x) => !x && log('none')\nif (isBad(r)) return\nlog(r.list)\n",
        "function aborted(x) {\n  if (!x && args.strict) return true\n  return false\n}\nif (aborted(r)) return\nlog(r.list)\n",
        "function aborted(x) {\n  x = x ?? {}\n  if (!x) return true\n  return false\n}\nif (aborted(r)) return\nlog(r.list)\n",
        "const need = (x, what) => { if (!x) log(what) }\nneed(r, 'r')\nlog(r.list)\n",
        "let need = (x) => { if (!x) throw new Error('x') }\nif (args.lax) need = (x) => {}\nneed(r)\nlog(r.list)\n",
    ] {
        assert_ne!(unchecked(body), 0, "{body}");
    }
}

fn told(code: &str, body: &str) -> usize {
    let analysis = analyze(script(body, false), &Context::default());
    analysis.findings.iter().filter(|f| f.code == code).count()
}

#[test]
fn a_result_in_an_object_is_hidden_unless_it_is_asked_for() {
    let start = "const S = { type: 'object', properties: { real: { type: 'boolean' } }, required: ['real'] }
const files = ['a.rs', 'b.rs']
const all = await parallel(files.map((f) => () => agent(f, { schema: S }).then((v) => ({ file: f, verdict: v }))))
";
    for body in [
        "log(all.filter(Boolean).filter((x) => x.verdict?.real).length)\n",
        "log(all.filter((x) => x?.verdict && x.verdict.real).length)\n",
        "const done = all.filter(Boolean).filter((x) => x.verdict)\nlog(done.length)\n",
        "log(all.filter(Boolean).map(({ file, verdict }) => (verdict ? file : 'none')).join())\n",
        "for (const x of all) { if (!x.verdict) throw new Error('no verdict') }\n",
    ] {
        assert_eq!(told("WF603", &format!("{start}{body}")), 0, "{body}");
    }
    for body in [
        "log(all.filter(Boolean).length)\n",
        "log(all.filter((x) => x.file).length)\nreturn all.map((x) => x.verdict.real)\n",
    ] {
        assert_eq!(told("WF603", &format!("{start}{body}")), 1, "{body}");
    }
    for own in ["({ file: f, real: v.real })", "({ file: f, known: [v].filter(Boolean) })"] {
        let body = format!(
            "const S = {{ type: 'object', properties: {{ real: {{ type: 'boolean' }} }}, required: ['real'] }}\nconst all = await parallel(['a', 'b'].map((f) => () => agent(f, {{ schema: S }}).then((v) => {own}).catch(() => null)))\nlog(all.filter(Boolean).length)\n"
        );
        assert_eq!(told("WF603", &body), 0, "{body}");
    }
    let spread = "const all = await parallel(['a', 'b'].map((f) => () => agent(f).then((r) => ({ file: f, ...r }))))\nlog(all.filter(Boolean).length, all[0]?.r)\n";
    assert_eq!(told("WF603", spread), 1);
}

#[test]
fn results_have_the_positions_of_the_list_they_were_made_from() {
    let start = "const files = ['a.rs', 'b.rs', 'c.md']
let found = []
const some = files.filter((f) => f.length === args.n)
found = await parallel(some.map((f) => () => agent(f)))
";
    assert_eq!(told("WF604", &format!("{start}log(some.map((f, i) => f + found[i]).join())\n")), 0);
    assert_eq!(told("WF604", &format!("{start}log(found.map((r, i) => r + some[i]).join())\n")), 0);
    assert_eq!(told("WF604", &format!("{start}log(found.map((r, i) => r + files[i]).join())\n")), 1);
}

#[test]
fn counting_in_callbacks_does_not_depend_on_who_is_first() {
    let slots = |down: &str| {
        format!(
            "let n = 0\nconst slot = async (f) => {{ if (n < 2) n++; const r = await f(); {down}; return r }}\nawait parallel(['a', 'b'].map((x) => () => slot(() => agent(x))))\n"
        )
    };
    assert_eq!(told("WF211", &slots("n--")), 0);
    assert_eq!(
        told(
            "WF211",
            "let left = 3\nawait parallel(['a', 'b'].map((x) => async () => { if (left > 0) { left--; await agent(x) } }))\n"
        ),
        1
    );
}

#[test]
fn the_time_from_args_is_asked_nothing_that_could_throw() {
    let text = "const day = new Date().toISOString().slice(0, 10)\nlog((Date.now()).toString() + performance.now())\n";
    let analysis = analyze(script(text, false), &Context::default());
    let clocks = analysis.findings.iter().filter(|f| f.code == "WF201");
    let text = clocks.rev().fold(analysis.script.text.to_string(), |text, f| apply(&text, f).unwrap_or(text));
    assert!(text.contains("const day = args?.now\nlog(args?.now + args?.now)"), "{text}");
}

#[test]
fn a_workflow_that_may_nest_is_a_warning_and_one_that_never_does_is_none() {
    let child = "export const meta = { name: 'child', description: 'A child' }
if (args.council) return await workflow('council', {})
return 'alone'
";
    let read = || KnownWorkflow::read("child.js", child).expect("a workflow");
    let context = Context { workflows: Some(vec![read()]), ..Context::default() };
    for (args, level) in [
        ("{ council: true }", Some(Severity::Error)),
        ("{ council: args.council }", Some(Severity::Warning)),
        ("{ council: false }", None),
    ] {
        let text = script(&format!("log(await workflow('child', {args}))\n"), false);
        let analysis = analyze(text, &context);
        let told = analysis.findings.iter().find(|f| f.code == "WF715").map(|f| f.severity);
        assert_eq!(told, level, "{args}");
    }
}

#[test]
fn only_a_workflow_that_the_caller_names_is_looked_into() {
    let child = "export const meta = { name: 'child', description: 'A child' }
await workflow('another', args.files)
return 'done'
";
    let read = |caller: &str| KnownWorkflow::read_for(caller, "child.js", child).expect("a workflow");
    assert_eq!(Some(read("await workflow('child', {})")), KnownWorkflow::read("child.js", child));
    let other = read("log('no workflow is called here')");
    assert_eq!((other.name.as_str(), other.nests, other.needs.len()), ("child", false, 0));
    assert!(other.script.is_some(), "it can still be counted where its name is computed");
}

#[test]
fn rules_are_told_apart() {
    let all = rules();
    assert!(all.is_sorted_by(|a, b| a.code < b.code), "rules stand by code, each once");
    for rule in all {
        let file = format!("{}.rs", rule.name.replace('-', "_"));
        assert!(
            Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lint/rules").join(&file).is_file(),
            "{} is in {file}",
            rule.code
        );
        assert!(rule.summary().ends_with('.'), "{}: {}", rule.code, rule.summary());
    }
}

/// The finding as the docs show it: the line, a mark below, the message.
fn drawn(text: &str, analysis: &Analysis, finding: &Finding) -> String {
    let at = analysis.script.lines.line_column(text, finding.span.start);
    let line = text.lines().nth(at.line as usize - 1).unwrap_or_default();
    let first = finding.span.slice(text).lines().next().unwrap_or_default();
    format!(
        "{line}\n{}{}\n{}",
        " ".repeat(at.column as usize - 1),
        "^".repeat(first.chars().count().max(1)),
        finding.message
    )
}

fn page() -> String {
    let mut page = String::from(
        "# Rules\n\nWritten from the rules' own documentation by a test of `callsheet-analysis`; every example is tested.\n\n\
         Change a rule's level, or switch it off, by code or name in the settings; silence one finding with\n\
         `// callsheet-ignore WF601 reason` on its line or the line before, a rule in a whole script with\n\
         `// callsheet-ignore-file WF601 reason`.\n\n| Rule | Name | Level | Repair | Finds |\n|---|---|---|---|---|\n",
    );
    for rule in rules() {
        let fixing = match rule.fixing {
            Fixing::None => "",
            Fixing::Choice => "your choice",
            Fixing::Safe => "safe",
        };
        let level = rule.level_for(Profile::ClaudeCode).name();
        let anchor = format!("{}-{}", rule.code.to_lowercase(), rule.name);
        let _ = writeln!(
            page,
            "| [{}](#{anchor}) | `{}` | {level} | {fixing} | {} |",
            rule.code,
            rule.name,
            rule.summary()
        );
    }
    for rule in rules() {
        let _ = writeln!(page, "\n## {} {}\n", rule.code, rule.name);
        for (profile, level) in rule.level_in {
            let _ = writeln!(page, "In profile `{profile}`: {}.\n", level.name());
        }
        for line in rule.documentation().lines() {
            let line = match line.strip_prefix("```js ") {
                Some(info) if info.starts_with("bad") => "Finds:\n\n```js",
                Some(_) => "Instead:\n\n```js",
                None => line,
            };
            let _ = writeln!(page, "{line}");
        }
        let Some(bad) = examples(rule).into_iter().find(|e| !e.good) else { continue };
        let analysis = analyze(bad.text.as_str(), &bad.context);
        if let Some(finding) = analysis.findings.iter().find(|f| f.code == rule.code) {
            let _ = writeln!(page, "\nSays:\n\n```text\n{}\n```", drawn(&bad.text, &analysis, finding));
            if let Some(fix) = finding.fixes.first() {
                let _ = writeln!(page, "\nRepair: {}.", fix.title);
            }
        }
    }
    page
}

#[test]
fn the_docs_page_is_fresh() {
    written("rules.md", page());
}

/// A row for each flag, a column for each profile.
#[test]
fn the_page_of_profiles_is_fresh() {
    let mut page = "# Profiles\n\nThe dialects that scripts are checked, planned and run in. Generated from the vocabulary. A script says which one \
it is written in with a comment, `// @callsheet profile: pi`, wherever it goes; where it does not, the setting `callsheet.profile` holds. \
`--profile NAME` holds whatever the script says.\n\nWhere no source tells, a dialect is taken to behave like `claude-code`. *differs*: what `portable` must \
not rely on.\n"
        .to_owned();
    let _ = writeln!(page, "\n| | {} |", Profile::ALL.map(|p| format!("`{p}`")).join(" | "));
    let _ = writeln!(page, "|---{}|", "|---".repeat(Profile::ALL.len()));
    for (at, (name, what, _)) in Profile::default().flags().rows().into_iter().enumerate() {
        let cells = Profile::ALL.map(|p| p.flags().rows().swap_remove(at).2);
        let _ = writeln!(page, "| `{name}`: {what} | {} |", cells.join(" | "));
    }
    for (flag, name, what) in [
        ("consoleAvailable", "console", "scripts have `console`"),
        ("timersAvailable", "setTimeout", "scripts have `setTimeout` and its like"),
    ] {
        let has = |profile: Profile| {
            let kind = crate::vocabulary::global(name).map(|global| global.kind);
            matches!(kind, Some(GlobalKind::Host { profiles, .. }) if profiles.has(profile))
        };
        let cells = Profile::ALL.map(|p| if has(p) { "yes" } else { "no" });
        let _ = writeln!(page, "| `{flag}`: {what} | {} |", cells.join(" | "));
    }
    page += "\nRuns go by the first six and `itemCap`: `callsheet run` reuses by its own rule (`logical keys`, and no profile changes that), stops at \
`--max-agents`, counts output tokens, and takes what `claude-code` takes for `parallel` and `meta`. Rules with another severity in a profile \
say so on [their page](rules.md).\n";
    written("profiles.md", page);
}

fn written(name: &str, page: String) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(name);
    let old = fs::read_to_string(&path).unwrap_or_default();
    if old != page {
        fs::create_dir_all(path.parent().expect("a folder")).expect("docs");
        fs::write(&path, page).expect("the page");
        panic!("{} was not fresh and is written anew: look at the difference", path.display());
    }
}
