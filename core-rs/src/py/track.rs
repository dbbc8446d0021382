//! `ByteTrack` for Python.
