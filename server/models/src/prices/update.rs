//! A newer table of list prices: fetched when a person asks for it, and kept beside their data.

use std::{fs, io, path::PathBuf, time::Duration};

use analysis::prices::Prices;
use reqwest::Client;

use crate::{http, replace};

/// Where `genai-prices` publishes its prices; its own packages update from there.
pub const PUBLISHED_PRICES: &str =
    "https://raw.githubusercontent.com/pydantic/genai-prices/refs/heads/main/prices/new_data/v2/data.json";

/// Longest table we read; it has some 400 kB.
const MOST_BYTES: usize = 16 << 20;

/// Why the table is still the one it was.
#[derive(Debug, thiserror::Error)]
pub enum UpdateError {
    /// It did not come.
    #[error("cannot fetch {url}: {why}")]
    Fetch {
        /// From where.
        url: String,
        /// Why.
        why: String,
    },
    /// What came is no table to go by.
    #[error("what {url} gave is not used: {why}")]
    Unusable {
        /// From where.
        url: String,
        /// Why.
        why: String,
    },
    /// It cannot be kept.
    #[error("cannot write {}: {why}", .path.display())]
    Write {
        /// Where.
        path: PathBuf,
        /// Why.
        why: io::Error,
    },
    /// There is no folder of the person's.
    #[error("there is no home folder to keep prices in; set XDG_DATA_HOME")]
    Homeless,
}

/// Where a newer table is kept: `callsheet/prices.json` in `$XDG_DATA_HOME` or `~/.local/share`.
pub(super) fn updated_prices_file() -> Option<PathBuf> {
    super::prices_file("XDG_DATA_HOME", ".local/share")
}

/// The table at `url`, with the prices of `day` (`2026-11-25`). Nothing is kept yet.
///
/// # Errors
///
/// Where it does not come, or is not one to go by.
pub async fn fetch_update(url: &str, day: &str) -> Result<Prices, UpdateError> {
    let failed = |why: String| UpdateError::Fetch { url: url.to_owned(), why };
    let client =
        http::client().read_timeout(Duration::from_secs(30)).build().map_err(|error| failed(http::chain(&error)))?;
    let bytes = get(&client, url).await.map_err(failed)?;
    let unusable = |why: String| UpdateError::Unusable { url: url.to_owned(), why };
    let published = serde_json::from_slice(&bytes).map_err(|error| unusable(format!("it is no JSON: {error}")))?;
    let source = if url == PUBLISHED_PRICES { "genai-prices, updated" } else { url };
    Prices::published(&published, source, day).map_err(unusable)
}

async fn get(client: &Client, url: &str) -> Result<Vec<u8>, String> {
    let mut response = client.get(url).send().await.map_err(|error| http::chain(&error))?;
    if !response.status().is_success() {
        return Err(format!("HTTP {}", response.status().as_u16()));
    }
    let mut bytes = Vec::new();
    while let Some(piece) = response.chunk().await.map_err(|error| http::chain(&error))? {
        bytes.extend_from_slice(&piece);
        if bytes.len() > MOST_BYTES {
            return Err(format!("it is longer than {} MiB", MOST_BYTES >> 20));
        }
    }
    Ok(bytes)
}

/// Keeps a table; estimates and costs go by it from now on. Gives where.
///
/// # Errors
///
/// Where it cannot be written; the table before it then stays.
pub fn write_update(prices: &Prices) -> Result<PathBuf, UpdateError> {
    let path = updated_prices_file().ok_or(UpdateError::Homeless)?;
    let failed = |why| UpdateError::Write { path: path.clone(), why };
    let text = serde_json::to_vec_pretty(prices).map_err(|error| failed(error.into()))?;
    replace(&path, &text).map_err(failed)?;
    Ok(path)
}

/// Removes the newer table, so that the program's own holds again. Gives whether there was one.
///
/// # Errors
///
/// Where it is there and cannot be removed.
pub fn forget_update() -> Result<bool, UpdateError> {
    let path = updated_prices_file().ok_or(UpdateError::Homeless)?;
    match fs::remove_file(&path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(why) => Err(UpdateError::Write { path, why }),
    }
}
