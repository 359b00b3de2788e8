//! Hearing an answer while it is being written.

use std::{fmt, sync::Arc};

/// Hears of an answer as it comes. The default one is deaf.
#[derive(Clone, Default)]
pub struct Listener(Option<Arc<Hear>>);

type Hear = dyn Fn(&str) + Send + Sync;

impl Listener {
    /// A listener that hands every piece of text to `hear`; an empty piece says that the one who answers is alive.
    pub fn new(hear: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(hear)))
    }

    /// A piece of the answer is there.
    pub fn hear(&self, piece: &str) {
        if let Some(hear) = &self.0 {
            hear(piece);
        }
    }

    /// Nothing new was written, but the work goes on.
    pub fn alive(&self) {
        self.hear("");
    }
}

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Listener(…)" } else { "Listener(deaf)" })
    }
}

impl PartialEq for Listener {
    /// Requests are the same whoever listens.
    fn eq(&self, _: &Self) -> bool {
        true
    }
}
