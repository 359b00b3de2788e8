//! Real scripts: none may crash the analysis, and none that parses may get a false error.
//!
//! The scripts are not ours and are not kept here. Name a folder of them to look:
//! `CALLSHEET_CORPUS=/path cargo test -p callsheet-analysis --test corpus -- --ignored --nocapture`.

use std::{collections::BTreeMap, fs, path::PathBuf, time::Instant};

use callsheet_analysis::{Context, analyze, lint::Severity, script};

fn corpus() -> Vec<(String, String)> {
    let folder =
        PathBuf::from(std::env::var_os("CALLSHEET_CORPUS").expect("CALLSHEET_CORPUS names a folder of scripts"));
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder).expect("the folder").filter_map(|e| e.ok()).map(|e| e.path()).collect();
    paths.sort();
    let scripts = paths.into_iter().filter(|p| p.extension().is_some_and(|e| e == "js" || e == "mjs"));
    scripts
        .filter_map(|p| Some((p.file_name()?.to_string_lossy().into_owned(), fs::read_to_string(&p).ok()?)))
        .collect()
}

#[test]
#[ignore = "needs a folder of scripts"]
fn findings_on_real_scripts() {
    let mut by_code: BTreeMap<(&str, &str), (usize, usize, Vec<String>)> = BTreeMap::new();
    let only = std::env::var("CALLSHEET_RULE").ok();
    let (mut all, mut parsed) = (0, 0);
    for (name, text) in corpus() {
        all += 1;
        let context = Context { file_name: name.rsplit('_').next().map(str::to_owned), ..Context::default() };
        let analysis = analyze(text.as_str(), &context);
        parsed += usize::from(analysis.script.errors.is_empty());
        let mut seen = Vec::new();
        for finding in &analysis.findings {
            let entry = by_code.entry((finding.code, finding.name)).or_default();
            entry.0 += 1;
            if !seen.contains(&finding.code) {
                seen.push(finding.code);
                entry.1 += 1;
            }
            let at = analysis.script.lines.line_column(&text, finding.span.start);
            let first = finding.span.slice(&text).lines().next().unwrap_or_default();
            let shown: String = first.chars().take(70).collect();
            let asked = only.as_deref() == Some(finding.code);
            if asked || (only.is_none() && finding.severity == Severity::Error) {
                entry.2.push(format!("    {name}:{at} `{shown}` {}", finding.message));
            }
        }
    }
    println!("{all} scripts, {parsed} parse");
    for ((code, name), (count, scripts, shown)) in by_code {
        println!("{code} {name}: {count} in {scripts} scripts");
        shown.iter().take(if only.is_some() { 1000 } else { 12 }).for_each(|s| println!("{s}"));
    }
}

#[test]
#[ignore = "needs a folder of scripts"]
fn rules_cost_little() {
    let mut rows: Vec<(usize, f64, f64, f64)> = Vec::new();
    for (_, text) in corpus() {
        let context = Context::default();
        let parsed = script::parse(text.as_str());
        let plan = callsheet_analysis::plan::interpret(&parsed, &context);
        let time = |work: &dyn Fn()| {
            let runs = (0..5).map(|_| Instant::now()).map(|start| {
                work();
                start.elapsed().as_secs_f64() * 1e3
            });
            runs.fold(f64::MAX, f64::min)
        };
        let parse = time(&|| drop(script::parse(text.as_str())));
        let interpret = time(&|| drop(callsheet_analysis::plan::interpret(&parsed, &context)));
        let check = time(&|| drop(callsheet_analysis::lint::check(&parsed, &plan, &context)));
        rows.push((text.len(), parse, interpret, check));
    }
    rows.sort_by_key(|r| r.0);
    for at in [rows.len() / 10, rows.len() / 2, rows.len() * 9 / 10, rows.len() - 1] {
        let (bytes, parse, interpret, check) = rows[at];
        println!("{bytes} bytes: parse {parse:.2} ms, interpret {interpret:.2} ms, rules {check:.2} ms");
    }
}

/// Types a few lines of every script again, character by character, and counts how often there is a tree.
#[test]
#[ignore = "needs a folder of scripts"]
fn trees_while_typing() {
    for closing in [false, true] {
        let (mut keys, mut whole, mut recovered) = (0, 0, 0);
        for (n, (_, text)) in corpus().into_iter().enumerate().filter(|(_, (_, t))| t.len() < 40_000) {
            let good = script::parse(text.as_str());
            if good.tree != script::Tree::Whole {
                continue;
            }
            let lines: Vec<&str> = text.lines().collect();
            let typed = lines.iter().enumerate().filter(|(i, l)| (i + n) % 37 == 5 && l.trim().len() > 8).take(1);
            for (i, line) in typed {
                let (before, after) = (lines[..i].join("\n"), lines[i + 1..].join("\n"));
                let mut last = script::parse(format!("{before}\n\n{after}"));
                let chars: Vec<char> = line.chars().collect();
                for end in 1..=chars.len() {
                    let start: String = chars[..end].iter().collect();
                    let rest = if closing { closers(&start) } else { String::new() };
                    let now = script::parse_after(format!("{before}\n{start}{rest}\n{after}"), Some(&last));
                    keys += 1;
                    match now.tree {
                        script::Tree::Whole => {
                            whole += 1;
                            last = now;
                        }
                        script::Tree::Recovered { .. } => recovered += 1,
                        script::Tree::None => {}
                    }
                }
            }
        }
        let share = |n: usize| n as f64 * 100.0 / keys as f64;
        println!(
            "closing {closing}: {keys} keys, whole {:.1} %, recovered {:.1} %, none {:.1} %",
            share(whole),
            share(recovered),
            share(keys - whole - recovered)
        );
    }
}

/// What an editor that closes brackets would have put after the cursor.
fn closers(typed: &str) -> String {
    let mut open = Vec::new();
    for c in typed.chars() {
        match (c, open.last()) {
            (q @ ('\'' | '"' | '`'), Some(&last)) if last == q => drop(open.pop()),
            (_, Some('\'' | '"' | '`')) => {}
            (q @ ('\'' | '"' | '`'), _) => open.push(q),
            ('(', _) => open.push(')'),
            ('[', _) => open.push(']'),
            ('{', _) => open.push('}'),
            (')' | ']' | '}', Some(&last)) if last == c => drop(open.pop()),
            _ => {}
        }
    }
    open.into_iter().rev().collect()
}
