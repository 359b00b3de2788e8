//! What providers do wrong, at a real server on loopback.

mod adapter;
mod budget;
mod matrix;
pub(crate) mod server;
pub(crate) mod wires;
