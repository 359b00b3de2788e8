//! The files with prices, which commands and the language server read alike: a person's own, and a newer table than the program's.

mod update;

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

use analysis::prices::{OwnPrices, Prices};
use serde::Deserialize;

use update::updated_prices_file;
pub use update::{PUBLISHED_PRICES, UpdateError, fetch_update, forget_update, write_update};

/// Why prices cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("the prices in {}: {why}", .path.display())]
pub struct PricesError {
    path: PathBuf,
    why: String,
}

/// The person's own file: `callsheet/prices.json` in `$XDG_CONFIG_HOME` or `~/.config`. A workspace has no say in prices, as limits in
/// dollars rest on them.
pub fn own_prices_file() -> Option<PathBuf> {
    prices_file("XDG_CONFIG_HOME", ".config")
}

/// `callsheet/prices.json` in the folder that `variable` names, or else in `below_home`.
fn prices_file(variable: &str, below_home: &str) -> Option<PathBuf> {
    let folder = env::var_os(variable).map(PathBuf::from).filter(|path| path.is_absolute());
    let folder = folder.or_else(|| Some(env::home_dir()?.join(below_home)))?;
    Some(folder.join("callsheet").join("prices.json"))
}

/// The prices of `file`, or of the person's own file, before those of the newest table there is.
///
/// # Errors
///
/// When a file that is there, or was named, cannot be read.
pub fn own_prices(file: Option<&Path>) -> Result<OwnPrices, PricesError> {
    let own = match file.map(Path::to_owned).or_else(own_prices_file) {
        Some(path) => read(&path, file.is_some(), "", OwnPrices::read)?.unwrap_or_default(),
        None => OwnPrices::default(),
    };
    Ok(match updated_prices()? {
        Some(list) => own.before(list),
        None => own,
    })
}

/// The table `callsheet prices --update` has left; `None` where there is none.
fn updated_prices() -> Result<Option<Prices>, PricesError> {
    let Some(path) = updated_prices_file() else { return Ok(None) };
    let table = |json: &serde_json::Value| Prices::deserialize(json).map_err(|error| error.to_string());
    read(&path, false, "; `callsheet prices --reset` removes them", table)
}

/// What a file of JSON holds; `None` where it is not there and need not be.
fn read<T>(
    path: &Path,
    needed: bool,
    way_out: &str,
    of: impl Fn(&serde_json::Value) -> Result<T, String>,
) -> Result<Option<T>, PricesError> {
    let wrong = |why: String| PricesError { path: path.to_owned(), why: why + way_out };
    let text = match fs::read_to_string(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound && !needed => return Ok(None),
        text => text.map_err(|error| wrong(error.to_string()))?,
    };
    let json = serde_json::from_str(&text).map_err(|error| wrong(format!("no JSON: {error}")))?;
    of(&json).map(Some).map_err(wrong)
}
