//! An analysis that goes on from the last one is the one that would be made anew, whatever is typed where.
//!
//! Scripts that look at what their texts say in all sorts of ways, random scripts, the examples, the kept cases and those of the rules'
//! documentation, with random edits one after another. How many, and whether they are the same ones each time, is as in [`super`].

use std::{env, fmt::Debug, fs, path::Path, sync::Arc};

use analysis::{
    Analysis, Context, Earlier, analyze_after,
    lint::Settings,
    script::{Tree, index::Index},
    text::Span,
    units::Usd,
};
use proptest::{prelude::*, sample::Index as Pick, test_runner::TestRunner};
use serde_json::json;

use super::{grammar, write};

/// What a script can do with texts; `§` is a text, `p` the one made last.
const USES: &[&str] = &[
    "p = § // a text of its own",
    "p = `before ${p} and after`",
    "p = p + § + p",
    "p = [p, §, 'list of texts'].join('\\n')",
    "p = args ? p : §",
    "p = { key: §, other: p }.key",
    "p = ((text) => `${text} /* no comment */ ${§}`)(p)",
    "p = §; for (const x of [1, 2, 3]) p += §",
    "p = ''; for (const x of args?.list ?? []) p += `- ${x} is ${§}`",
    "p = p; if (args?.flag) p = p + §; else p += 'nothing more'",
    "p = await agent(p) ?? §",
    "log(p) /* the text goes to the log */",
    "await agent(p)",
    "await agent(§, args?.options)",
    "await agent(`${p} and then ${§}`, { label: 'a label' })",
    "await agent(§, { label: p, phase: § })",
    "await agent(args?.flag ? p : §)",
    "await agent(p, { model: p })",
    "await agent(p, { schema: { type: 'object', description: p, properties: { a: { type: 'string', enum: [§, p] } } } })",
    "await agent(p, { agentType: § })",
    "phase(p)",
    "phase(§)",
    "if (p === §) await agent('they are the same')",
    "if (p !== §) await agent('they are not the same')",
    "if (p.includes('two')) await agent('there are two')",
    "if (p.length > 12) await agent('it is long')",
    "if (/two|word/.test(p)) await agent('it matches')",
    "if (p) await agent('there is a text'); else await agent('there is none')",
    "switch (p) { case §: await agent('the case'); break; default: log('none of these') }",
    "await parallel(p.split(' ').map(word => () => agent(`About ${word} in the text`)))",
    "await parallel(['one thing', §].map(t => () => agent(t + ' for each')))",
    "await pipeline([p, p], t => agent(`open a pull request for ${t}`), t => agent(`fix ${t} and more`))",
    "for (const part of p.slice(0, 5).split('')) await agent('a letter')",
    "const o = { [p]: 1, 'two words': 2 }; if (o[§]) await agent('found it')",
    "const m = new Map([[p, 1]]); if (m.get(§)) await agent('in the map')",
    "const d = JSON.parse('[1, 2, 3]'); for (const x of d) await agent(`number ${x}`)",
    "log(JSON.stringify({ p, more: § }))",
    "if (p < 3 || Number(p) > 2) await agent('a number in it')",
    "const u = p.trim().toUpperCase(); if (u === 'TWO WORDS') await agent('loud words')",
    "try { if (p.startsWith('two')) throw new Error(p) } catch (e) { await agent(`mend ${e.message} now`) }",
    "while (p.length < 3) await agent('more of it')",
    "await workflow(p, { text: § })",
    "const { a = § } = args ?? {}; await agent(a)",
    "// just words, of no meaning at all",
    "if (p === §) return p",
];

/// Texts: some twice, some nearly, some that mean something somewhere.
const TEXTS: &[&str] = &[
    "'two words'",
    "\"two words\"",
    "`two words`",
    "'two word s'",
    "'fix it'",
    "`open a pull request`",
    "'word'",
    "'an rlm of it'",
    "''",
    "' '",
    "'sonnet'",
    "'with an\\nescape in it'",
    "`a \\`tick\\` and \\${more}`",
    "'First part'",
    "'it costs ${p} or so'",
    "`wörter für ä`",
    "`several\nlines of\ntext`",
];

/// What is typed.
const TYPED: &[&str] = &[
    "a",
    "s",
    "1",
    " ",
    "  ",
    ".",
    "two",
    " rlm ",
    " words",
    "fix ",
    "catch",
    "ä",
    "-",
    "\n",
    "'",
    "\"",
    "`",
    "${",
    "}",
    "$",
    "\\",
    "\\n",
    "/",
    "*/",
    "//",
    "(",
    "callsheet-ignore",
];

