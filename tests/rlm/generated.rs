//! RLM runtime simulation, as in `tasks.rs`: further families of tasks, each made by seed, read by an oracle, and with a gold answer that goes
//! another way than the cells do. Where the oracle misreads a share of the lines, the answer must be wrong in exactly the way that implies.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{
    Actor, answered,
    oracle::{Random, misread},
    spec,
};

/// Lines of a thousand that an oracle misreads where it errs.
const ERRS: u64 = 150;

/// Asks with these cells about what `given` names: right at no error, and exactly as wrong as `gold` predicts at a fixed one.
fn holds(given: &Value, cells: &[&str], oracle: fn(&str, u64) -> Value, gold: impl Fn(u64) -> Value) {
    assert_ne!(gold(0), gold(ERRS), "the error shows");
    for per_mille in [0, ERRS] {
        let folder = tempfile::tempdir().expect("a folder");
        let mut args = json!({ "question": "q" });
        args.as_object_mut().expect("an object").extend(given.as_object().expect("an object").clone());
        let actor = Actor::new(cells, move |request| Ok(oracle(&request.prompt, per_mille)));
        let (answer, told) = answered(spec(&folder, args), actor);
        assert_eq!(answer, gold(per_mille), "{per_mille} of 1000 misread\n{}", told.join("\n"));
    }
}

/// Puts `lines` between sentences of no interest, in their order.
fn scattered(random: &mut Random, lines: Vec<String>, among: usize) -> String {
    let every = (among / lines.len().max(1)).max(1) as u64;
    let mut text = String::new();
    for line in lines {
        for _ in 0..random.below(2 * every) {
            text.push_str(
                ["The grass is green.\n", "The sky is blue — as ever.\n", "There and back again ☀.\n"]
                    [random.below(3) as usize],
            );
        }
        text.push_str(&line);
        text.push('\n');
    }
    text
}

/// Chains of variables: the first of each has a number, each further one the variable before it.
fn chains(seed: u64, chains: usize, hops: usize) -> String {
    let mut random = Random(seed | 1);
    let mut names = (1..).map(|n: u64| format!("X{}", n.wrapping_mul(7919) % 99_991));
    let mut all: Vec<Vec<String>> = (0..chains)
        .map(|chain| {
            let mut lines = Vec::new();
            let mut source = format!("{}", 40_000 + chain * 11);
            for _ in 0..hops {
                let name = names.next().expect("without end");
                lines.push(format!("VAR {name} = {source}"));
                source = name;
            }
            lines.reverse();
            lines
        })
        .collect();
    let mut lines = Vec::new();
    while all.iter().any(|chain| !chain.is_empty()) {
        let chain = random.below(all.len() as u64) as usize;
        lines.extend(all[chain].pop());
    }
    scattered(&mut random, lines, chains * hops * 8)
}

