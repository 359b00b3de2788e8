//! `callsheet doctor`: what is wrong with an installation.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
};

use clap::Args;
use models::Simulated;
use runtime::{RunSpec, Status, journal::Damage, runs};
use serde::Serialize;

use crate::{FINDINGS, FINE, files, output, output::Failure, past::RUNS};

/// Looks at this installation and says what is wrong with it, and what to do.
///
/// Tries the sandbox with a simulated run in a temporary folder; asks nobody on the network and spends nothing. Exits with 1 where
/// something does not work.
#[derive(Args)]
pub(crate) struct Doctor {
    /// Writes the checks as JSON.
    #[arg(long)]
    json: bool,
}

/// How a check came out.
#[derive(Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
enum Verdict {
    Ok,
    /// Works, but something is left out.
    Warning,
    /// Does not work.
    Problem,
}

/// One check, and what to do about it.
#[derive(Serialize)]
struct Check {
    what: &'static str,
    verdict: Verdict,
    found: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    advice: Option<String>,
}

impl Check {
    fn ok(what: &'static str, found: impl Into<String>) -> Self {
        Self { what, verdict: Verdict::Ok, found: found.into(), advice: None }
    }

    fn bad(what: &'static str, verdict: Verdict, found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { what, verdict, found: found.into(), advice: Some(advice.into()) }
    }
}

impl Doctor {
    pub(crate) fn run(self) -> Result<u8, Failure> {
        let mut checks = vec![program(), sandbox()?, scripts()?, past_runs(), prices_table(), git()];
        checks.extend(editors());
        if self.json {
            output::json(&checks)?;
        } else {
            for check in &checks {
                let sign = match check.verdict {
                    Verdict::Ok => '✓',
                    Verdict::Warning => '!',
                    Verdict::Problem => '✗',
                };
                output::line(&format!(" {sign} {:<10} {}", check.what, check.found))?;
                for (i, line) in check.advice.iter().flat_map(|advice| advice.lines()).enumerate() {
                    output::line(&format!("   {:<10} {} {line}", "", if i == 0 { '→' } else { ' ' }))?;
                }
            }
        }
        let works = checks.iter().all(|check| check.verdict != Verdict::Problem);
        Ok(if works { FINE } else { FINDINGS })
    }
}

/// The program itself, and whether editors that look on the path find it.
fn program() -> Check {
    let this = env::current_exe().and_then(fs::canonicalize);
    let version = env!("CARGO_PKG_VERSION");
    let this = match this {
        Ok(this) => this,
        Err(error) => {
            return Check::bad(
                "program",
                Verdict::Problem,
                format!("callsheet {version}, whose file cannot be found: {error}"),
                "a run starts this file again as its sandbox: install it anew",
            );
        }
    };
    let found = format!("callsheet {version}, {}", this.display());
    match on_path("callsheet").map(|path| (fs::canonicalize(&path).unwrap_or_else(|_| path.clone()), path)) {
        Some((real, _)) if real == this => Check::ok("program", found),
        Some((_, other)) => Check::bad(
            "program",
            Verdict::Warning,
            found,
            format!("editors start another one, which comes first on the PATH: {}", other.display()),
        ),
        None => Check::bad(
            "program",
            Verdict::Warning,
            found,
            "editors look for `callsheet` on the PATH, and it is not there: `cargo install --locked --path server/callsheet`,\n\
             or name the file in the setting `callsheet.server.path`",
        ),
    }
}

/// Runs a script of one agent on the simulated model.
fn sandbox() -> Result<Check, Failure> {
    const SCRIPT: &str =
        "export const meta = { name: 'doctor', description: 'One agent' }\nreturn await agent('Are you there?')\n";
    const ADVICE: &str =
        "no script can run: look whether this system lets a program start itself and limit its own memory";
    let folder = tempfile::tempdir()?;
    let spec = RunSpec::new(Path::new("doctor.workflow.js"), SCRIPT, folder.path().join("runs"));
    let tokio = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let outcome = tokio.block_on(async {
        let handle = runtime::start(spec, Arc::new(Simulated::default())).map_err(|error| error.to_string())?;
        let outcome = handle.wait().await;
        match (outcome.status, outcome.error) {
            (Status::Ok, _) => Ok(()),
            (_, Some(error)) => Err(error.message),
            (_, None) => Err("it was stopped".into()),
        }
    });
    tokio.shutdown_background();
    Ok(match outcome {
        Ok(()) => Check::ok(
            "sandbox",
            format!("a script ran; {} agents at a time on this machine", runtime::default_concurrency()),
        ),
        Err(error) => Check::bad("sandbox", Verdict::Problem, format!("a trial run failed: {error}"), ADVICE),
    })
}