#[derive(Clone, Debug)]
struct Edit {
    at: Pick,
    in_prose: bool,
    removed: usize,
    typed: usize,
}

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let removed = prop_oneof![6 => Just(0), 2 => Just(1), 1 => 2..9usize];
    let typed = prop_oneof![12 => 0..12usize, 1 => 12..TYPED.len()];
    let edit = (any::<Pick>(), any::<Pick>(), removed, typed);
    let edit = edit.prop_map(|(at, kind, removed, typed)| Edit { at, in_prose: kind.index(12) > 0, removed, typed });
    proptest::collection::vec(edit, 1..7)
}

/// One of [`TEXTS`], or words that stand nowhere else.
fn text(pick: Pick, number: usize) -> String {
    match pick.index(2 * TEXTS.len()).checked_sub(TEXTS.len()) {
        Some(which) => TEXTS[which].to_owned(),
        None if number.is_multiple_of(3) => format!("`words of number {number}`"),
        None => format!("'some more words {number}'"),
    }
}

fn uses() -> impl Strategy<Value = String> {
    proptest::collection::vec((0..USES.len(), any::<Pick>(), any::<Pick>()), 1..9).prop_map(|uses| {
        let start = "export const meta = { name: 'texts', description: 'uses texts', phases: [{ title: 'First' }] }\n";
        let mut script = format!("{start}let p = 'two words'\n");
        for (number, (which, one, other)) in uses.into_iter().enumerate() {
            let line = USES[which].replacen('§', &text(one, 2 * number), 1).replace('§', &text(other, 2 * number + 1));
            // A block of its own for names of its own: a line can stand twice.
            script.push_str(&if line.starts_with("const ") { format!("{{ {line} }}\n") } else { format!("{line}\n") });
            // Words that were not looked at by what stands above.
            if which % 2 == 0 {
                script.push_str(&format!("p = 'other words from {number} on' // and a remark\n"));
            }
        }
        script.push_str("await agent(`At the end: ${p} and no more`)\nreturn 1\n");
        script
    })
}

/// Scripts that are there.
fn written() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut all =
        vec![fs::read_to_string(root.join("server/lsp/benches/triage.js")).expect("the script of the benchmark")];
    for folder in ["examples", "examples/six-pieces", "tests/soundness/kept"] {
        for entry in fs::read_dir(root.join(folder)).expect("the folder is there") {
            let path = entry.expect("an entry").path();
            if path.extension().is_some_and(|extension| extension == "js") {
                all.push(fs::read_to_string(path).expect("UTF-8 text"));
            }
        }
    }
    let rules = fs::read_to_string(root.join("docs/rules.md")).expect("the page of rules");
    let examples = rules.split("```js\n").skip(1).filter_map(|rest| rest.split("```").next());
    // Documentation leaves `meta` out where it does not matter.
    let whole = |text: &str| match text.contains("meta") {
        true => text.to_owned(),
        false => format!("export const meta = {{ name: 'example', description: 'An example' }}\n{text}"),
    };
    all.extend(examples.map(whole));
    all
}

/// Where the words of `text` are, as good as it is likely to meet comments and literals: in those that have a blank.
fn prose(text: &str) -> Vec<usize> {
    let mut places: Vec<usize> = Vec::new();
    let mut begun = 0;
    let mut quote = None;
    let bytes = text.as_bytes();
    for (at, byte) in bytes.iter().enumerate() {
        match (quote, byte) {
            (None, b'\'' | b'"' | b'`') => quote = Some(*byte),
            (None, b'/') if bytes.get(at + 1) == Some(&b'/') => quote = Some(b'\n'),
            (None, b'/') if bytes.get(at + 1) == Some(&b'*') => quote = Some(b'/'),
            (Some(open), byte) if *byte == open => {
                quote = None;
                if !places[begun..].iter().any(|at| bytes[*at] == b' ') {
                    places.truncate(begun);
                }
                begun = places.len();
            }
            (Some(_), _) => places.push(at),
            (None, _) => {}
        }
    }
    places
}

fn edited(text: &str, edit: &Edit) -> String {
    let places = if edit.in_prose { prose(text) } else { (0..=text.len()).collect() };
    let mut at = if places.is_empty() { text.len() } else { *edit.at.get(&places) };
    while !text.is_char_boundary(at) {
        at += 1;
    }
    let end =
        text[at..].char_indices().map(|(i, _)| at + i).chain([text.len()]).nth(edit.removed).unwrap_or(text.len());
    format!("{}{}{}", &text[..at], TYPED[edit.typed], &text[end..])
}

fn shown(value: &impl Debug) -> String {
    format!("{value:#?}")
}

