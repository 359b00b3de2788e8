//! Contexts of 40 and 400 MB, and one as large as they may be: how long each helper takes, and what the sandbox occupies meanwhile.

use std::{
    fs::File,
    io::{BufWriter, Write},
    path::Path,
    time::Instant,
};

use runtime::{EventKind, rlm::ContextFile};
use serde_json::json;

use super::measure::{Usage, Used};
use crate::rlm::{Actor, run, spec};

/// What is measured, a cell each. Strings are there up to 64 M characters only.
const CELLS: [(&str, &str); 8] = [
    ("look", "ctx.head(100).length"),
    ("count 370k hits", "ctx.count(/id=\\d+/)"),
    ("grep 370k hits", "ctx.grep(/id=\\d+/, { limit: 1000000 }).length"),
    ("grep a miss", "ctx.grep('no such line').length"),
    ("grep_hits, 10k of 370k", "ctx.grep_hits(/id=\\d+/, { limit: 10000 }).length"),
    ("chunk", "ctx.chunk({ by: 'chars', size: 100000 }).length"),
    ("string, split", "context === null ? 0 : context.split('\\n').length"),
    ("indexOf, a miss", "context === null ? 0 : context.indexOf('no such text')"),
];

/// What is written in the lines of a context, all of them hits.
#[derive(Clone, Copy, Debug)]
pub(super) enum Words {
    Ascii,
    /// German, Russian, Chinese and English with an emoji, a line each.
    Mixed,
    /// English with a sign that takes two bytes in the engine's strings: the most such a string can take of a text.
    Widest,
}

impl Words {
    fn of_line(self, n: usize) -> &'static str {
        match (self, n % 4) {
            (Self::Ascii, _) => "the quick brown fox jumps over the lazy dog, and the dog does not mind at all -",
            (Self::Widest, _) => "the quick brown fox jumps over the lazy dog, and the dog does not mind at all ✉",
            (_, 0) => "Falsches Üben von Xylophonmusik quält jeden größeren Zwerg, und niemand hört zu.",
            (_, 1) => "Съешь же ещё этих мягких французских булок",
            (_, 2) => "天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬",
            (_, _) => "the quick brown fox jumps over the lazy dog, and the dog does not mind 🦊🐕",
        }
    }
}

/// Lines of about 108 bytes.
pub(super) fn write(path: &Path, lines: usize, words: Words) {
    let mut file = BufWriter::new(File::create(path).expect("a file"));
    for n in 0..lines {
        writeln!(file, "2024-01-02 INFO {} id={n:07}", words.of_line(n)).expect("space");
    }
    file.into_inner().expect("space");
}

/// Seconds that opening the file took, loading it and each cell; and what the sandbox took.
fn measured(words: Words, lines: usize) -> (Vec<f64>, Used, u64) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("large.txt");
    write(&path, lines, words);
    let began = Instant::now();
    let file = ContextFile::open(&path).expect("a context");
    let opened = began.elapsed();
    let bytes = file.bytes;
    let mut spec = spec(&folder, json!({ "question": "q", "context": file.reference() }));
    spec.contexts = vec![file];
    let cells: Vec<&str> = CELLS.iter().map(|(_, cell)| *cell).chain(["submit(1)"]).collect();
    let usage = Usage::begin();
    let (outcome, events) = run(spec, Actor::echo(&cells));
    let used = usage.end();
    assert_eq!(outcome.result, Some(json!(1)), "{:?}", outcome.error);
    let mut last = 0;
    let mut took = vec![opened.as_secs_f64()];
    for event in &events {
        if matches!(event.kind, EventKind::RlmStarted { .. } | EventKind::Cell { .. }) {
            took.push((event.ms - last) as f64 / 1000.0);
            last = event.ms;
        }
    }
    (took, used, bytes)
}

/// Prints what a context of so many lines takes, and gives the seconds.
fn told(words: Words, lines: usize, program: u64) -> Vec<f64> {
    let (took, used, bytes) = measured(words, lines);
    let times = |mib: u64| mib as f64 * 1048576.0 / bytes as f64;
    let (all, own) = (times(used.sandbox_mib()), times(used.sandbox_mib().saturating_sub(program)));
    let most = if matches!(words, Words::Widest) { 4.0 } else { 3.0 };
    assert!(own <= most, "{words:?} takes {own:.2} times its size, and may take {most}");
    let megabytes = bytes / 1_000_000;
    println!("{megabytes} MB, {words:?}; sandbox {all:.2} times the context, {own:.2} without the program; {used}");
    let names = ["open and hash", "load and index"].into_iter().chain(CELLS.iter().map(|(name, _)| *name));
    for (name, seconds) in names.zip(&took) {
        println!("  {name:<24} {seconds:7.3} s");
    }
    took
}

/// Memory of a sandbox with hardly any context, in MiB.
fn program() -> u64 {
    let (_, used, _) = measured(Words::Ascii, 10);
    println!("the program alone: {} MiB", used.sandbox_mib());
    used.sandbox_mib()
}

#[test]
#[ignore = "prints figures"]
fn contexts_of_40_and_400_megabytes() {
    let program = program();
    for words in [Words::Ascii, Words::Mixed, Words::Widest] {
        let [small, large] = [370_370, 3_703_700].map(|lines| told(words, lines, program));
        let exponent = |n: usize| (large[n] / small[n].max(0.001)).log10();
        let (load, count, chunk) = (exponent(1), exponent(3), exponent(7));
        println!("  growth from 40 to 400 MB: load {load:.2}, count {count:.2}, chunk {chunk:.2}");
    }
}

#[test]
#[ignore = "prints figures; takes 2 GB of memory and 1 GB of the disk"]
fn a_context_of_a_gigabyte() {
    let program = program();
    for words in [Words::Ascii, Words::Mixed] {
        told(words, 9_700_000, program);
    }
}
