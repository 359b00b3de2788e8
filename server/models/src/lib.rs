//! Who answers a call.
//!
//! A [`Model`] takes one [`Request`] and gives one [`Answer`] or one [`ModelError`]. Retrying, checking against the
//! schema, budgets and journals are the scheduler's work, so that every model behaves alike.

mod http;
mod model;
pub mod simulated;
pub mod wire;

pub use http::{Http, Key};
pub use model::{Answer, Model, ModelError, Reply, Request, Usage};
pub use simulated::{Latency, Simulated};
