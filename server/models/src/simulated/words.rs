//! Words for simulated text: English enough to look right in a transcript, and plainly made up.

use super::random::Random;

const SUBJECTS: [&str; 12] = [
    "the parser",
    "the cache",
    "the retry loop",
    "the config loader",
    "the scheduler",
    "the session store",
    "the test suite",
    "the error path",
    "the public API",
    "the migration",
    "the build script",
    "the log format",
];
const VERBS: [&str; 10] =
    ["drops", "repeats", "ignores", "covers", "accepts", "reorders", "rejects", "duplicates", "documents", "guards"];
const OBJECTS: [&str; 12] = [
    "empty input",
    "a stale entry",
    "the last item",
    "concurrent writes",
    "a missing field",
    "large payloads",
    "the timeout",
    "two of the callers",
    "an unchecked cast",
    "the common case",
    "non-ASCII names",
    "a partial result",
];
const WORDS: [&str; 16] = [
    "alpha", "branch", "cursor", "delta", "entry", "frame", "guard", "handle", "index", "journal", "kernel", "lookup",
    "module", "node", "option", "parser",
];
const FILES: [&str; 8] = [
    "src/parser.rs",
    "src/cache.rs",
    "src/config.rs",
    "src/lib.rs",
    "src/session.rs",
    "tests/retry.rs",
    "docs/guide.md",
    "build.rs",
];

fn one<'a>(random: &mut Random, from: &'a [&'a str]) -> &'a str {
    random.pick(from).copied().unwrap_or_default()
}

/// A sentence without its full stop.
pub(super) fn sentence(random: &mut Random) -> String {
    let subject = one(random, &SUBJECTS);
    let verb = one(random, &VERBS);
    let object = one(random, &OBJECTS);
    format!("{subject} {verb} {object}")
}

/// A whole text answer. It says that it is simulated.
pub(super) fn answer(random: &mut Random) -> String {
    let count = random.between(2, 6);
    let sentences: Vec<String> = (0..count).map(|_| capitalised(&sentence(random))).collect();
    format!("(simulated) {}.", sentences.join(". "))
}

/// A string for the property `name`.
pub(super) fn for_property(name: &str, random: &mut Random) -> String {
    let name = name.to_ascii_lowercase();
    let has = |parts: &[&str]| parts.iter().any(|p| name.contains(p));
    if has(&["file", "path"]) {
        one(random, &FILES).to_owned()
    } else if has(&["id", "key", "name", "slug", "tag"]) && name.len() < 12 {
        format!("{}-{}", one(random, &WORDS), random.between(1, 99))
    } else if has(&["title", "label", "word"]) {
        capitalised(&sentence(random))
    } else {
        format!("{}.", capitalised(&sentence(random)))
    }
}

/// A single lower-case word.
pub(super) fn word(random: &mut Random) -> String {
    one(random, &WORDS).to_owned()
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|c| c.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
