//! How the time of an analysis grows with the script, stage by stage, beside the parser alone as the reference.
//!
//! `cargo bench -p callsheet-analysis` prints a table for each of two kinds of script: each time is the least of several, the last
//! column how the stages after the parser compare with it, the last line the exponent of growth (1 is linear). With names of files
//! after `--` it measures these scripts instead.

use std::{hint::black_box, time::Instant};

use callsheet_analysis::{Context, estimate, lint, plan, script};

/// A kind of script: sections, each with names of its own.
struct Shape {
    name: &'static str,
    section: fn(usize) -> String,
}

const SHAPES: [Shape; 2] = [
    Shape { name: "as large scripts are: prose, data, helpers, an agent for 10 KB", section: spacious },
    Shape { name: "nothing but calls: 24 agents and 8 loops for 10 KB", section: dense },
];

/// A script of about `kib` KiB.
fn sample(kib: usize, shape: &Shape) -> String {
    let mut text = String::from(
        "export const meta = {\n  name: 'growth',\n  description: 'Many sections of the usual kind',\n  phases: [{ title: 'Scan' }, { title: 'Verify' }],\n}\n",
    );
    let mut section = 0;
    while text.len() < kib << 10 {
        text.push_str(&(shape.section)(section));
        section += 1;
    }
    text.push_str("return 'done'\n");
    text
}

fn dense(section: usize) -> String {
    DENSE.replace("§", &section.to_string())
}

/// About 10 KB in the proportions of the 26 largest public scripts (60 to 400 KB): the median of them has for 10 KB one agent, ten
/// functions, one loop, two branches, and is to two thirds prose in comments and strings.
fn spacious(section: usize) -> String {
    let said = "Look at what the change does to everyone who calls it, say where, and cite the lines that show it";
    let mut text = String::new();
    for line in 0..16 {
        text.push_str(&format!("// {said} ({section}.{line}).\n"));
    }
    text.push_str("const RULES_§ = [\n");
    for line in 0..48 {
        text.push_str(&format!("  '{line}. {said}, rule {section}.{line}.',\n"));
    }
    text.push_str("]\nconst AREAS_§ = [\n");
    for line in 0..12 {
        text.push_str(&format!(
            "  {{ key: 'area-{line}', path: 'src/area/{section}/{line}', weight: {line}, hot: true }},\n"
        ));
    }
    text.push_str("]\n");
    text.push_str(SPACIOUS);
    text.replace("§", &section.to_string())
}

const SPACIOUS: &str = r#"
const AREA_§ = { type: 'object', required: ['findings'], additionalProperties: false, properties: {
  findings: { type: 'array', maxItems: 6, items: { type: 'object', required: ['file', 'claim'], additionalProperties: false,
    properties: { file: { type: 'string', description: 'Path from the root' }, claim: { type: 'string', description: 'One sentence' } } } } } }
const bullet_§ = (lines) => lines.map((line) => `- ${line}`).join('\n')
const named_§ = (area) => `${area.key} (${area.path})`
const heavy_§ = (areas) => areas.filter((area) => area.weight > 3)
const clip_§ = (text, most) => text.length > most ? `${text.slice(0, most)} …` : text
function brief_§(area, notes) {
  if (!area || !area.path) return ''
  return `You review ${named_§(area)} and nothing else. Read every file below it before you say anything about one of them.\n` +
    'Report what is wrong, not what could be nicer; each claim stands alone and names its file.\n\n' +
    `Rules of this review:\n${bullet_§(RULES_§)}\n\n` + `What is known so far:\n${clip_§(notes, 4000)}`
}
phase('Scan')
const asked_§ = heavy_§(AREAS_§)
const found_§ = await parallel(asked_§.map((area) => () =>
  agent(brief_§(area, 'nothing yet'), { label: `scan:${area.key}`, phase: 'Scan', schema: AREA_§ })))
const byFile_§ = {}
for (const result of found_§.filter(Boolean)) {
  for (const finding of result.findings) {
    const seen = byFile_§[finding.file] || []
    if (!seen.includes(finding.claim)) byFile_§[finding.file] = [...seen, finding.claim]
  }
}
log(`section §: ${Object.keys(byFile_§).length} files with findings`)
"#;