/// The first thing in which the two differ.
fn difference(one: &Analysis, other: &Analysis) -> Option<String> {
    let (a, b) = (&one.script, &other.script);
    let (p, q) = (&one.plan, &other.plan);
    let parts: [(&str, String, String); 26] = [
        ("text", shown(&a.text), shown(&b.text)),
        ("lines", shown(&a.lines), shown(&b.lines)),
        ("tree", shown(&a.tree), shown(&b.tree)),
        ("errors", shown(&a.errors), shown(&b.errors)),
        ("meta", shown(&a.meta), shown(&b.meta)),
        ("pragmas", shown(&a.pragmas), shown(&b.pragmas)),
        ("calls", shown(&p.calls), shown(&q.calls)),
        ("fanouts", shown(&p.fanouts), shown(&q.fanouts)),
        ("phases", shown(&p.phases), shown(&q.phases)),
        ("phase marks", shown(&p.phase_marks), shown(&q.phase_marks)),
        ("agents", shown(&p.agents), shown(&q.agents)),
        ("width", shown(&p.peak_width), shown(&q.peak_width)),
        ("path", shown(&p.critical_path), shown(&q.critical_path)),
        ("workflows", shown(&p.workflows), shown(&q.workflows)),
        ("rlms", shown(&p.rlms), shown(&q.rlms)),
        ("loops", shown(&p.loops), shown(&q.loops)),
        ("args reads", shown(&p.args_reads), shown(&q.args_reads)),
        ("shared writes", shown(&p.shared_writes), shown(&q.shared_writes)),
        ("unreachable", shown(&p.unreachable), shown(&q.unreachable)),
        ("gave up", shown(&p.gave_up), shown(&q.gave_up)),
        ("ends", shown(&p.ends), shown(&q.ends)),
        ("of last args", shown(&one.of_last_args), shown(&other.of_last_args)),
        ("findings", shown(&one.findings), shown(&other.findings)),
        ("estimate", shown(&one.estimate), shown(&other.estimate)),
        ("learned", shown(&one.learned), shown(&other.learned)),
        ("module", shown(&a.module()), shown(&b.module())),
    ];
    if let Some((what, one, other)) = parts.into_iter().find(|(_, one, other)| one != other) {
        return Some(format!("{what}\n{one}\nmade anew\n{other}"));
    }
    let module = b.module()?;
    let index = Index::new(module);
    let lists = [
        &index.calls,
        &index.news,
        &index.members,
        &index.idents,
        &index.templates,
        &index.strings,
        &index.objects,
        &index.binaries,
        &index.assigns,
        &index.functions,
        &index.declarators,
    ];
    for place in lists.into_iter().flatten().map(|id| index.span(*id)) {
        let of = |analysis: &Analysis, place: Span| {
            let plan = &analysis.plan;
            let binding = plan.binding_of(place);
            let uses = plan.references(place);
            shown(&(plan.value_at(place), plan.outline_at(place), plan.is_evaluated(place), binding, uses))
        };
        let (one, other) = (of(one, place), of(other, place));
        if one != other {
            return Some(format!("{:?}\n{one}\nmade anew\n{other}", place.slice(&b.text)));
        }
    }
    None
}

/// Holds what goes on from the last analysis against what is made anew; gives how often it went on, of how many.
fn hold(text: &str, edits: &[Edit], context: &Arc<Context>) -> Result<(usize, usize), String> {
    let mut last = analyze_after(text, Earlier::default(), context);
    let (mut text, mut gone_on) = (text.to_owned(), 0);
    for edit in edits {
        let was = text.clone();
        text = edited(&text, edit);
        let now = analyze_after(text.as_str(), Earlier::whole(&last), context);
        let anew = analyze_after(text.as_str(), Earlier::default(), context);
        if now.script.tree == Tree::Whole {
            if let Some(difference) = difference(&now, &anew) {
                return Err(format!("{edit:?} of\n{was}\ngives\n{text}\nwith other {difference}"));
            }
            gone_on += usize::from(now.goes_on());
            last = now;
        } else {
            text = was;
        }
    }
    Ok((gone_on, edits.len()))
}

