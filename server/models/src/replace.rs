//! Writing a file whole or not at all.

use std::{fs, io, path::Path, process};

/// Puts `bytes` in the place of the file at `path`, in a folder that is made where it is not there: whole or not at all, whatever
/// happens and whoever reads meanwhile.
///
/// # Errors
///
/// Where it cannot be written; what was there before then stays.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    path.parent().map_or(Ok(()), fs::create_dir_all)?;
    let mut unfinished = path.as_os_str().to_owned();
    unfinished.push(format!(".{}", process::id()));
    fs::write(&unfinished, bytes)?;
    fs::rename(&unfinished, path)
}
