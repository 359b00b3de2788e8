//! The file with a person's own prices, which commands and the language server read alike.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

use analysis::prices::OwnPrices;

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
    let config = env::var_os("XDG_CONFIG_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let config = config.or_else(|| Some(env::home_dir()?.join(".config")))?;
    Some(config.join("callsheet").join("prices.json"))
}

/// The prices of `file`, or of the person's own file; none where there is no such file.
///
/// # Errors
///
/// When a file that is there, or was named, cannot be read.
pub fn own_prices(file: Option<&Path>) -> Result<OwnPrices, PricesError> {
    let Some(path) = file.map(Path::to_owned).or_else(own_prices_file) else { return Ok(OwnPrices::default()) };
    let wrong = |why: String| PricesError { path: path.clone(), why };
    let text = match fs::read_to_string(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound && file.is_none() => return Ok(OwnPrices::default()),
        text => text.map_err(|error| wrong(error.to_string()))?,
    };
    let json = serde_json::from_str(&text).map_err(|error| wrong(format!("no JSON: {error}")))?;
    OwnPrices::read(&json).map_err(wrong)
}
