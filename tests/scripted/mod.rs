//! Scripts as test cases: the header format, a model that answers by script, and the one way to run a case.

pub(crate) mod all;
pub(crate) mod case;
pub(crate) mod model;
pub(crate) mod outcome;
pub(crate) mod run;
