//! A counting task with a gold answer: at no error the run is exactly right, at a fixed error exactly as wrong as predicted.

use models::Request;
use serde_json::{Value, json};

use super::{Actor, answered, spec};

/// Words that decide a line's label.
const LEXICON: [(&str, &[&str]); 3] = [
    ("complaint", &["broken", "late", "refund"]),
    ("praise", &["great", "thanks", "perfect"]),
    ("question", &["where", "when", "how"]),
];

/// Lines of a made-up mailbox, a pure function of seed and size.
fn mailbox(seed: u64, lines: usize) -> String {
    let mut random = Random(seed | 1);
    let mut text = String::new();
    for line in 0..lines {
        let (_, words) = LEXICON[random.below(7).min(2) as usize];
        let word = words[random.below(words.len() as u64) as usize];
        let (day, user) = (1 + random.below(28), random.below(50));
        text.push_str(&format!("Date: 2024-03-{day:02} || User: {user} || Instance: note {line} is {word} ✉\n"));
    }
    text
}

/// Numbers by seed.
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn below(&mut self, most: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % most
    }
}

fn label(line: &str) -> Option<&'static str> {
    let instance = line.split("Instance: ").nth(1)?;
    LEXICON.iter().find(|(_, words)| words.iter().any(|w| instance.split(' ').any(|i| i == *w))).map(|(l, _)| *l)
}

/// Whether the oracle misreads a line, in so many of a thousand.
pub(super) fn misread(line: &str, per_mille: u64) -> bool {
    let hashed = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    (line.bytes().fold(0xcbf2_9ce4_8422_2325, hashed) >> 20) % 1000 < per_mille
}

/// What an oracle says of a line.
fn read(line: &str, per_mille: u64) -> Option<&'static str> {
    match misread(line, per_mille) {
        true => Some("praise"),
        false => label(line),
    }
}

/// Reads the prompt it is given, as a model would.
fn oracle(request: &Request, per_mille: u64) -> Value {
    let count = request.prompt.lines().filter(|line| read(line, per_mille) == Some("complaint")).count();
    json!({ "count": count })
}

/// Peeks, chunks, has the chunks counted, adds up in code.
const POLICY: [&str; 3] = [
    "print(ctx.length, ctx.lines); print(ctx.head(200))",
    "const schema = { type: 'object', required: ['count'], properties: { count: { type: 'integer' } } }
const chunks = ctx.chunk({ by: 'lines', size: 40 })
const parts = await llm_query_batched(chunks.map((c) => ({ prompt: 'How many complaints?', context: c, schema })))
let total = 0
for (const part of parts) total += part.count
print(parts.length)",
    "print(ctx.coverage()); submit({ total, sent: ctx.coverage().sent.share })",
];

fn counted(text: &str, per_mille: u64) -> Value {
    let folder = tempfile::tempdir().expect("a folder");
    let actor = Actor::new(&POLICY, move |request| Ok(oracle(request, per_mille)));
    answered(spec(&folder, json!({ "question": "How many complaints?", "context": text })), actor).0
}

#[test]
fn at_no_error_the_count_is_exactly_right() {
    for seed in [3, 8] {
        let text = mailbox(seed, 1500);
        // An independent scan: by the words alone.
        let gold =
            ["broken", "late", "refund"].iter().map(|w| text.matches(&format!(" is {w} ")).count()).sum::<usize>();
        assert_eq!(counted(&text, 0), json!({ "total": gold, "sent": 1 }));
    }
}

#[test]
fn at_a_fixed_error_the_count_is_exactly_as_wrong_as_predicted() {
    let text = mailbox(5, 1500);
    let gold = text.lines().filter(|line| label(line) == Some("complaint")).count();
    let predicted = text.lines().filter(|line| read(line, 50) == Some("complaint")).count();
    assert!(predicted < gold, "an error of 5 % misreads some of {gold} complaints");
    assert_eq!(counted(&text, 50)["total"], json!(predicted));
}
