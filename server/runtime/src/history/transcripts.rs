//! Workflow runs that Claude Code has kept: what their agents took, from its transcripts. They are only read.
//!
//! A run's agents lie in `SESSION/subagents/workflows/RUN/agent-*.jsonl`, with their kind in `agent-*.meta.json`; once the run has ended,
//! `SESSION/workflows/RUN.json` has names, labels and phases. A message of several parts stands on several lines with the same id; the
//! last of them has its final usage.

use std::{
    collections::{HashMap, HashSet},
    fs::{self, File},
    io::{self, BufRead, BufReader},
    path::{Path, PathBuf},
};

use analysis::{
    estimate::{Asked, Schema},
    prices::OwnPrices,
    units::{Tokens, Usage},
};
use serde_json::Value;

use super::{PastCall, PastRun};
use crate::{event::Status, key, state::Progress};

/// Who answered.
const PROVIDER: &str = "claude-code";

/// Deeper than this there is a cycle, not a folder of transcripts.
const DEEPEST: usize = 12;

/// The workflow runs in and below `folder`, in the order of their names, at `prices`.
///
/// # Errors
///
/// When a folder or a transcript cannot be read.
pub fn transcripts(folder: &Path, prices: &OwnPrices) -> io::Result<Vec<PastRun>> {
    let mut folders = Vec::new();
    search(folder, 0, &mut folders)?;
    folders.sort();
    let mut seen = HashSet::new();
    let mut runs = Vec::new();
    for folder in &folders {
        runs.extend(run(folder, prices, &mut seen)?);
    }
    Ok(runs)
}

/// Finds the folders of runs: those in a folder `workflows` in one named `subagents`.
fn search(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) -> io::Result<()> {
    let of_runs = folder.ends_with("subagents/workflows");
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() && depth < DEEPEST {
            match of_runs {
                true => found.push(entry.path()),
                false => search(&entry.path(), depth + 1, found)?,
            }
        }
    }
    Ok(())
}

fn run(folder: &Path, prices: &OwnPrices, seen: &mut HashSet<String>) -> io::Result<Option<PastRun>> {
    let Some(name) = folder.file_name().and_then(|name| name.to_str()) else { return Ok(None) };
    let Ok(id) = name.parse() else { return Ok(None) };
    let record = folder.ancestors().nth(3).map(|session| session.join("workflows").join(format!("{name}.json")));
    let record = record.map(|path| json(&path)).transpose()?.unwrap_or_default();
    let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
    let nodes = record.get("workflowProgress").and_then(Value::as_array).into_iter().flatten();
    let nodes: HashMap<&str, &Value> = nodes.filter_map(|node| Some((node.get("agentId")?.as_str()?, node))).collect();
    let mut files: Vec<PathBuf> = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?;
    files.sort();
    let mut calls = Vec::new();
    for file in files.iter().filter(|file| file.extension().is_some_and(|extension| extension == "jsonl")) {
        let stem = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let Some(agent) = stem.strip_prefix("agent-") else { continue };
        let kind = json(&file.with_extension("meta.json"))?;
        let node = nodes.get(agent).copied().unwrap_or(&Value::Null);
        let mut call = call(file, prices, seen)?;
        call.asked.phase = text(node, "phaseTitle");
        call.asked.label = text(node, "label").unwrap_or_else(|| stem.clone());
        call.asked.agent_type = text(&kind, "agentType");
        call.ms = node.get("durationMs").and_then(Value::as_u64);
        calls.push(call);
    }
    let workflow = text(&record, "workflowName").unwrap_or_else(|| name.to_owned());
    Ok(Some(PastRun {
        id,
        workflow,
        script: text(&record, "scriptPath").unwrap_or_default().into(),
        provider: Some(PROVIDER.into()),
        simulated: false,
        status: match record.get("status").and_then(Value::as_str) {
            Some("completed") => Some(Status::Ok),
            Some("failed") => Some(Status::Failed),
            Some("killed" | "stopped") => Some(Status::Stopped),
            _ => None,
        },
        ms: record.get("durationMs").and_then(Value::as_u64).unwrap_or_default(),
        calls,
    }))
}

