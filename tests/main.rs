//! What crosses crates, in one test program: linking the engines once keeps the build short.

mod house;
