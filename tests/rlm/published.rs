//! `published.md` names, for each case that others have published, the test here that shows it.

use std::{collections::BTreeMap, fs, path::Path};

/// Names of the tests of all Rust files below `folder`, by the name of the file.
fn tests_below(folder: &Path, found: &mut BTreeMap<String, Vec<String>>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            tests_below(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).expect("source text");
            let mut lines = text.lines().map(str::trim);
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            let known = found.entry(name).or_default();
            while lines.any(|line| line.starts_with("#[test]") || line.starts_with("#[tokio::test")) {
                let name = lines.next().and_then(|line| line.split_once("fn ")?.1.split_once('('));
                known.extend(name.map(|(name, _)| name.to_owned()));
            }
        }
    }
}

#[test]
fn every_published_case_is_shown_by_a_test_that_exists_or_says_why_not() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().find(|folder| folder.join("Cargo.lock").exists());
    let root = root.expect("the workspace");
    let mut known = BTreeMap::new();
    for folder in ["tests", "server/runtime/src", "server/analysis/src/cell"] {
        tests_below(&root.join(folder), &mut known);
    }
    let page = include_str!("published.md");
    let (mut cases, mut shown, mut wrong) = (0, 0, Vec::new());
    for line in
        page.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| case") && !line.starts_with("| what"))
    {
        let told = line.trim_end_matches('|').rsplit_once(" | ").expect("two columns").1;
        let mut names = 0;
        for (file, rest) in told.split(".rs: ").zip(told.split(".rs: ").skip(1)) {
            let file = format!("{}.rs", file.rsplit([' ', ',']).next().unwrap_or_default());
            let name: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
            names += 1;
            if !known.get(&file).is_some_and(|tests| tests.contains(&name)) {
                wrong.push(format!("{file}: {name}"));
            }
        }
        if names == 0 && !["differs: ", "does not apply: "].iter().any(|why| told.starts_with(why)) {
            wrong.push(format!("neither a test nor a reason: {line}"));
        }
        (cases, shown) = (cases + 1, shown + usize::from(names > 0));
    }
    assert!(wrong.is_empty(), "of {cases} cases, {shown} with tests:\n{}", wrong.join("\n"));
    assert!(cases > 100, "{cases} cases");
}
