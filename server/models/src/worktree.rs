//! Where an agent with tools works: the run's folder, or a git worktree of its own.

use std::{
    fs::File,
    io::{self, Write},
    path::{Path, PathBuf},
    process::{Command, Output},
    thread,
};

use sha2::{Digest, Sha256};

use crate::{Answer, ModelError, Request};

/// Where worktrees are made, below the run's folder.
const FOLDER: &str = ".callsheet/worktrees";

/// Where one call works.
pub(crate) struct Workplace {
    folder: PathBuf,
    tree: Option<Tree>,
}

/// A worktree made for one call.
struct Tree {
    repository: PathBuf,
    folder: PathBuf,
    base: String,
}

impl Workplace {
    /// The folder for a request: with `isolation: 'worktree'` a new worktree from `HEAD`.
    pub(crate) async fn open(folder: &Path, request: &Request) -> Result<Self, ModelError> {
        match request.isolation.as_deref() {
            None => Ok(Self { folder: folder.to_owned(), tree: None }),
            Some("worktree") => {
                let (folder, name) = (folder.to_owned(), name(request));
                let made = tokio::task::spawn_blocking(move || Tree::make(folder, &name)).await;
                let tree = made.map_err(|e| ModelError::Refused(e.to_string()))?;
                let tree =
                    tree.map_err(|why| ModelError::Refused(format!("there is no worktree for the agent: {why}")))?;
                Ok(Self { folder: tree.folder.clone(), tree: Some(tree) })
            }
            Some(other) => Err(ModelError::Refused(format!("isolation {other:?} is not offered here; 'worktree' is"))),
        }
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Closes it once the work is done; what is to be said of it goes with the answer.
    pub(crate) async fn leave(mut self, result: Result<Answer, ModelError>) -> Result<Answer, ModelError> {
        let note = self.close().await;
        result.map(|mut answer| {
            answer.notes.extend(note);
            answer
        })
    }

    /// Removes the worktree if nothing was changed in it; says where it is otherwise.
    async fn close(&mut self) -> Option<String> {
        let tree = self.tree.take()?;
        tokio::task::spawn_blocking(move || tree.close()).await.ok().flatten()
    }
}

impl Drop for Workplace {
    /// The call was given up. What is unchanged goes; what is changed stays, unsaid: nobody waits for the answer.
    fn drop(&mut self) {
        if let Some(tree) = self.tree.take() {
            thread::spawn(move || tree.close());
        }
    }
}

impl Tree {
    fn make(repository: PathBuf, name: &str) -> Result<Self, String> {
        let base = git(&repository, &["rev-parse", "HEAD"])?;
        let parent = repository.join(FOLDER);
        std::fs::create_dir_all(&parent).map_err(|e| format!("{}: {e}", parent.display()))?;
        let _turn = turn(&parent).map_err(|e| format!("{}: {e}", parent.display()))?;
        let mut folder = parent.join(name);
        for n in 2.. {
            if !folder.exists() {
                break;
            }
            folder = parent.join(format!("{name}-{n}"));
        }
        let at = folder.to_string_lossy().into_owned();
        git(&repository, &["worktree", "add", "--detach", &at, &base])?;
        Ok(Self { repository, folder, base })
    }

