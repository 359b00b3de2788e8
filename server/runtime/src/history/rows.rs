//! What stands in the index: a row for a run, a row for a call.

use std::{collections::HashMap, sync::Arc};

use analysis::{
    estimate::{Asked, Schema},
    units::{Tokens, Usage, Usd},
};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use serde_json::Value;

use super::{PastCall, PastRun, Wanted};
use crate::{
    event::{EventKind, Status},
    id::RunId,
    key,
    runs::Recorded,
    state::{AgentState, Progress},
};

/// Makes the tables, in the place of older ones.
pub(super) const TABLES: &str = "
    DROP TABLE IF EXISTS calls;
    DROP TABLE IF EXISTS runs;
    DROP TABLE IF EXISTS schemas;
    CREATE TABLE runs (
        id TEXT PRIMARY KEY, bytes INTEGER NOT NULL, workflow TEXT NOT NULL, script TEXT NOT NULL, provider TEXT,
        simulated INTEGER NOT NULL, status TEXT, ms INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE schemas (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
    CREATE TABLE calls (
        run TEXT NOT NULL, call INTEGER NOT NULL, workflow TEXT, phase TEXT, label TEXT NOT NULL, head TEXT NOT NULL,
        agent_type TEXT, model TEXT, schema INTEGER, progress TEXT NOT NULL,
        input INTEGER NOT NULL, output INTEGER NOT NULL, cache_read INTEGER NOT NULL, cache_write INTEGER NOT NULL,
        usd REAL NOT NULL, unpriced INTEGER NOT NULL, counted INTEGER NOT NULL, ms INTEGER, in_tree INTEGER NOT NULL,
        PRIMARY KEY (run, call)
    ) WITHOUT ROWID;
";

/// The runs that are in the index, and how many bytes of each journal.
pub(super) fn known(connection: &Connection) -> rusqlite::Result<HashMap<String, u64>> {
    let mut query = connection.prepare("SELECT id, bytes FROM runs")?;
    let rows = query.query_map([], |row| Ok((row.get(0)?, row.get::<_, i64>(1)? as u64)))?;
    rows.collect()
}

/// Forgets a run.
pub(super) fn remove(transaction: &Transaction<'_>, id: &str) -> rusqlite::Result<()> {
    transaction.execute("DELETE FROM calls WHERE run = ?1", [id])?;
    transaction.execute("DELETE FROM runs WHERE id = ?1", [id])?;
    Ok(())
}

/// Takes in a run of which `bytes` are on disk, in the place of what was known of it.
pub(super) fn put(transaction: &Transaction<'_>, run: &Recorded, bytes: u64) -> rusqlite::Result<()> {
    let id = run.id.as_str();
    remove(transaction, id)?;
    let state = run.state();
    let Some(EventKind::RunStarted { name, script, provider, simulated, .. }) = state.started.as_ref().map(|e| &e.kind)
    else {
        // Not begun yet: its row says how much of it was looked at, and that it is no run.
        let nothing = params![id, bytes as i64];
        let empty = "INSERT INTO runs VALUES (?1, ?2, '', '', NULL, 1, 'none', 0)";
        return transaction.execute(empty, nothing).map(drop);
    };
    let row = params![
        id,
        bytes as i64,
        name,
        script.to_string_lossy(),
        provider,
        simulated,
        state.status().map(|status| word(&STATUSES, &status)),
        state.ms as i64
    ];
    transaction.execute("INSERT INTO runs VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)", row)?;
    let mut insert = transaction.prepare(
        "INSERT INTO calls VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)",
    )?;
    for (call, agent) in state.agents.by_call() {
        let Some(EventKind::AgentQueued { prompt, schema, agent_type, workflow, phase, .. }) =
            run.event(agent.queued).map(|event| &event.kind)
        else {
            continue;
        };
        // Turns and cells are groups for people who watch a run. A plan has one phase for all of a tree: that of its model.
        let root = agent.spot.and_then(|spot| state.trees.root(spot)).map(|model| &model.started.kind);
        let (workflow, phase) = match root {
            Some(EventKind::RlmStarted { workflow, phase, .. }) => (workflow, phase),
            _ => (workflow, phase),
        };
        let schema = schema.as_ref().map(|schema| schema_id(transaction, schema)).transpose()?;
        let usage = &agent.usage;
        insert.execute(params![
            id,
            call.0 as i64,
            workflow,
            phase,
            &*agent.label,
            key::label(prompt),
            agent_type,
            agent.model.as_deref(),
            schema,
            word(&PROGRESSES, &agent.progress),
            usage.input.0 as i64,
            usage.output.0 as i64,
            usage.cache_read.0 as i64,
            usage.cache_write.0 as i64,
            agent.usd.0,
            agent.unpriced as i64,
            is_counted(run, agent),
            agent.started_ms.zip(agent.ended_ms).map(|(from, to)| to.saturating_sub(from) as i64),
            agent.spot.is_some(),
        ])?;
    }
    Ok(())
}

fn is_counted(run: &Recorded, agent: &AgentState) -> bool {
    match agent.ended.and_then(|seq| run.event(seq)).map(|event| &event.kind) {
        Some(EventKind::AgentDone { usage_basis, .. }) => usage_basis.is_reported(),
        _ => true,
    }
}

fn schema_id(transaction: &Transaction<'_>, schema: &Value) -> rusqlite::Result<i64> {
    let text = schema.to_string();
    let known = transaction.query_row("SELECT id FROM schemas WHERE text = ?1", [&text], |row| row.get(0));
    if let Some(id) = known.optional()? {
        return Ok(id);
    }
    transaction.execute("INSERT INTO schemas (text) VALUES (?1)", [&text])?;
    Ok(transaction.last_insert_rowid())
}

/// The runs that are wanted, the oldest first.
pub(super) fn read(connection: &Connection, wanted: Wanted<'_>) -> rusqlite::Result<Vec<PastRun>> {
    // One state of the file for all that is read.
    let transaction = connection.unchecked_transaction()?;
    let schemas = schemas(&transaction)?;
    let mut query = transaction.prepare(
        "SELECT id, workflow, script, provider, simulated, status, ms FROM (
             SELECT *, row_number() OVER (PARTITION BY workflow, simulated ORDER BY id DESC) AS newness FROM runs
             WHERE status IS NOT 'none' AND (?2 IS NULL OR id < ?2)
         ) WHERE newness <= ?1 ORDER BY id",
    )?;
    let newest = wanted.newest.and_then(|newest| i64::try_from(newest).ok()).unwrap_or(i64::MAX);
    let rows = query.query_map(params![newest, wanted.before.map(RunId::as_str)], |row| {
        let script: String = row.get(2)?;
        let status: Option<String> = row.get(5)?;
        Ok(PastRun {
            id: row.get::<_, String>(0)?.parse().map_err(|error| other(0, error))?,
            workflow: row.get(1)?,
            script: script.into(),
            provider: row.get(3)?,
            simulated: row.get(4)?,
            status: status.as_deref().map(|status| meant(&STATUSES, 5, status)).transpose()?,
            ms: row.get::<_, i64>(6)? as u64,
            calls: Vec::new(),
        })
    })?;
    let mut runs = rows.collect::<rusqlite::Result<Vec<PastRun>>>()?;
    let mut query = transaction.prepare("SELECT * FROM calls WHERE run = ?1 ORDER BY call")?;
    for run in &mut runs {
        let calls = query.query_map([run.id.as_str()], |row| call(row, &schemas))?;
        run.calls = calls.collect::<rusqlite::Result<_>>()?;
    }
    Ok(runs)
}

fn schemas(connection: &Connection) -> rusqlite::Result<HashMap<i64, Arc<Value>>> {
    let mut query = connection.prepare("SELECT id, text FROM schemas")?;
    let rows = query.query_map([], |row| {
        let text: String = row.get(1)?;
        Ok((row.get(0)?, Arc::new(serde_json::from_str(&text).map_err(|error| other(1, error))?)))
    })?;
    rows.collect()
}

fn call(row: &Row<'_>, schemas: &HashMap<i64, Arc<Value>>) -> rusqlite::Result<PastCall> {
    let tokens = |column: usize| Ok::<_, rusqlite::Error>(Tokens(row.get::<_, i64>(column)? as u64));
    let schema: Option<i64> = row.get(8)?;
    Ok(PastCall {
        asked: Asked {
            workflow: row.get(2)?,
            phase: row.get(3)?,
            label: row.get(4)?,
            head: row.get(5)?,
            agent_type: row.get(6)?,
            model: row.get(7)?,
            schema: schema.and_then(|id| schemas.get(&id).cloned()).map_or(Schema::None, Schema::Is),
            in_tree: row.get(18)?,
        },
        progress: meant(&PROGRESSES, 9, &row.get::<_, String>(9)?)?,
        usage: Usage { input: tokens(10)?, output: tokens(11)?, cache_read: tokens(12)?, cache_write: tokens(13)? },
        usd: Usd(row.get(14)?),
        unpriced: row.get::<_, i64>(15)? as u64,
        counted: row.get(16)?,
        ms: row.get::<_, Option<i64>>(17)?.map(|ms| ms as u64),
    })
}

fn other(column: usize, error: impl std::error::Error + Send + Sync + 'static) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, Box::new(error))
}

/// Words of the index for what a run or a call came to.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is no word of the index")]
struct UnknownWord(String);

const STATUSES: [(Status, &str); 3] = [(Status::Ok, "ok"), (Status::Failed, "failed"), (Status::Stopped, "stopped")];

const PROGRESSES: [(Progress, &str); 7] = [
    (Progress::Queued, "queued"),
    (Progress::Running, "running"),
    (Progress::Done, "done"),
    (Progress::Cached, "cached"),
    (Progress::Failed, "failed"),
    (Progress::Skipped, "skipped"),
    (Progress::Abandoned, "abandoned"),
];

fn word<T: PartialEq>(words: &[(T, &'static str)], of: &T) -> &'static str {
    words.iter().find(|(known, _)| known == of).map_or("", |(_, word)| word)
}

fn meant<T: Copy>(words: &[(T, &str)], column: usize, word: &str) -> rusqlite::Result<T> {
    let known = words.iter().find(|(_, known)| *known == word).map(|(meant, _)| *meant);
    known.ok_or_else(|| other(column, UnknownWord(word.to_owned())))
}
