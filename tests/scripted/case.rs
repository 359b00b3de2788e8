//! A case: a workflow script whose opening comment says how to run it and what must come of it.
//!
//! ```text
//! // 39 pipeline: a stage that returns null passes it on     the title; `// ---- title` begins a further script
//! // args: ["a", "b"]                                        JSON; without the line `args` is undefined
//! // flags: pipelineNullPrev=skip                            switches of the dialect
//! // limits: 1 at once, 3 agents, 300 ms slice               what the run may use
//! // model: "fix *" -> after 20 ms {"n": "x"} then {"n": 1}  what the model answers, in turn; without it `re: <prompt>`
//! // model: "a" -> 30 tokens "A"                             also `fail "why"` and `never`
//! // expect: [null, "b"]                                     the run's result, or `undefined`
//! // expect error: at most 4096 items                        part of the run's error; may be repeated, and `A or B`
//! // expect prompts: ["a", "b"]                              the prompts of the agents that left, in this order
//! // expect calls: 2                                         how often the model was asked, repairs included
//! // expect log: dropped 1                                   part of a narrator or failure line; may be repeated
//! // expect phases: ["Scan", "Fix"]                          the phase of each agent, in the order they were called
//! ```
//!
//! Where the error must be is drawn in the script: `// ^ here` below the place, or `// ^ line` below the line.
//! A comment line indented by three blanks goes on with the line before it.

use std::{fs, path::Path, time::Duration};

use serde_json::Value;

/// A script, how to run it and what must come of it.
#[derive(Debug, Default)]
pub(crate) struct Case {
    /// File stem and title, for messages and for `CASE=…`.
    pub(crate) name: String,
    /// The file's name.
    pub(crate) file: String,
    /// The script as it is run: the whole part of the file, so that lines are the file's own.
    pub(crate) script: String,
    pub(crate) args: Option<Value>,
    pub(crate) flags: Vec<(String, String)>,
    pub(crate) limits: Vec<(u64, String)>,
    pub(crate) model: Vec<Rule>,
    pub(crate) expect: Expect,
}

/// What must come of a run. What is not said is not looked at.
#[derive(Debug, Default)]
pub(crate) struct Expect {
    /// The result; the inner `None` is `undefined`.
    pub(crate) result: Option<Option<Value>>,
    /// Parts of the error's text. Without any the run must succeed.
    pub(crate) error: Vec<String>,
    /// Line and, where drawn, column of the error, both from 1.
    pub(crate) place: Option<(u32, Option<u32>)>,
    pub(crate) prompts: Option<Vec<String>>,
    pub(crate) calls: Option<usize>,
    pub(crate) log: Vec<String>,
    pub(crate) phases: Option<Vec<String>>,
}

/// What the model answers to the prompts that match.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Rule {
    /// The prompt; one `*` stands for any text.
    pub(crate) prompt: String,
    /// The answers in turn; the last one is given again and again.
    pub(crate) answers: Vec<Answer>,
}

/// One scripted answer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answer {
    pub(crate) after: Duration,
    /// Output tokens it is charged with; without it 1.
    pub(crate) tokens: Option<u64>,
    pub(crate) what: What,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum What {
    /// A string is text, anything else a structured answer.
    Json(Value),
    /// The provider fails for good.
    Fail(String),
    /// No answer until the call is stopped.
    Never,
}

impl Rule {
    /// Whether `prompt` is one this rule answers.
    pub(crate) fn matches(&self, prompt: &str) -> bool {
        match self.prompt.split_once('*') {
            None => self.prompt == prompt,
            Some((head, tail)) => {
                prompt.len() >= head.len() + tail.len() && prompt.starts_with(head) && prompt.ends_with(tail)
            }
        }
    }
}

/// Every case of the `.js` files in `dir`, by file name. Panics with file and line on a header it cannot read.
pub(crate) fn read_all(dir: &Path) -> Vec<Case> {
    let mut files: Vec<_> = fs::read_dir(dir)
        .expect("a folder of cases")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|e| e == "js"))
        .collect();
    files.sort();
    files
        .iter()
        .flat_map(|file| {
            let text = fs::read_to_string(file).expect("a case in UTF-8");
            let stem = file.file_stem().expect("a file name").to_string_lossy().into_owned();
            parse_file(&stem, &text).unwrap_or_else(|why| panic!("{}: {why}", file.display()))
        })
        .collect()
}