/// What an agent took; messages in `seen` were counted in another file.
fn call(file: &Path, prices: &OwnPrices, seen: &mut HashSet<String>) -> io::Result<PastCall> {
    let mut messages: HashMap<String, (Option<String>, Usage)> = HashMap::new();
    let (mut whole, mut head) = (true, None);
    let mut lines = BufReader::new(File::open(file)?);
    let mut line = Vec::new();
    for number in 0.. {
        line.clear();
        if lines.read_until(b'\n', &mut line)? == 0 {
            break;
        }
        let Ok(entry) = serde_json::from_slice::<Value>(&line) else {
            whole &= line.trim_ascii().is_empty();
            continue;
        };
        if head.is_none() && entry["type"] == "user" {
            head = said(&entry["message"]["content"]).map(key::label);
        }
        let Some((message, usage)) = entry.get("message").and_then(|m| Some((m, m.get("usage")?))) else { continue };
        let tokens = |key: &str| Tokens(usage.get(key).and_then(Value::as_u64).unwrap_or_default());
        let usage = Usage {
            input: tokens("input_tokens"),
            output: tokens("output_tokens"),
            cache_read: tokens("cache_read_input_tokens"),
            cache_write: tokens("cache_creation_input_tokens"),
        };
        let own = |id: &str| message.get(id).and_then(Value::as_str).map(str::to_owned);
        let id = own("id").unwrap_or_else(|| format!("{} line {number}", file.display()));
        messages.insert(id, (own("model"), usage));
    }
    messages.retain(|id, _| seen.insert(id.clone()));
    let requests = || messages.values().filter(|(_, usage)| *usage != Usage::default());
    let priced = || requests().filter_map(|(model, usage)| prices.cost(model.as_deref()?, usage));
    let model = requests().max_by_key(|(_, usage)| usage.total()).and_then(|(model, _)| model.clone());
    Ok(PastCall {
        asked: Asked { model, head: head.unwrap_or_default(), schema: Schema::Unknown, ..Asked::default() },
        progress: Progress::Done,
        usage: requests().map(|(_, usage)| *usage).sum(),
        usd: priced().sum(),
        unpriced: (requests().count() - priced().count()) as u64,
        counted: whole,
        ms: None,
    })
}

/// The text of a message: by itself, or the first of its parts.
fn said(content: &Value) -> Option<&str> {
    content.as_str().or_else(|| content.get(0)?.get("text")?.as_str())
}

/// A file of JSON; `null` where there is none, or it holds none.
fn json(path: &Path) -> io::Result<Value> {
    match fs::read(path) {
        Ok(bytes) => Ok(serde_json::from_slice(&bytes).unwrap_or_default()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Value::Null),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn agents_of_a_kept_run_are_counted_once_for_each_message() {
        let folder = tempfile::tempdir().unwrap();
        let session = folder.path().join("-home-u-project/2222");
        let run = session.join("subagents/workflows/wf_sweep01");
        fs::create_dir_all(&run).unwrap();
        fs::create_dir_all(session.join("workflows")).unwrap();
        let line = |id: &str, model: &str, output: u64| {
            let usage = json!({"input_tokens": 5, "output_tokens": output, "cache_read_input_tokens": 1000, "cache_creation_input_tokens": 100});
            format!("{}\n", json!({"type": "assistant", "message": {"id": id, "model": model, "usage": usage}}))
        };
        let prompt = "{\"type\":\"user\",\"message\":{\"role\":\"user\",\"content\":\"Sweep.\"}}\n".to_owned();
        let first = prompt
            + &line("m1", "claude-haiku-5-5", 1)
            + &line("m1", "claude-haiku-5-5", 40)
            + &line("m2", "claude-haiku-5-5", 2);
        fs::write(run.join("agent-a1.jsonl"), first).unwrap();
        fs::write(run.join("agent-a1.meta.json"), r#"{"agentType":"Explore"}"#).unwrap();
        // The second repeats a message of the first, was answered by nobody known, and breaks off.
        fs::write(
            run.join("agent-a2.jsonl"),
            line("m2", "claude-haiku-5-5", 2) + &line("m3", "somebody-s", 7) + "{\"ty",
        )
        .unwrap();
        fs::write(run.join("journal.jsonl"), "{}\n").unwrap();
        let record = json!({"runId": "wf_sweep01", "workflowName": "sweep", "status": "completed", "durationMs": 2000, "workflowProgress": [
            {"type": "workflow_agent", "agentId": "a1", "label": "sweep:a", "phaseTitle": "Sweep", "durationMs": 900},
        ]});
        fs::write(session.join("workflows/wf_sweep01.json"), record.to_string()).unwrap();
        let runs = transcripts(folder.path(), &OwnPrices::default()).unwrap();
        let [run] = &runs[..] else { panic!("one run: {runs:?}") };
        assert_eq!((run.workflow.as_str(), run.status, run.ms), ("sweep", Some(Status::Ok), 2000));
        let [first, second] = &run.calls[..] else { panic!("two agents") };
        assert_eq!(
            (first.asked.label.as_str(), first.asked.phase.as_deref(), first.asked.agent_type.as_deref()),
            ("sweep:a", Some("Sweep"), Some("Explore"))
        );
        assert_eq!(first.asked.head, "Sweep.");
        assert_eq!(
            (first.usage.output, first.usage.cache_read, first.tokens()),
            (Tokens(42), Tokens(2000), Tokens(2252))
        );
        assert!(first.usd.0 > 0.0 && first.unpriced == 0 && first.counted);
        assert_eq!(
            (second.asked.label.as_str(), second.usage.output, second.unpriced, second.counted),
            ("agent-a2", Tokens(7), 1, false)
        );
    }
}
