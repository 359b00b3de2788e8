use std::{env, io, path::PathBuf, process};

/// The program of this process, to be started again: where its file was replaced or removed meanwhile, still the one that runs.
///
/// # Errors
///
/// When the system does not tell which one it is.
pub fn this_program() -> io::Result<PathBuf> {
    let file = env::current_exe()?;
    // Linux keeps a program that runs though its file is gone. By its number other processes reach it, too.
    Ok(if file.exists() { file } else { format!("/proc/{}/exe", process::id()).into() })
}