/// VT of RULER: which variables come to a number, over several hops.
#[test]
fn variables_are_followed_through_their_chains() {
    let text = chains(3, 6, 9);
    let cells = ["const schema = { type: 'object', required: ['assigned'], properties: { assigned: { type: 'array' } } }
const chunks = ctx.chunk({ by: 'lines', size: 40 })
const parts = await llm_query_batched(chunks.map((context) => ({ prompt: 'Every assignment', context, schema })))
print(parts.length)", "const value = {}
for (const { assigned } of parts) for (const [name, source] of assigned) value[name] = source in value ? value[source] : source
submit(Object.keys(value).filter((name) => value[name] === '40022').sort())"];
    let oracle = |prompt: &str, per_mille: u64| {
        let lines = prompt.lines().filter(|line| line.starts_with("VAR ") && !misread(line, per_mille));
        let assigned: Vec<Vec<&str>> = lines.map(|line| line[4..].split(" = ").collect()).collect();
        json!({ "assigned": assigned })
    };
    // From each variable back to its number.
    let gold = |per_mille: u64| {
        let source = |name: &str| {
            let line = text.lines().find(|line| line.starts_with(&format!("VAR {name} = ")))?;
            (!misread(line, per_mille)).then(|| line.rsplit(' ').next().expect("a source").to_owned())
        };
        let names = text.lines().filter_map(|line| line.strip_prefix("VAR ")?.split(' ').next());
        let comes_to = |name: &&str| {
            let mut at = source(name);
            while at.as_deref().is_some_and(|at| at.starts_with('X')) {
                at = source(&at.expect("just looked at"));
            }
            at.as_deref() == Some("40022")
        };
        json!(names.filter(comes_to).collect::<BTreeSet<_>>())
    };
    assert_eq!(gold(0).as_array().map(Vec::len), Some(9));
    holds(&json!({ "context": text }), &cells, oracle, gold);
}

/// Words in lines of twelve: `common` of them `often` times each, others seldom.
fn words(seed: u64, common: usize, often: usize) -> String {
    let mut random = Random(seed | 1);
    let name = |n: usize| {
        format!("{}{}", ["ka", "lo", "mi", "ru", "té"][n % 5], ["bar", "den", "fil", "gom", "hus", "jat"][n / 5 % 6])
    };
    let mut all: Vec<String> =
        (0..30).flat_map(|n| vec![name(n); if n < common { often - n } else { 3 + n % 4 }]).collect();
    for at in (1..all.len()).rev() {
        all.swap(at, random.below(at as u64 + 1) as usize);
    }
    all.chunks(12).map(|line| format!("{}\n", line.join(" "))).collect()
}

/// CWE and FWE of RULER: the most frequent words, most frequent first.
#[test]
fn frequent_words_are_counted_over_all_parts() {
    let cells = ["const schema = { type: 'object', required: ['counts'], properties: { counts: { type: 'object' } } }
const parts = await llm_query_batched(ctx.chunk({ by: 'lines', size: 5 }).map((context) => ({ prompt: 'How often is each word here?', context, schema })))
const sums = new Map()
for (const { counts } of parts) for (const word of Object.keys(counts)) sums.set(word, (sums.get(word) || 0) + counts[word])
submit([...sums].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, 10))"];
    let oracle = |prompt: &str, per_mille: u64| {
        let text = prompt.split("<context>\n").nth(1).and_then(|rest| rest.split("</context>").next()).expect("a part");
        let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
        for word in text.lines().filter(|line| !misread(line, per_mille)).flat_map(str::split_whitespace) {
            *counts.entry(word).or_default() += 1;
        }
        json!({ "counts": counts })
    };
    for (seed, common, often) in [(5, 10, 40), (6, 3, 90)] {
        let text = words(seed, common, often);
        let gold = |per_mille: u64| {
            let read: String = text
                .lines()
                .filter(|line| !misread(line, per_mille))
                .map(|line| format!(" {} ", line.replace(' ', "  ")))
                .collect();
            let all: BTreeSet<&str> = text.split_whitespace().collect();
            let mut counted: Vec<(&str, usize)> =
                all.iter().map(|word| (*word, read.matches(&format!(" {word} ")).count())).collect();
            counted.sort_by_key(|(word, count)| (std::cmp::Reverse(*count), *word));
            counted.truncate(10);
            json!(counted)
        };
        assert_eq!(gold(0)[0], json!(["kabar", often]));
        holds(&json!({ "context": text }), &cells, oracle, gold);
    }
}

const HOPS: [&str; 4] = ["works for", "is owned by", "is based in", "lies in"];

/// Documents, each with facts about some of many entities, over which chains of four hops lead: person, firm, owner, town, county.
fn documents(seed: u64, count: usize, people: usize) -> BTreeMap<String, String> {
    let mut random = Random(seed | 1);
    let mut documents: Vec<Vec<String>> = vec![Vec::new(); count];
    let kind = ["Person", "Firm", "Owner", "Town", "County"];
    for (hop, relation) in HOPS.iter().enumerate() {
        // Fewer and fewer: many people work for one firm.
        for from in 0..people >> hop {
            let to = random.below((people >> (hop + 1)).max(1) as u64);
            let at = random.below(count as u64) as usize;
            documents[at].push(format!("{}-{from} {relation} {}-{to}, as everybody knows.", kind[hop], kind[hop + 1]));
        }
    }
    let text = |facts: Vec<String>| scattered(&mut random, facts, 60);
    documents.into_iter().map(text).enumerate().map(|(n, text)| (format!("doc-{n:03}"), text)).collect()
}

/// Facts planted in many documents, of which only those are read that speak of what is looked for.
#[test]
fn chains_of_facts_are_followed_over_documents() {
    let documents = documents(17, 40, 48);
    let cells = ["const schema = { type: 'object', required: ['object'], properties: { object: { type: 'string' } } }
const names = Object.keys(contexts)
async function follow(entity, relation) {
  const found = names.filter((name) => contexts[name].count(`^${entity} ${relation} `.replace('^', '(?:^|\\\\n)')) > 0)
  const said = await llm_query_batched(found.map((name) => ({ prompt: `What stands after \\\"${entity} ${relation}\\\"?`, context: contexts[name], schema })))
  return said[0].object
}
const ends = []
for (const start of ['Person-0', 'Person-7', 'Person-20', 'Person-33', 'Person-41', 'Person-47']) {
  let at = start
  for (const relation of ['works for', 'is owned by', 'is based in', 'lies in']) at = await follow(at, relation)
  ends.push(at)
}
print(names.length, budget().calls.used)
submit(ends)"];
    /// What an oracle takes a fact to say: of one that it misreads, the first of its kind.
    fn object(line: &str, per_mille: u64) -> String {
        let object = line.split(", as").next().and_then(|fact| fact.rsplit(' ').next()).expect("a fact");
        match misread(line, per_mille) {
            true => format!("{}-0", object.split('-').next().expect("a kind")),
            false => object.to_owned(),
        }
    }
    let oracle = |prompt: &str, per_mille: u64| {
        let asked = prompt.split('"').nth(1).expect("what is asked");
        let line = prompt.lines().find(|line| line.starts_with(&format!("{asked} "))).expect("the document has it");
        json!({ "object": object(line, per_mille) })
    };
    let facts: BTreeMap<String, &str> = documents
        .values()
        .flat_map(|text| text.lines())
        .filter(|line| line.contains(", as everybody knows."))
        .map(|line| (line.split(' ').next().expect("a subject").to_owned(), line))
        .collect();
    let gold = |per_mille: u64| {
        let end = |start: u64| {
            let mut at = format!("Person-{start}");
            while let Some(line) = facts.get(&at) {
                at = object(line, per_mille);
            }
            at
        };
        json!([0, 7, 20, 33, 41, 47].map(end))
    };
    assert!(
        gold(0)
            .as_array()
            .expect("a list")
            .iter()
            .all(|end| end.as_str().is_some_and(|end| end.starts_with("County-")))
    );
    holds(&json!({ "contexts": documents }), &cells, oracle, gold);
}

/// A tree of files whose functions call each other.
fn repository(seed: u64, files: usize, each: usize) -> BTreeMap<String, String> {
    let mut random = Random(seed | 1);
    let name = |n: u64| format!("{}{}", ["load", "parse", "send", "check"][n as usize % 4], n);
    let file = |n: usize| {
        let body: String = (0..each)
            .map(|i| {
                let own = (n * each + i) as u64;
                let calls: Vec<String> =
                    (0..1 + random.below(5)).map(|_| name(random.below((files * each) as u64))).collect();
                format!("export function {}(x) {{ return {}(x) }}\n", name(own), calls.join("(x) + "))
            })
            .collect();
        (format!("src/{}/part-{n:02}.js", ["core", "net", "ui"][n % 3]), format!("// Part {n}: 中文\n{body}"))
    };
    (0..files).map(file).collect()
}

/// An object of files: which functions call one function through another, and where they stand.
#[test]
fn callers_are_found_in_a_tree_of_files() {
    let files = repository(23, 24, 8);
    let cells = ["const schema = { type: 'object', required: ['calls'], properties: { calls: { type: 'array' } } }
const paths = Object.keys(context)
const parts = await llm_query_batched(paths.map((path) => ({ prompt: 'Who calls whom?', context: context[path], schema, label: path })))
const calls = {}, home = {}
parts.forEach(({ calls: found }, i) => { for (const [from, to] of found) { home[from] = paths[i]; (calls[from] ||= []).push(to) } })
const through = (target) => Object.keys(calls).filter((from) => calls[from].some((middle) => (calls[middle] || []).includes(target)))
submit(through('parse5').map((from) => `${home[from]}: ${from}`).sort())"];
    fn edges(text: &str, per_mille: u64) -> Vec<(String, String)> {
        let line = |line: &str| {
            let (from, rest) = line.strip_prefix("export function ")?.split_once("(x) { return ")?;
            (!misread(line, per_mille)).then_some(())?;
            let body = rest.strip_suffix(" }")?;
            Some(
                body.split(" + ")
                    .map(|call| (from.to_owned(), call.trim_end_matches("(x)").to_owned()))
                    .collect::<Vec<_>>(),
            )
        };
        text.lines().filter_map(line).flatten().collect()
    }
    let oracle = |prompt: &str, per_mille: u64| json!({ "calls": edges(prompt, per_mille) });
    let gold = |per_mille: u64| {
        let home: BTreeMap<String, &str> = files
            .iter()
            .flat_map(|(path, text)| edges(text, 0).into_iter().map(|(from, _)| (from, path.as_str())))
            .collect();
        let all: BTreeSet<(String, String)> = files.values().flat_map(|text| edges(text, per_mille)).collect();
        // From the target backwards, twice.
        let callers =
            |of: &str| all.iter().filter(|(_, to)| to == of).map(|(from, _)| from.clone()).collect::<BTreeSet<_>>();
        let found: BTreeSet<String> = callers("parse5").iter().flat_map(|middle| callers(middle)).collect();
        json!(found.iter().map(|from| format!("{}: {from}", home[from])).collect::<BTreeSet<_>>())
    };
    assert!(gold(0).as_array().is_some_and(|found| found.len() >= 3), "{}", gold(0));
    holds(&json!({ "context": files }), &cells, oracle, gold);
}

/// A long talk in which some requests come again and again.
fn dialogue(seed: u64, rounds: usize) -> String {
    let mut random = Random(seed | 1);
    let round = |n: usize| {
        let form = ["poem", "riddle", "letter"][random.below(3) as usize];
        let about = ["tapirs", "the sea", "clocks", "snow"][random.below(4) as usize];
        let said: String =
            (0..1 + random.below(4)).map(|i| format!("Line {i} of number {n}, “{about}” 🌊\n")).collect();
        format!("User: write a {form} about {about}\nAssistant: {said}")
    };
    (0..rounds).map(round).collect()
}

/// MRCR: the n-th answer to a request that was made many times, to the character.
#[test]
fn the_nth_answer_of_many_alike_is_given_whole() {
    let text = dialogue(9, 700);
    let wanted = "write a poem about the sea";
    let cells = ["const schema = { type: 'object', required: ['asks'], properties: { asks: { type: 'array' } } }
const hits = ctx.grep_hits(/^User: .*$/m, { limit: 10000 })
const groups = []
for (let i = 0; i < hits.length; i += 50) groups.push(hits.slice(i, i + 50))
const parts = await llm_query_batched(groups.map((group) => ({ prompt: 'Which of these ask for a poem about the sea?\\n' + group.map((hit) => hit.text).join('\\n'), schema })), { confirm: true })
const asked = parts.flatMap(({ asks }, g) => asks.map((i) => g * 50 + i))
const nth = (n) => ctx.slice(hits[asked[n - 1]].end + '\\nAssistant: '.length, (hits[asked[n - 1] + 1] || { start: ctx.length }).start)
submit([nth(1), nth(17), nth(asked.length), asked.length])"];
    // One that is misread is taken for none.
    let oracle = |prompt: &str, per_mille: u64| {
        let lines = prompt.lines().skip(1).enumerate();
        let asks = lines
            .filter(|(i, line)| line.ends_with("poem about the sea") && !misread(&format!("{i} {line}"), per_mille));
        json!({ "asks": asks.map(|(i, _)| i).collect::<Vec<_>>() })
    };
    let gold = |per_mille: u64| {
        let rounds = text.split("User: ").skip(1).enumerate();
        let answers: Vec<&str> = rounds
            .filter(|(n, round)| {
                round.starts_with(wanted) && !misread(&format!("{} User: {wanted}", n % 50), per_mille)
            })
            .map(|(_, round)| round.split_once("Assistant: ").expect("an answer").1)
            .collect();
        json!([answers[0], answers[16], answers[answers.len() - 1], answers.len()])
    };
    holds(&json!({ "context": text }), &cells, oracle, gold);
}
