//! The rules of the house that no compiler checks.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// A file longer than this holds more than one idea.
const MOST_LINES: usize = 600;

/// Which crate may name what: the walls that keep analysis pure, and each engine in one place.
const WALLS: [(&str, &str); 4] =
    [("swc_", "analysis"), ("boa_", "runtime"), ("tower_lsp", "lsp"), ("indicatif", "callsheet")];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn rust_files(dir: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir).expect("a folder of the house") {
        let path = entry.expect("an entry").path();
        match path.is_dir() {
            true if path.ends_with("target") => {}
            true => files.extend(rust_files(&path)),
            false if path.extension().is_some_and(|e| e == "rs") => files.push(path),
            false => {}
        }
    }
    files
}

#[test]
fn a_file_holds_one_idea() {
    let mut files = rust_files(&root().join("server"));
    files.extend(rust_files(&root().join("tests")));
    assert!(files.len() > 10, "the house was not found");
    let long: Vec<String> = files
        .iter()
        .map(|f| (f, fs::read_to_string(f).expect("UTF-8 source").lines().count()))
        .filter(|(_, lines)| *lines > MOST_LINES)
        .map(|(f, lines)| format!("{} has {lines} lines", f.display()))
        .collect();
    assert!(long.is_empty(), "over {MOST_LINES} lines, find the seam:\n{}", long.join("\n"));
}

#[test]
fn each_library_stays_behind_its_wall() {
    let mut breaches = Vec::new();
    for krate in ["analysis", "models", "runtime", "lsp", "callsheet"] {
        for file in rust_files(&root().join("server").join(krate)) {
            let source = fs::read_to_string(&file).expect("UTF-8 source");
            for (name, home) in WALLS {
                let used = source.lines().any(|l| !l.trim_start().starts_with("//") && l.contains(name));
                if used && krate != home {
                    breaches.push(format!("{} names {name}…, which only {home} may", file.display()));
                }
            }
        }
    }
    assert!(breaches.is_empty(), "{}", breaches.join("\n"));
}
