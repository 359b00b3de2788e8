//! Members whose absence means `undefined` and whose `null` means `null`.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// Reads a member that is there; with `#[serde(default)]` an absent one is `None`.
pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}