/// Types a line of `text` bit by bit, with `close` behind them, and takes it back; what goes on from the last broken text is held against what is made anew. Gives how often it went on, of how many broken texts.
fn hold_line(text: &str, line: Pick, close: &str, context: &Arc<Context>) -> Result<(usize, usize), String> {
    let lines: Vec<&str> = text.lines().collect();
    let at = line.index(lines.len().max(1));
    let Some(line) = lines.get(at) else { return Ok((0, 0)) };
    let with = |typed: &str| [&lines[..at], &[&format!("{typed}{close}")], &lines[at + 1..]].concat().join("\n");
    let (mut whole, mut broken, mut gone_on, mut all) = (None::<Analysis>, None::<Analysis>, 0, 0);
    let ends: Vec<usize> = line.char_indices().map(|(end, _)| end).chain([line.len()]).collect();
    // A few letters at a time where the line is long.
    let ends: Vec<usize> = ends.iter().copied().step_by(ends.len() / 24 + 1).collect();
    // Taken back, a letter here and there.
    let back = ends.iter().rev().step_by(4);
    for end in ends.iter().chain(back) {
        let text = with(&line[..*end]);
        let known = Earlier { whole: whole.as_ref(), broken: broken.as_ref() };
        let now = analyze_after(text.as_str(), known, context);
        let anew = analyze_after(text.as_str(), Earlier { broken: None, ..known }, context);
        if let Some(difference) = difference(&now, &anew) {
            let was = broken.as_ref().map_or("", |broken| &broken.script.text);
            return Err(format!("{was}\nthen\n{text}\nwith other {difference}"));
        }
        if now.script.tree == Tree::Whole {
            whole = Some(now);
        } else {
            (all, gone_on) = (all + 1, gone_on + usize::from(now.goes_on()));
            broken = Some(now);
        }
    }
    Ok((gone_on, all))
}

/// With `strict` settings, with the arguments of a last run, and plain.
fn contexts(strict: Settings) -> [Arc<Context>; 3] {
    let args = json!({"list": ["a", "b"], "files": ["x.rs"], "flag": false, "name": "x"});
    let of_last = Context { last_args: Some(args), ..Context::default() };
    [Context { settings: strict, ..Context::default() }, of_last, Context::default()].map(Arc::new)
}

#[test]
fn what_goes_on_while_a_line_is_typed_is_what_would_be_made_anew() {
    let config = super::config(24, 200);
    let written = written();
    let drawn = grammar::tree().prop_map(|tree| write::write(&tree));
    let one_of = |texts: Vec<String>| any::<Pick>().prop_map(move |pick| pick.get(&texts).clone());
    let script = prop_oneof![2 => uses(), 2 => drawn, 4 => one_of(written)];
    let close = prop_oneof![4 => Just(""), 1 => Just(")"), 1 => Just(" })"), 1 => Just("`"), 1 => Just("// rlm")];
    let strict = Settings { size_guideline: Some(2), ..Settings::default() };
    let contexts = contexts(strict);
    let counts = std::cell::Cell::new((0, 0));
    let result =
        TestRunner::new(config).run(&(script, any::<Pick>(), close, 0..4usize), |(text, line, close, context)| {
            let context = &contexts[context.min(2)];
            let (gone_on, all) = hold_line(&text, line, close, context).map_err(TestCaseError::fail)?;
            counts.set((counts.get().0 + gone_on, counts.get().1 + all));
            Ok(())
        });
    if let Err(error) = result {
        panic!("{error}");
    }
    let (gone_on, all) = counts.get();
    println!("{all} broken texts, {gone_on} of them gone on from");
    // The scripts drawn decide the share: from a third on as a rule.
    assert!(gone_on * 10 > all, "of {all} broken texts only {gone_on} were gone on from");
}

#[test]
fn what_goes_on_is_what_would_be_made_anew() {
    let config = super::config(192, 2000);
    let written = written();
    assert!(written.len() > 100, "the scripts were not found");
    let drawn = grammar::tree().prop_map(|tree| write::write(&tree));
    let long: Vec<String> = written.iter().filter(|text| text.len() > 1500).cloned().collect();
    let one_of = |texts: Vec<String>| any::<Pick>().prop_map(move |pick| pick.get(&texts).clone());
    let script = prop_oneof![8 => uses(), 1 => drawn, 3 => one_of(written), 2 => one_of(long)];
    let strict = Settings { cost_ceiling: Some(Usd(0.001)), size_guideline: Some(2), ..Settings::default() };
    let contexts = contexts(strict);
    let counts = std::cell::Cell::new((0, 0));
    let result = TestRunner::new(config).run(&(script, edits(), 0..8usize), |(text, edits, context)| {
        let context = &contexts[context.min(2)];
        let (gone_on, all) = hold(&text, &edits, context).map_err(TestCaseError::fail)?;
        counts.set((counts.get().0 + gone_on, counts.get().1 + all));
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
    let (gone_on, all) = counts.get();
    println!("{all} edits, {gone_on} of them gone on from");
    assert!(gone_on * 5 > all, "of {all} edits only {gone_on} were gone on from");
}
