//! (work under way)