/// The cases of one file.
pub(crate) fn parse_file(stem: &str, text: &str) -> Result<Vec<Case>, String> {
    const PART: &str = "// ---- ";
    let mut parts: Vec<(String, String)> = Vec::new();
    for line in text.lines() {
        if let Some(title) = line.strip_prefix(PART) {
            parts.push((format!("{stem}: {title}"), String::new()));
        }
        if let Some((_, script)) = parts.last_mut() {
            script.push_str(line);
            script.push('\n');
        }
    }
    if parts.is_empty() {
        parts.push((stem.to_owned(), text.to_owned()));
    }
    let read = |(name, script): (String, String)| parse(&name, stem, script).map_err(|e| format!("{name}: {e}"));
    parts.into_iter().map(read).collect()
}

fn parse(name: &str, stem: &str, script: String) -> Result<Case, String> {
    let mut case = Case { name: name.to_owned(), file: format!("{stem}.js"), ..Case::default() };
    for (number, directive) in header(&script) {
        case.directive(&directive).map_err(|why| format!("line {number}: {why}"))?;
    }
    case.expect.place = place(&script)?;
    case.script = script;
    let told = &case.expect;
    if told.result.is_none() && told.error.is_empty() {
        return Err("says neither `expect:` nor `expect error:`".into());
    }
    Ok(case)
}

/// The directives of the opening comment with their line numbers, continued lines joined.
fn header(script: &str) -> Vec<(usize, String)> {
    let mut directives: Vec<(usize, String)> = Vec::new();
    for (index, line) in script.lines().enumerate().skip(1) {
        let Some(comment) = line.strip_prefix("//") else { break };
        match comment.strip_prefix("   ") {
            Some(more) if !directives.is_empty() => {
                let (_, last) = directives.last_mut().expect("just seen");
                last.push(' ');
                last.push_str(more.trim());
            }
            _ => directives.push((index + 1, comment.trim().to_owned())),
        }
    }
    directives.retain(|(_, directive)| !directive.is_empty());
    directives
}

impl Case {
    fn directive(&mut self, text: &str) -> Result<(), String> {
        let (key, rest) = text.split_once(':').ok_or_else(|| format!("`{text}` is no directive"))?;
        let rest = rest.trim();
        match key {
            "args" => self.args = Some(json(rest)?),
            "flags" => {
                for flag in rest.split_whitespace() {
                    let (name, value) = flag.split_once('=').ok_or_else(|| format!("`{flag}` is no flag=value"))?;
                    self.flags.push((name.to_owned(), value.to_owned()));
                }
            }
            "limits" => {
                for limit in rest.split(',') {
                    let (number, of) = limit.trim().split_once(' ').ok_or_else(|| format!("`{limit}` is no limit"))?;
                    self.limits.push((number.parse().map_err(|e| format!("`{limit}`: {e}"))?, of.to_owned()));
                }
            }
            "model" => self.model.push(rule(rest)?),
            "expect" if rest == "undefined" => self.expect.result = Some(None),
            "expect" => self.expect.result = Some(Some(json(rest)?)),
            "expect error" => self.expect.error.push(rest.to_owned()),
            "expect prompts" => self.expect.prompts = Some(json(rest)?),
            "expect calls" => self.expect.calls = Some(json(rest)?),
            "expect log" => self.expect.log.push(rest.to_owned()),
            "expect phases" => self.expect.phases = Some(json(rest)?),
            _ => return Err(format!("`{key}` is no directive")),
        }
        Ok(())
    }
}

fn json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_json::from_str(text).map_err(|e| format!("`{text}`: {e}"))
}

/// `"fix *" -> after 20 ms {"n": 1} then never`
fn rule(text: &str) -> Result<Rule, String> {
    let (prompt, answers) = text.split_once(" -> ").ok_or_else(|| format!("`{text}` has no ` -> `"))?;
    let answers = answers.split(" then ").map(answer).collect::<Result<_, _>>()?;
    Ok(Rule { prompt: json(prompt)?, answers })
}

