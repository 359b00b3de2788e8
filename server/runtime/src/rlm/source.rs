//! Contexts that are files.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

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
    /// It has changed since the run began.
    #[error("{path} has changed since the run was started")]
    Changed {
        /// The file.
        path: PathBuf,
    },
}

impl ContextFile {
    /// Looks at the file at `path`.
    pub fn open(path: &Path) -> Result<Self, BadContext> {
        let text = read(path)?;
        let name = path.file_name().map_or_else(|| path.display().to_string(), |n| n.to_string_lossy().into_owned());
        let path = fs::canonicalize(path).map_err(|source| BadContext::Read { path: path.to_owned(), source })?;
        Ok(Self { name, path, bytes: text.len() as u64, hash: key::digest(&text) })
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
    pub fn text(&self) -> Result<Arc<str>, BadContext> {
        let text = read(&self.path)?;
        match key::digest(&text) == self.hash {
            true => Ok(text.into()),
            false => Err(BadContext::Changed { path: self.path.clone() }),
        }
    }

    /// How arguments of a run name it.
    pub fn reference(&self) -> Value {
        json!({ MEMBER: self.name, "hash": self.hash })
    }
}

fn read(path: &Path) -> Result<String, BadContext> {
    let failed = |source| BadContext::Read { path: path.to_owned(), source };
    let bytes = fs::metadata(path).map_err(failed)?.len();
    if bytes > LARGEST {
        return Err(BadContext::TooLarge { path: path.to_owned(), bytes });
    }
    String::from_utf8(fs::read(path).map_err(failed)?).map_err(|e| {
        let at = e.utf8_error().valid_up_to();
        BadContext::NotText { path: path.to_owned(), at }
    })
}
