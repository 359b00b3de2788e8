//! Contexts that are files.

use std::{
    collections::HashSet,
    fmt,
    fs::{self, File},
    io::{self, Read},
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
};

use analysis::units::thousands;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::key;

/// Largest context, in bytes.
pub(crate) const LARGEST: u64 = 1 << 30;

/// The member under which arguments of a run name a file's text.
pub(crate) const MEMBER: &str = "$context";

/// A file whose text a run may use as a context.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ContextFile {
    /// Under which name.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
    /// Bytes.
    pub bytes: u64,
    /// SHA-256 of its bytes: a run whose context has changed is another run.
    pub hash: String,
}

/// A part of such a file that is put below a prompt. Scripts and journals hold this, never a copy of the text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Excerpt {
    /// The name of the file among the contexts of the run.
    pub context: String,
    /// Offset of its first byte.
    pub start: u64,
    /// Offset of the byte after its last.
    pub end: u64,
    /// SHA-256 of these bytes.
    pub hash: String,
}

/// A part of a context that an answer rests on, as the code that submitted it says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Cited {
    /// Which part. A context that is in no file has its name among the contexts of its REPL, and offsets of its own.
    #[serde(flatten)]
    pub excerpt: Excerpt,
    /// The line it begins on, from 1.
    pub first_line: u64,
    /// The line it ends on.
    pub last_line: u64,
}

/// `notes.txt, bytes 0–4,096`
impl fmt::Display for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, bytes {}–{}", self.context, thousands(self.start), thousands(self.end))
    }
}

/// `notes.txt:12-14`
impl fmt::Display for Cited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.excerpt.context, self.first_line)?;
        match self.last_line == self.first_line {
            true => Ok(()),
            false => write!(f, "-{}", self.last_line),
        }
    }
}

/// Why a file cannot be a context.
#[derive(Debug, thiserror::Error)]
pub enum BadContext {
    /// It cannot be read.
    #[error("cannot read {path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// There is no place for it.
    #[error("cannot keep the text in {folder}: {source}")]
    Keep {
        /// The folder.
        folder: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It is too large.
    #[error("{path} has {bytes} bytes, and a context may have at most {LARGEST}")]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Its size.
        bytes: u64,
    },
    /// It is no text.
    #[error("{path} is not UTF-8 (byte {at} is the first that is not); convert it first, as with `iconv -t UTF-8`")]
    NotText {
        /// The file.
        path: PathBuf,
        /// Offset of the first bad byte.
        at: usize,
    },
    /// There is nothing in a folder.
    #[error("{folder} holds no text that can be asked about")]
    NoText {
        /// The folder.
        folder: PathBuf,
    },
    /// There is too much in a folder.
    #[error("{folder} holds more than {most} MiB of text; ask about a folder in it")]
    TooMuch {
        /// The folder.
        folder: PathBuf,
        /// What there may be, in MiB.
        most: u64,
    },
    /// Nobody gave the run such a file.
    #[error("the run was given no context {name:?}")]
    Unknown {
        /// Its name.
        name: String,
    },
    /// It has changed since the run began.
    #[error("{path} has changed since the run was started")]
    Changed {
        /// The file.
        path: PathBuf,
    },
}

impl ContextFile {
    /// Looks at the file at `path`, of which no more than a piece is in memory at a time.
    pub fn open(path: &Path) -> Result<Self, BadContext> {
        let (bytes, hash) = read(path, |_| Some(()))?;
        let name = path.file_name().map_or_else(|| path.display().to_string(), |n| n.to_string_lossy().into_owned());
        let path = fs::canonicalize(path).map_err(|source| BadContext::Read { path: path.to_owned(), source })?;
        Ok(Self { name, path, bytes, hash })
    }

    /// The same files, each under a name of its own: those that share one are known by more of their path.
    pub fn distinct(mut files: Vec<Self>) -> Vec<Self> {
        let mut taken = HashSet::new();
        for file in &mut files {
            let mut folders = file.path.parent();
            while taken.contains(&file.name) {
                let Some(folder) = folders.and_then(Path::file_name) else { break };
                file.name = format!("{}/{}", folder.to_string_lossy(), file.name);
                folders = folders.and_then(Path::parent);
            }
            let (name, mut number) = (file.name.clone(), 1);
            while !taken.insert(file.name.clone()) {
                number += 1;
                file.name = format!("{name} ({number})");
            }
        }
        files
    }

