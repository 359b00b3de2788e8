//! Contexts far larger than any window: the natives agree with the language's own and take time in proportion.

use std::fs;

use expect_test::expect;
use runtime::rlm::ContextFile;
use serde_json::{Value, json};

use super::{Actor, about, answered, run};

fn asked(text: &str, cells: &[&str]) -> (Value, String) {
    let (spec, _, _folder) = about(text);
    let (answer, told) = answered(spec, Actor::echo(cells));
    (answer, told.join("\n"))
}

/// What the engine itself cannot do in reasonable time on texts of this size.
#[test]
fn strings_of_megabytes_are_searched_and_split_in_no_time() {
    let text = "2024-01-02 INFO the quick brown fox jumps over the lazy dog id=12345\n".repeat(60_000) + "the needle";
    let cell = "const lines = context.split('\\n')
let n = 0
for (let at = context.indexOf('fox'); at >= 0; at = context.indexOf('fox', at + 1)) n++
submit([context.length, lines.length, n, context.lastIndexOf('fox'), context.includes('needle'), context.includes('haystack'),
  context.replaceAll('fox', 'cat').length, ctx.count(/id=\\d+/), ctx.grep('needle').total, ctx.chunk({ by: 'chars', size: 100000 }).length])";
    let (result, _) = asked(&text, &[cell]);
    let length = text.len();
    assert_eq!(
        result,
        json!([length, 60_001, 60_000, text.rfind("fox"), true, false, length, 60_000, 1, length.div_ceil(99_981)])
    );
}

/// The engine's own methods, taken from a short string, beside ours on the same text made long.
#[test]
fn long_strings_behave_like_short_ones() {
    let cell = r#"
const pieces = ['', 'a', 'ab', 'aab', 'é', '😀', '\ud83d', '\n', 'ba😀é', 'aaaa', '$&', 'zz']
let compared = 0, wrong = []
for (const piece of ['abaab\n', 'é😀a\n', 'aaaa', '$&z']) {
  const long = piece.repeat(Math.ceil(2500 / piece.length))
  const wide = Array.from({ length: long.length }, (_, i) => long.charCodeAt(i))
  const at = (needle, from) => {
    const units = Array.from({ length: needle.length }, (_, i) => needle.charCodeAt(i))
    for (let i = Math.min(Math.max(from, 0), wide.length); i + units.length <= wide.length; i++) if (units.every((u, j) => wide[i + j] === u)) return i
    return -1
  }
  for (const needle of pieces) {
    for (const from of [undefined, 0, 3, 2490, 9999, -5]) {
      compared++
      if (long.indexOf(needle, from) !== at(needle, from ?? 0)) wrong.push(['indexOf', piece, needle, from, long.indexOf(needle, from), at(needle, from ?? 0)])
      if (long.includes(needle, from) !== at(needle, from ?? 0) >= 0) wrong.push(['includes', piece, needle, from])
    }
    const parts = long.split(needle)
    if (needle !== '' && parts.join(needle) !== long) wrong.push(['split', piece, needle])
    if (needle !== '' && parts.some((p) => at2(p, needle))) wrong.push(['split left', piece, needle])
    const last = long.lastIndexOf(needle)
    if (last !== -1 && (long.slice(last, last + needle.length) !== needle || at(needle, last + 1) !== -1 && needle !== '')) wrong.push(['last', piece, needle])
    if (needle !== '' && long.replaceAll(needle, '<>') !== parts.join('<>')) wrong.push(['replaceAll', piece, needle])
  }
}
function at2(part, needle) { return part.length < 2000 && part.indexOf(needle) >= 0 }
print(compared, 'abc'.split.length, 'abc'.split.name, 'x'.repeat(3000).split(/y/).length, 'a,b'.repeat(2000).split(',', 2))
submit(wrong)"#;
    let (result, told) = asked("c", &[cell]);
    assert_eq!(result, json!([]), "{told}");
    expect![[r#"
        [cell 1] ok, 0 calls
        288 2 split 1 ["a", "ba"]
        submitted
        New or changed: pieces Array(12), compared 288, wrong Array(0), at2 function"#]]
    .assert_eq(&told);
}

#[test]
fn a_file_that_changed_is_not_what_was_asked_about() {
    let (spec, path, _folder) = about("before");
    fs::write(&path, "after").expect("a file");
    let (outcome, _) = run(spec, Actor::echo(&["submit(1)"]));
    assert!(outcome.error.is_some_and(|e| e.message.ends_with("has changed since the run was started")));
    fs::write(&path, [0x61, 0xff]).expect("a file");
    assert!(ContextFile::open(&path).is_err_and(|e| e.to_string().contains("is not UTF-8 (byte 1")));
}

/// Cells see what the language says of offsets, whatever the text.
#[test]
fn offsets_agree_with_the_language() {
    let text: String = (0..3000).map(|n| ["a", "é", "中", "😀", "\n", "z\r\n"][n * 7 % 6]).collect();
    let cell = "let wrong = 0
for (let at = 0; at < ctx.length; at += 37) {
  if (ctx.slice(at, at + 50) !== context.slice(at, at + 50)) wrong++
}
for (const hit of ctx.grep_hits(/😀|é/, { limit: 500 })) if (context.slice(hit.start, hit.end) !== hit.text) wrong++
const lines = context.split('\\n')
for (let i = 0; i < ctx.lines; i += 11) if (ctx.line(i) !== lines[i]) wrong++
const chunks = ctx.chunk({ size: 501, overlap: 0 })
if (chunks.map(String).join('') !== context) wrong++
submit([wrong, ctx.length === context.length, ctx.lines === lines.length, ctx.find('中', 100) === context.indexOf('中', 100)])";
    assert_eq!(asked(&text, &[cell]).0, json!([0, true, true, true]));
}