const DENSE: &str = r#"
const FINDINGS_§ = {
  type: 'object', required: ['findings'], additionalProperties: false,
  properties: { findings: { type: 'array', maxItems: 8, items: {
    type: 'object', required: ['file', 'claim'], additionalProperties: false,
    properties: { file: { type: 'string' }, claim: { type: 'string' }, line: { type: 'integer' } } } } },
}
const DIMENSIONS_§ = [{ key: 'bugs', ask: 'Find bugs' }, { key: 'speed', ask: 'Find slow code' }, { key: 'safety', ask: 'Find holes' }]
function prompt_§(dimension, rules) {
  return `Review the change for ${dimension.key}.\n${dimension.ask}.\nRules:\n${rules.map((r, i) => `${i + 1}. ${r}`).join('\n')}`
}
phase('Scan')
const found_§ = await pipeline(
  DIMENSIONS_§,
  (d) => agent(prompt_§(d, ['be exact', 'cite lines']), { label: `scan:${d.key}`, phase: 'Scan', schema: FINDINGS_§ }),
  (r, d) => r && parallel(r.findings.map((f) => () =>
    agent(`Refute: ${f.claim} in ${f.file}`, { label: `verify:${d.key}`, phase: 'Verify', model: 'haiku' }))),
)
const kept_§ = found_§.filter(Boolean).flat().filter((v) => v && v.length > 3)
let rounds_§ = 0
while (rounds_§ < 3 && kept_§.length < 20) {
  rounds_§ += 1
  const more = await agent(`Anything else? Known: ${kept_§.length}`, { label: 'more', phase: 'Scan' })
  if (!more) break
  kept_§.push(more)
}
log(`section § kept ${kept_§.length}`)
"#;

/// The least time of several that `work` takes, in milliseconds, without what it takes to drop what it gives.
fn least<T>(mut work: impl FnMut() -> T) -> f64 {
    let times = (0..15).map(|_| {
        let start = Instant::now();
        let result = black_box(work());
        let time = start.elapsed();
        drop(result);
        time.as_secs_f64() * 1e3
    });
    times.fold(f64::INFINITY, f64::min)
}

fn main() {
    let files: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with("--")).collect();
    if files.is_empty() {
        SHAPES.iter().for_each(grow);
        return;
    }
    println!("{HEAD}");
    for file in files {
        match std::fs::read_to_string(&file) {
            Ok(text) => {
                measure(&text, &Context::default());
                println!("         {file}");
            }
            Err(error) => println!("{file}: {error}"),
        }
    }
}

const HEAD: &str = "     KiB   parse ms    plan ms    lint ms    est. ms     sum ms  sum/parse";

/// Prints a row for the script and gives the milliseconds its analysis takes beyond parsing.
fn measure(text: &str, context: &Context) -> f64 {
    let parsed = script::parse(text);
    let planned = plan::interpret(&parsed, context);
    let parse = least(|| script::parse(text));
    let plan = least(|| plan::interpret(&parsed, context));
    let lint = least(|| lint::check(&parsed, &planned, context));
    let estimate = least(|| estimate::estimate(&planned, context));
    let rest = plan + lint + estimate;
    println!(
        "{:>8} {parse:>10.2} {plan:>10.2} {lint:>10.2} {estimate:>10.2} {rest:>10.2} {:>10.1}{}",
        text.len() >> 10,
        rest / parse,
        if planned.gave_up.is_some() { "  given up" } else { "" },
    );
    rest
}

fn grow(shape: &Shape) {
    let context = Context::default();
    println!("{}", shape.name);
    println!("{HEAD}");
    let mut totals = Vec::new();
    for kib in [10, 50, 100, 200, 400] {
        let text = sample(kib, shape);
        let parsed = script::parse(text.as_str());
        assert!(parsed.errors.is_empty(), "the sample is a script: {:?}", parsed.errors);
        assert!(plan::interpret(&parsed, &context).gave_up.is_none(), "the sample is followed to its end");
        totals.push(((text.len() as f64).ln(), measure(&text, &context).ln()));
    }
    let ((x0, y0), (x1, y1)) = (totals[0], totals[totals.len() - 1]);
    println!("growth exponent beyond parsing: {:.2}\n", (y1 - y0) / (x1 - x0));
}
