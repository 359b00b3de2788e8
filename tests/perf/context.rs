//! Contexts of 40 and 400 MB: how long each helper takes, and what the sandbox occupies meanwhile.

use std::{
    fs::{self, File},
    io::{BufWriter, Write},
    path::Path,
};

use runtime::{EventKind, rlm::ContextFile};
use serde_json::json;

use super::measure::Usage;
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

/// Lines of 108 bytes, all of them hits.
pub(super) fn write(path: &Path, lines: usize, mark: char) {
    let mut file = BufWriter::new(File::create(path).expect("a file"));
    for n in 0..lines {
        let words = "the quick brown fox jumps over the lazy dog, and the dog does not mind at all";
        let line = format!("2024-01-02 INFO {words} {mark} id={n:07}\n");
        file.write_all(line.as_bytes()).expect("space");
    }
    file.into_inner().expect("space");
}

#[test]
#[ignore = "prints figures"]
fn contexts_of_40_and_400_megabytes() {
    for mark in ['-', '✉'] {
        let mut times: Vec<Vec<f64>> = Vec::new();
        for lines in [370_370, 3_703_700] {
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().join("large.txt");
            write(&path, lines, mark);
            let began = std::time::Instant::now();
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
            let times_the_context = used.sandbox_mib() as f64 * 1048576.0 / bytes as f64;
            println!(
                "{} MB, lines with {mark:?}; sandbox {times_the_context:.2} times the context; {used}",
                bytes / 1_000_000
            );
            // Each unit of other texts takes two bytes in a string.
            assert!(times_the_context <= 3.0 || mark != '-', "a context of ASCII takes at most three times its size");
            let names = ["open and hash", "load and index"].into_iter().chain(CELLS.iter().map(|(name, _)| *name));
            for (name, seconds) in names.zip(&took) {
                println!("  {name:<24} {seconds:7.3} s");
            }
            fs::remove_file(&path).expect("it is there");
            times.push(took);
        }
        let exponent = |n: usize| (times[1][n] / times[0][n].max(0.001)).log10();
        println!(
            "  growth from 40 to 400 MB: load {:.2}, count {:.2}, chunk {:.2}",
            exponent(1),
            exponent(3),
            exponent(7)
        );
    }
}