/// The scripts of the current folder, and whether they can be read.
fn scripts() -> Result<Check, Failure> {
    let found = files::find(&[PathBuf::from(".")])?;
    if found.is_empty() {
        return Ok(Check::bad(
            "scripts",
            Verdict::Warning,
            "no workflow script in this folder",
            "they are `.claude/workflows/*.js` and `*.workflow.js`, and what the setting `callsheet.files` names",
        ));
    }
    let broken: Vec<String> = found.iter().filter(|path| !readable(path)).map(|p| p.display().to_string()).collect();
    Ok(match broken.as_slice() {
        [] => Check::ok("scripts", format!("{} in this folder", found.len())),
        broken => Check::bad(
            "scripts",
            Verdict::Warning,
            format!("{} in this folder, {} with syntax errors: {}", found.len(), broken.len(), broken.join(", ")),
            "`callsheet check` says where",
        ),
    })
}

fn readable(path: &Path) -> bool {
    fs::read(path).is_ok_and(|bytes| analysis::script::parse(&*String::from_utf8_lossy(&bytes)).errors.is_empty())
}

/// The kept runs: whether they can be read, and more of them written.
fn past_runs() -> Check {
    let folder = Path::new(RUNS);
    let ids = match runs::list(folder) {
        Ok(ids) => ids,
        Err(error) => {
            let advice = format!("make {RUNS} readable: a run keeps its journal there");
            return Check::bad("runs", Verdict::Problem, format!("cannot read {RUNS}: {error}"), advice);
        }
    };
    let standing = folder.ancestors().find(|at| at.is_dir()).unwrap_or(Path::new("."));
    if let Err(error) = tempfile::tempfile_in(standing) {
        let found = format!("cannot write in {}: {error}", standing.display());
        return Check::bad("runs", Verdict::Problem, found, "a run keeps its journal there: make the folder writable");
    }
    let damage = |id| match runs::open(folder, id) {
        Err(error) => Some(error.to_string()),
        // What a crash leaves at the end is no damage; a run is resumed from there.
        Ok(run) => run.recording.damage.filter(Damage::hides).map(|damage| damage.to_string()),
    };
    let damaged: Vec<String> = ids.iter().filter_map(|id| damage(id).map(|why| format!("{id}: {why}"))).collect();
    match damaged.as_slice() {
        [] => Check::ok("runs", format!("{} in {RUNS}", ids.len())),
        damaged => Check::bad(
            "runs",
            Verdict::Warning,
            format!("{} in {RUNS}, {} of them damaged", ids.len(), damaged.len()),
            damaged.join("\n"),
        ),
    }
}

fn prices_table() -> Check {
    match models::own_prices(None) {
        Ok(prices) => {
            let list = prices.list();
            Check::ok("prices", format!("{} models, list prices of {}", list.models.len(), list.as_of))
        }
        Err(error) => Check::bad("prices", Verdict::Problem, "cannot be read", error.to_string()),
    }
}

fn git() -> Check {
    match version_of("git") {
        Some(version) => Check::ok("git", version),
        None => Check::bad(
            "git",
            Verdict::Warning,
            "not found",
            "agents with `isolation: 'worktree'` need it; everything else works without",
        ),
    }
}

/// The editors of this machine that Callsheet knows, with their versions.
fn editors() -> Vec<Check> {
    let known = [("nvim", "Neovim"), ("code", "VS Code"), ("hx", "Helix"), ("emacs", "Emacs")];
    let mut found: Vec<Check> = Vec::new();
    for (command, _) in known {
        let Some(version) = version_of(command) else { continue };
        found.push(match (command, minor(&version)) {
            ("nvim", Some((0, ..10))) => {
                Check::bad("editor", Verdict::Warning, version, "the plugin needs Neovim 0.10 or later")
            }
            ("code", Some((1, ..91))) => {
                Check::bad("editor", Verdict::Warning, version, "the extension needs VS Code 1.91 or later")
            }
            ("code", _) => Check::ok("editor", format!("VS Code {version}")),
            _ => Check::ok("editor", version),
        });
    }
    if found.is_empty() {
        let names = known.map(|(_, name)| name).join(", ");
        let advice = "any editor that speaks the Language Server Protocol can start `callsheet lsp`";
        found.push(Check::bad("editor", Verdict::Warning, format!("none of {names} on the PATH"), advice));
    }
    found
}

/// The first line of `command --version`.
fn version_of(command: &str) -> Option<String> {
    let output = Command::new(on_path(command)?).arg("--version").output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines().next().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty())
}

/// The first two numbers of a version, wherever it stands in the text.
fn minor(version: &str) -> Option<(u32, u32)> {
    let digits = version.find(|c: char| c.is_ascii_digit())?;
    let mut numbers = version[digits..].split(|c: char| !c.is_ascii_digit());
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

/// Where the PATH has a program.
fn on_path(name: &str) -> Option<PathBuf> {
    let file = format!("{name}{}", env::consts::EXE_SUFFIX);
    env::split_paths(&env::var_os("PATH")?).map(|folder| folder.join(&file)).find(|path| path.is_file())
}