fn answer(text: &str) -> Result<Answer, String> {
    let (mut after, mut tokens, mut text) = (Duration::ZERO, None, text);
    if let Some((ms, rest)) = text.strip_prefix("after ").and_then(|rest| rest.split_once(" ms ")) {
        (after, text) = (Duration::from_millis(json(ms)?), rest);
    }
    if let Some((count, rest)) = text.split_once(" tokens ").filter(|(count, _)| count.parse::<u64>().is_ok()) {
        (tokens, text) = (Some(json(count)?), rest);
    }
    let what = match text.strip_prefix("fail ") {
        Some(why) => What::Fail(json(why)?),
        None if text == "never" => What::Never,
        None => What::Json(json(text)?),
    };
    Ok(Answer { after, tokens, what })
}

/// The place drawn below a line of the script.
fn place(script: &str) -> Result<Option<(u32, Option<u32>)>, String> {
    let mut found = None;
    for (index, line) in script.lines().enumerate() {
        let Some(comment) = line.trim_start().strip_prefix("//") else { continue };
        let exact = match comment.trim_start() {
            "^ here" => true,
            "^ line" => false,
            _ => continue,
        };
        if found.is_some() {
            return Err(format!("line {}: a second place", index + 1));
        }
        let column = line.chars().position(|c| c == '^').expect("just matched") as u32 + 1;
        found = Some((index as u32, exact.then_some(column)));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_header_says_how_to_run_and_what_must_come() {
        let text = "// 26 agent: a schema is tried again\n// args: {\"n\":\n//    [1, 2]}\n// flags: a=b c=d\n\
                    // limits: 2 at once, 300 ms slice\n// model: \"fix *\" -> after 20 ms 7 tokens {\"n\": 1} then fail \"busy\" then never\n\
                    // expect error: gave up\n// expect error: busy\n// expect calls: 3\n\
                    export const meta = {}\n\n  throw 1\n//      ^ here\n";
        let [case] = &parse_file("26-schema", text).unwrap()[..] else { panic!("one case") };
        assert_eq!(case.args, Some(json!({"n": [1, 2]})));
        assert_eq!(case.flags, [("a".to_owned(), "b".to_owned()), ("c".to_owned(), "d".to_owned())]);
        assert_eq!(case.limits, [(2, "at once".to_owned()), (300, "ms slice".to_owned())]);
        let [rule] = &case.model[..] else { panic!("one rule") };
        assert!(rule.matches("fix it") && !rule.matches("fix"));
        let first = Answer { after: Duration::from_millis(20), tokens: Some(7), what: What::Json(json!({"n": 1})) };
        assert_eq!(rule.answers[0], first);
        assert_eq!(rule.answers[1].what, What::Fail("busy".into()));
        assert_eq!(rule.answers[2].what, What::Never);
        assert_eq!(case.expect.error, ["gave up", "busy"]);
        assert_eq!(case.expect.place, Some((12, Some(9))));
    }

    #[test]
    fn a_file_holds_several_scripts_with_their_own_lines() {
        let text = "// what they share\n\n// ---- one\n// expect: undefined\nreturn\n// ---- two\n// expect error: x\nx\n// ^ line\n";
        let cases = parse_file("02", text).unwrap();
        assert_eq!(cases.iter().map(|c| c.name.as_str()).collect::<Vec<_>>(), ["02: one", "02: two"]);
        assert_eq!(cases[0].expect.result, Some(None));
        assert_eq!(cases[1].expect.place, Some((3, None)));
        assert_eq!(cases[1].script, "// ---- two\n// expect error: x\nx\n// ^ line\n");
    }

    #[test]
    fn a_mistake_in_a_header_is_named() {
        for (header, why) in [
            ("expect result: 1", "`expect result` is no directive"),
            ("model: \"a\"", "`\"a\"` has no ` -> `"),
            ("expect calls: many", "`many`"),
            ("limits: few", "`few` is no limit"),
        ] {
            let error = parse_file("x", &format!("// x\n// {header}\n// expect: 1\nreturn 1\n")).unwrap_err();
            assert!(error.contains(why) && error.contains("line 2"), "{error}");
        }
        assert!(parse_file("x", "// x\nreturn 1\n").unwrap_err().contains("neither"));
    }
}