    /// A text that is in no file, under the name people know it by. It is kept in `folder`, in a file named after what it says: a run that
    /// is looked at later, or gone on with, still has it.
    pub fn keep(folder: &Path, name: &str, text: &str) -> Result<Self, BadContext> {
        let failed = |source| BadContext::Keep { folder: folder.to_owned(), source };
        fs::create_dir_all(folder).map_err(failed)?;
        // Copies are nobody's changes.
        fs::write(folder.join(".gitignore"), "*\n").map_err(failed)?;
        let path = folder.join(key::digest(text)).with_extension("txt");
        fs::write(&path, text).map_err(failed)?;
        Ok(Self { name: name.to_owned(), ..Self::open(&path)? })
    }

    /// Its text, if that is still what it was.
    ///
    /// # Errors
    ///
    /// Where it cannot be read, or has changed.
    pub fn text(&self) -> Result<String, BadContext> {
        // One copy, in a buffer of its exact size.
        let mut text = String::with_capacity(self.bytes as usize);
        self.read(|piece| text.push_str(piece))?;
        Ok(text)
    }

    /// Reads it in pieces of any bytes.
    ///
    /// # Errors
    ///
    /// Where it cannot be read, or is of another size.
    pub(crate) fn scan(&self, mut see: impl FnMut(&[u8])) -> Result<(), BadContext> {
        let failed = |source| BadContext::Read { path: self.path.clone(), source };
        let mut file = File::open(&self.path).map_err(failed)?;
        let mut piece = vec![0; PIECE];
        let mut bytes = 0;
        loop {
            let read = file.read(&mut piece).map_err(failed)?;
            bytes += read as u64;
            if bytes > self.bytes || (read == 0 && bytes < self.bytes) {
                return Err(BadContext::Changed { path: self.path.clone() });
            }
            if read == 0 {
                return Ok(());
            }
            see(&piece[..read]);
        }
    }

    /// Reads its text in pieces, which are none of its text if this fails.
    ///
    /// # Errors
    ///
    /// Where it cannot be read, or has changed.
    pub(crate) fn read(&self, mut see: impl FnMut(&str)) -> Result<(), BadContext> {
        let changed = || BadContext::Changed { path: self.path.clone() };
        let mut left = self.bytes as usize;
        let within = |piece: &str| {
            left = left.checked_sub(piece.len())?;
            see(piece);
            Some(())
        };
        match read(&self.path, within) {
            Ok((bytes, hash)) if (bytes, &hash) == (self.bytes, &self.hash) => Ok(()),
            Err(error @ BadContext::Read { .. }) => Err(error),
            _ => Err(changed()),
        }
    }

    /// How arguments of a run name it.
    pub fn reference(&self) -> Value {
        json!({ MEMBER: self.name, "hash": self.hash })
    }
}

impl Excerpt {
    /// Bytes.
    pub fn bytes(&self) -> usize {
        self.end.saturating_sub(self.start) as usize
    }

    /// Its text, out of the file among `contexts` that holds it.
    ///
    /// # Errors
    ///
    /// Where there is no such file, or it says something else there.
    pub fn text(&self, contexts: &[ContextFile]) -> Result<String, BadContext> {
        let unknown = || BadContext::Unknown { name: self.context.clone() };
        let file = contexts.iter().find(|file| file.name == self.context).ok_or_else(unknown)?;
        let changed = || BadContext::Changed { path: file.path.clone() };
        if self.start > self.end || self.end > file.bytes {
            return Err(changed());
        }
        let mut bytes = vec![0; self.bytes()];
        let read = File::open(&file.path).and_then(|open| open.read_exact_at(&mut bytes, self.start));
        read.map_err(|source| match source.kind() {
            io::ErrorKind::UnexpectedEof => changed(),
            _ => BadContext::Read { path: file.path.clone(), source },
        })?;
        let text = String::from_utf8(bytes).ok().filter(|text| key::digest(text) == self.hash);
        text.ok_or_else(changed)
    }
}

/// What stands below a prompt that a text is attached to.
pub(crate) fn attached(prompt: &str, text: &str) -> String {
    format!("{prompt}\n\n<context>\n{text}\n</context>")
}

/// Bytes that are read of a file at once.
const PIECE: usize = 1 << 20;

