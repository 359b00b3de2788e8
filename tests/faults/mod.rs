//! What providers do wrong, at a real server on loopback.

mod adapter;
mod matrix;
mod server;
