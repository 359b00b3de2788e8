//! Where limits of rates are counted.

use analysis::units::Tokens;
use sha2::{Digest, Sha256};

/// Someone who is asked, with the rights by which they are: a provider at an address with a key, or a program. Limits of rates are
/// counted for each.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Account {
    /// The provider, in a word.
    pub provider: &'static str,
    /// Tells the provider's accounts apart. No key can be read from it.
    id: String,
    /// Most requests at once, of all runs on this machine, where a person sets that.
    pub cap: Option<u32>,
    /// From how many tokens on the provider keeps the beginning of a prompt for a while, so that others that begin so cost less; `None` where
    /// that is not known of it.
    pub keeps_from: Option<Tokens>,
}

impl Account {
    /// The account of `provider` at `place`, an address or a program, with a key.
    pub fn new(provider: &'static str, place: &str, key: &str) -> Self {
        let mut digest = Sha256::new();
        for part in [provider, place, key] {
            digest.update(part.len().to_le_bytes());
            digest.update(part);
        }
        let id = digest.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        Self { provider, id, cap: None, keeps_from: None }
    }

    /// The same, with a cap on requests at once.
    pub fn capped(self, cap: Option<u32>) -> Self {
        Self { cap, ..self }
    }

    /// The same, at a provider that keeps the beginnings of prompts from so many tokens on.
    pub fn keeping(self, from: Option<Tokens>) -> Self {
        Self { keeps_from: from, ..self }
    }

    /// A name for a folder of it.
    pub fn folder(&self) -> String {
        format!("{}-{}", self.provider, self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_are_told_apart_by_provider_place_and_key() {
        let folder = |place, key| Account::new("openai", place, key).folder();
        assert_eq!(folder("a", "b"), folder("a", "b"));
        assert!(folder("a", "sk-planted").starts_with("openai-") && !folder("a", "sk-planted").contains("planted"));
        assert_eq!([folder("a", "c"), folder("ab", ""), folder("", "ab")].map(|f| f == folder("a", "b")), [false; 3]);
    }
}
