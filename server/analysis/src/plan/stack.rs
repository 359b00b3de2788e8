//! Recursion over a tree with as much stack as it takes.

/// Runs `f` with room for a few more levels of recursion.
pub(super) fn grow<R>(f: impl FnOnce() -> R) -> R {
    stacker::maybe_grow(192 * 1024, 2 * 1024 * 1024, f)
}
