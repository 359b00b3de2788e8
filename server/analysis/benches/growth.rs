//! How the time of an analysis grows with the script, stage by stage, beside the parser alone as the reference.
//!
//! `cargo bench -p callsheet-analysis` prints a table: each time is the least of several, the last column how the stages after the
//! parser compare with it, the last line the exponent of growth (1 is linear).

use std::{hint::black_box, time::Instant};

use callsheet_analysis::{Context, estimate, lint, plan, script};

/// A script of about `kib` KiB: sections as real scripts have them, each with names of its own.
fn sample(kib: usize) -> String {
    let mut text = String::from(
        "export const meta = {\n  name: 'growth',\n  description: 'Many sections of the usual kind',\n  phases: [{ title: 'Scan' }, { title: 'Verify' }],\n}\n",
    );
    let mut section = 0;
    while text.len() < kib << 10 {
        text.push_str(&SECTION.replace("§", &section.to_string()));
        section += 1;
    }
    text.push_str("return 'done'\n");
    text
}

const SECTION: &str = r#"
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

fn least(mut work: impl FnMut()) -> f64 {
    let times = (0..15).map(|_| {
        let start = Instant::now();
        work();
        start.elapsed().as_secs_f64() * 1e3
    });
    times.fold(f64::INFINITY, f64::min)
}

fn main() {
    let context = Context::default();
    println!(
        "{:>8} {:>10} {:>10} {:>10} {:>10} {:>10}",
        "KiB", "parse ms", "plan ms", "lint ms", "est. ms", "rest/parse"
    );
    let mut totals = Vec::new();
    for kib in [10, 50, 100, 200, 400] {
        let text = sample(kib);
        let parsed = script::parse(text.as_str());
        assert!(parsed.errors.is_empty(), "the sample is a script: {:?}", parsed.errors);
        let planned = plan::interpret(&parsed, &context);
        let parse = least(|| drop(black_box(script::parse(text.as_str()))));
        let plan = least(|| drop(black_box(plan::interpret(&parsed, &context))));
        let lint = least(|| drop(black_box(lint::check(&parsed, &planned, &context))));
        let estimate = least(|| drop(black_box(estimate::estimate(&planned, &context))));
        let rest = plan + lint + estimate;
        totals.push(((kib as f64).ln(), rest.ln()));
        println!("{kib:>8} {parse:>10.2} {plan:>10.2} {lint:>10.2} {estimate:>10.2} {:>10.1}", rest / parse);
    }
    let ((x0, y0), (x1, y1)) = (totals[0], totals[totals.len() - 1]);
    println!("growth exponent beyond parsing: {:.2}", (y1 - y0) / (x1 - x0));
}
