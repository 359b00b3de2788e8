//! The keys this process knows, to be left out of what others say.

use crate::choose::{Environment, Provider};

/// The values of all variables that hold keys.
#[derive(Clone, Default)]
pub(crate) struct Secrets(Vec<String>);

impl Secrets {
    pub(crate) fn of(environment: &Environment) -> Self {
        let variables = Provider::TABLE.iter().flat_map(|row| row.keys);
        Self(variables.filter_map(|name| environment.first(&[name])).collect())
    }

    /// The text without them.
    pub(crate) fn redacted(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, secret| text.replace(secret.trim(), "…"))
    }
}