    fn close(self) -> Option<String> {
        let shown = self.folder.display();
        let changes = git(&self.folder, &["status", "--porcelain"]);
        let head = git(&self.folder, &["rev-parse", "HEAD"]);
        let why = match (changes, head) {
            (Ok(changes), Ok(head)) if changes.is_empty() && head == self.base => {
                let at = self.folder.to_string_lossy().into_owned();
                // Where it cannot wait git may still succeed, and says why where it does not.
                let _turn = self.folder.parent().map(turn);
                return match git(&self.repository, &["worktree", "remove", "--force", &at]) {
                    Ok(_) => None,
                    Err(why) => Some(format!("the unchanged worktree {shown} could not be removed: {why}")),
                };
            }
            (Ok(changes), Ok(head)) if head == self.base => match changes.lines().count() {
                1 => "1 path is changed".to_owned(),
                n => format!("{n} paths are changed"),
            },
            (Ok(_), Ok(head)) => format!("its HEAD is {}", head.get(..12).unwrap_or(&head)),
            (Err(why), _) | (_, Err(why)) => why,
        };
        Some(format!("the agent's worktree is kept at {shown}: {why}"))
    }
}

/// Waits until no other call, of this run or another, makes or removes a worktree in this folder: git fails where it meets one half made.
fn turn(worktrees: &Path) -> io::Result<File> {
    // The worktrees are nobody's changes.
    let mut file = File::options().create(true).append(true).open(worktrees.join(".gitignore"))?;
    file.lock()?;
    if file.metadata()?.len() == 0 {
        file.write_all(b"*\n")?;
    }
    Ok(file)
}

/// A folder's name for a call: readable, and its own.
fn name(request: &Request) -> String {
    let word = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let label: String = request.label.chars().map(word).take(24).collect();
    let digest = Sha256::digest(format!("{} {}", request.key, request.attempt));
    format!("{}-{:02x}{:02x}{:02x}{:02x}", label.trim_matches('-'), digest[0], digest[1], digest[2], digest[3])
}

/// What git says, or what it complains of.
fn git(folder: &Path, arguments: &[&str]) -> Result<String, String> {
    let run = Command::new("git").arg("-C").arg(folder).args(arguments).output();
    let Output { status, stdout, stderr } = run.map_err(|e| format!("git cannot be started: {e}"))?;
    match status.success() {
        true => Ok(String::from_utf8_lossy(&stdout).trim().to_owned()),
        false => Err(String::from_utf8_lossy(&stderr).trim().to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repository() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.txt"), "one\n").unwrap();
        let name = ["-c", "user.name=t", "-c", "user.email=t@t", "-c", "commit.gpgsign=false"];
        git(folder.path(), &["init", "-q"]).unwrap();
        git(folder.path(), &["add", "a.txt"]).unwrap();
        git(folder.path(), &[&name[..], &["commit", "-qm", "one"]].concat()).unwrap();
        folder
    }

    fn isolated() -> Request {
        Request { isolation: Some("worktree".into()), label: "Fix a.txt".into(), key: "k".into(), ..Request::default() }
    }

    #[tokio::test]
    async fn an_unchanged_worktree_goes_and_a_changed_one_is_kept_and_named() {
        let repository = repository();
        let mut place = Workplace::open(repository.path(), &isolated()).await.unwrap();
        let folder = place.folder().to_owned();
        assert_eq!(std::fs::read_to_string(folder.join("a.txt")).unwrap(), "one\n");
        let mut other = Workplace::open(repository.path(), &isolated()).await.unwrap();
        assert_ne!(other.folder(), folder, "each call has its own");
        assert_eq!(place.close().await, None);
        assert!(!folder.exists());

        std::fs::write(other.folder().join("a.txt"), "two\n").unwrap();
        let said = other.close().await.unwrap();
        assert!(said.ends_with("1 path is changed") && said.contains("fix-a-txt-"), "{said}");
        assert_eq!(std::fs::read_to_string(other.folder().join("a.txt")).unwrap(), "two\n");
        assert_eq!(git(repository.path(), &["status", "--porcelain"]).unwrap(), "", "the repository looks as before");
    }

    #[test]
    fn worktrees_are_made_and_removed_one_at_a_time() {
        let repository = repository();
        let cycle = |n: usize| Tree::make(repository.path().to_owned(), &format!("w{n}")).map(Tree::close);
        let cycles = |first: usize| (first..first + 12).map(cycle).collect::<Vec<_>>();
        let said: Vec<_> = thread::scope(|scope| {
            let all: Vec<_> = (0..8).map(|n| scope.spawn(move || cycles(100 * n))).collect();
            all.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
        });
        assert!(said.iter().all(|said| *said == Ok(None)), "{said:?}");
    }

    #[tokio::test]
    async fn where_there_is_no_repository_the_agent_does_not_start() {
        let folder = tempfile::tempdir().unwrap();
        let refused = Workplace::open(folder.path(), &isolated()).await.err().unwrap().to_string();
        assert!(refused.starts_with("there is no worktree for the agent: "), "{refused}");
    }
}