/// Reads a file in pieces of text, until `see` has seen enough; gives what was read, in bytes, and their SHA-256.
fn read(path: &Path, mut see: impl FnMut(&str) -> Option<()>) -> Result<(u64, String), BadContext> {
    let failed = |source| BadContext::Read { path: path.to_owned(), source };
    let mut file = File::open(path).map_err(failed)?;
    let mut hasher = Sha256::new();
    let mut piece = vec![0; PIECE];
    let (mut bytes, mut begun) = (0, 0);
    loop {
        // What begins a character at the end of a piece is read on with the next.
        let read = file.read(&mut piece[begun..]).map_err(failed)?;
        hasher.update(&piece[begun..begun + read]);
        bytes += read as u64;
        if bytes > LARGEST {
            return Err(BadContext::TooLarge { path: path.to_owned(), bytes: bytes.max(size(path)) });
        }
        let seen = begun + read;
        let whole = match str::from_utf8(&piece[..seen]) {
            Ok(text) => see(text).map(|()| seen),
            Err(error) if error.error_len().is_none() && read > 0 => {
                let text = str::from_utf8(&piece[..error.valid_up_to()]).unwrap_or_default();
                see(text).map(|()| text.len())
            }
            Err(error) => {
                let at = bytes as usize - seen + error.valid_up_to();
                return Err(BadContext::NotText { path: path.to_owned(), at });
            }
        };
        let Some(whole) = whole.filter(|_| read > 0) else { return Ok((bytes, key::hex(&hasher.finalize()))) };
        piece.copy_within(whole..seen, 0);
        begun = seen - whole;
    }
}

fn size(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |about| about.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }

    #[test]
    fn pieces_do_not_cut_characters_and_bad_bytes_are_placed() {
        let folder = tempfile::tempdir().unwrap();
        let text = format!("{}😀é\n", "x".repeat((1 << 20) - 2)).repeat(2);
        let open = ContextFile::open(&file(folder.path(), "a.txt", text.as_bytes())).unwrap();
        assert_eq!((open.bytes, &open.hash), (text.len() as u64, &key::digest(&text)));
        let mut scanned = 0;
        open.scan(|piece| scanned += piece.len()).unwrap();
        assert!(open.text().unwrap() == text && scanned == text.len());
        for changed in
            [text.replacen('é', "e", 1), text.replacen('é', "ü", 1), format!("{text}é"), "\u{0}".repeat(text.len())]
        {
            fs::write(&open.path, &changed).unwrap();
            assert!(matches!(open.read(|_| ()), Err(BadContext::Changed { .. })));
        }
        for (bytes, at) in [([b"x".repeat(1 << 20), vec![0xff]].concat(), 1 << 20), (b"ab\xf0\x9f".to_vec(), 2)] {
            let error = ContextFile::open(&file(folder.path(), "b.txt", &bytes)).unwrap_err();
            assert!(matches!(error, BadContext::NotText { at: found, .. } if found == at), "{error}");
        }
    }

    #[test]
    fn a_part_is_read_from_its_file_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let path = file(folder.path(), "a.txt", "one two é three".as_bytes());
        let files = [ContextFile::open(&path).unwrap()];
        let of = |start, end, hash: &str| Excerpt { context: "a.txt".into(), start, end, hash: key::digest(hash) };
        assert_eq!(of(4, 10, "two é").text(&files).unwrap(), "two é");
        for wrong in [of(4, 10, "two"), of(4, 9, "two é"), of(4, 99, "two é"), of(5, 4, "")] {
            assert!(matches!(wrong.text(&files), Err(BadContext::Changed { .. })), "{wrong:?}");
        }
        assert!(matches!(of(0, 1, "o").text(&[]), Err(BadContext::Unknown { .. })));
    }

    #[test]
    fn files_of_one_name_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let paths = ["a/x.txt", "b/x.txt", "x.txt"].map(|name| file(folder.path(), name, name.as_bytes()));
        let again = paths[0].clone();
        let files = paths.iter().chain([&again]).map(|path| ContextFile::open(path).unwrap()).collect();
        let names: Vec<String> = ContextFile::distinct(files).into_iter().map(|file| file.name).collect();
        assert_eq!(names[..2], ["x.txt", "b/x.txt"]);
        assert!(names[2].ends_with("/x.txt") && names[3] == "a/x.txt", "{names:?}");
    }
}
