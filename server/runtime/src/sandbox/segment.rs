//! Where in the structure of the work code stands, a step at a time.

use std::fmt;

/// A step of a path. A run may take very many, so most are numbers.
pub(super) enum Segment {
    /// An item of `parallel`.
    Parallel(u32),
    /// A stage of an item of `pipeline`.
    Pipeline { index: u32, stage: u32 },
    /// Anything else.
    Named(Box<str>),
}

impl fmt::Display for Segment {
    /// `parallel[3]`, `pipeline[0].1`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Parallel(index) => write!(f, "parallel[{index}]"),
            Self::Pipeline { index, stage } => write!(f, "pipeline[{index}].{stage}"),
            Self::Named(name) => f.write_str(name),
        }
    }
}

impl From<String> for Segment {
    fn from(name: String) -> Self {
        Self::Named(name.into())
    }
}
