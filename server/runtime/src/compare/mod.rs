//! The same job done twice: by a workflow, whose plan is pinned in code, and by a recursive language model, whose plan grows.

mod axes;
mod measure;
mod task;

pub use axes::{Axis, Comparison, Resumed, Side};
pub use measure::{Covered, Measured};
pub use task::{Task, TaskError};
