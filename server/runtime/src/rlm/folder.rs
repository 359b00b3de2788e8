//! Folders as contexts: the texts of their files in one.

use std::{
    fmt::Write,
    fs, io,
    path::{Path, PathBuf},
};

use super::{BadContext, ContextFile};

/// Folders that hold other people's files.
pub const OTHER_PEOPLES: [&str; 6] = ["node_modules", "target", ".git", "dist", "build", "vendor"];

/// Bytes of a folder's files that are asked about: more than any model reads in the calls of one question.
const MOST_BYTES: u64 = 64 << 20;

/// Entries that are looked at; far more than a repository without its dependencies has.
const MOST_ENTRIES: usize = 50_000;

/// The texts of a folder, each below its path. What is hidden, other people's, behind a link or no text is left out.
#[derive(Debug)]
pub struct Folder {
    /// All of them, kept in a file.
    pub context: ContextFile,
    /// How many there are.
    pub files: usize,
    /// Files that are no text, or cannot be read.
    pub left_out: Vec<PathBuf>,
}

impl Folder {
    /// Reads the folder at `path` and keeps its texts in `keep`.
    ///
    /// # Errors
    ///
    /// Where it cannot be read, holds no text or too much.
    pub fn open(path: &Path, keep: &Path) -> Result<Self, BadContext> {
        let failed = |source| BadContext::Read { path: path.to_owned(), source };
        let whole = fs::canonicalize(path).map_err(failed)?;
        let (mut text, mut files, mut left_out) = (String::new(), 0, Vec::new());
        let mut found = Vec::new();
        walk(&whole, &mut found).map_err(failed)?;
        for file in found {
            let bytes = fs::read(&file).ok().and_then(|bytes| String::from_utf8(bytes).ok());
            let shown = file.strip_prefix(&whole).unwrap_or(&file);
            match bytes.filter(|text| !text.contains('\0')) {
                None => left_out.push(shown.to_owned()),
                Some(file) => {
                    files += 1;
                    // Writing to a string cannot fail.
                    let _ = write!(text, "===== {} =====\n{file}\n", shown.display());
                }
            }
            if text.len() as u64 > MOST_BYTES {
                return Err(BadContext::TooMuch { folder: path.to_owned(), most: MOST_BYTES >> 20 });
            }
        }
        if files == 0 {
            return Err(BadContext::NoText { folder: path.to_owned() });
        }
        let name = whole.file_name().map_or_else(|| whole.display().to_string(), |n| n.to_string_lossy().into_owned());
        Ok(Self { context: ContextFile::keep(keep, &name, &text)?, files, left_out })
    }
}

/// The files in and below `folder`, in the order of their names.
fn walk(folder: &Path, found: &mut Vec<PathBuf>) -> io::Result<()> {
    let mut entries = fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let (name, path, kind) = (entry.file_name(), entry.path(), entry.file_type()?);
        if found.len() >= MOST_ENTRIES || name.to_string_lossy().starts_with('.') {
            continue;
        }
        if kind.is_file() {
            found.push(path);
        } else if kind.is_dir() && !OTHER_PEOPLES.iter().any(|others| name == *others) {
            walk(&path, found)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_one_text_with_the_path_of_each_file() {
        let (folder, keep) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let put = |path: &str, bytes: &[u8]| {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        };
        put("b.txt", b"two");
        put("a/a.md", b"one");
        put("a/empty", b"");
        put(".env", b"KEY=1");
        put("node_modules/x.js", b"theirs");
        put("image.png", &[0x89, 0xff, 0]);
        let opened = Folder::open(folder.path(), keep.path()).unwrap();
        let text = "===== a/a.md =====\none\n===== a/empty =====\n\n===== b.txt =====\ntwo\n";
        assert_eq!(opened.context.text().unwrap(), text);
        assert_eq!((opened.files, opened.left_out), (3, vec![PathBuf::from("image.png")]));
        let none = Folder::open(&folder.path().join("node_modules"), keep.path()).map(|folder| folder.files);
        assert_eq!(none.unwrap(), 1, "who names it wants it");
        put("c/.hidden", b"");
        let none = Folder::open(&folder.path().join("c"), keep.path()).unwrap_err().to_string();
        assert!(none.ends_with("holds no text that can be asked about"), "{none}");
    }
}
