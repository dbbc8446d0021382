//! Rings in shared memory, from Python.

use super::error::map_error;
use super::frame::PyFrame;
use crate::ring::{FrameReader, FrameRing, Packet, PacketReader, PacketRing, StoredPacket};
use crate::units::Nanos;
use pyo3::buffer::PyBuffer;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The last pictures of a camera in shared memory: the end that puts them there.
#[pyclass(module = "gymbox._core", name = "FrameRing", frozen)]
pub struct PyFrameRing {
    ring: Mutex<Option<FrameRing>>,
}

#[pymethods]
impl PyFrameRing {
    #[new]
    #[pyo3(signature = (name, *, slots=4, slot_bytes))]
    fn new(py: Python<'_>, name: &str, slots: usize, slot_bytes: usize) -> PyResult<Self> {
        let ring = py.detach(|| FrameRing::create(name, slots, slot_bytes)).map_err(|error| map_error(py, &error))?;
        Ok(Self { ring: Mutex::new(Some(ring)) })
    }

    /// Bytes of a slot that this picture takes.
    #[staticmethod]
    fn bytes_of(py: Python<'_>, frame: &PyFrame) -> PyResult<usize> {
        Ok(FrameRing::bytes_of(&frame.borrow(py)?))
    }

    /// Puts a picture in the place of the oldest, and gives its number and slot.
    fn put(&self, py: Python<'_>, frame: &PyFrame, t_ns: i64) -> PyResult<(u64, usize)> {
        let frame = frame.borrow(py)?;
        let placed = py.detach(|| held(&self.ring).as_mut().map(|ring| ring.put(&frame, Nanos(t_ns))));
        let placed = placed.ok_or_else(gone)?.map_err(|error| map_error(py, &error))?;
        Ok((placed.sequence, placed.slot))
    }

    /// Number of the newest picture, 0 before any.
    #[getter]
    fn head(&self) -> PyResult<u64> {
        held(&self.ring).as_ref().map(FrameRing::head).ok_or_else(gone)
    }

    /// Number of the newest picture that a reader has taken, 0 before any.
    #[getter]
    fn taken(&self) -> PyResult<u64> {
        held(&self.ring).as_ref().map(FrameRing::taken).ok_or_else(gone)
    }

    /// Lets go of it, as a killed process does: another writer may go on.
    fn close(&self) {
        held(&self.ring).take();
    }

    /// Ends it for good and gives its memory back.
    fn remove(&self, py: Python<'_>) -> PyResult<()> {
        let ring = held(&self.ring).take();
        ring.map_or(Ok(()), FrameRing::remove).map_err(|error| map_error(py, &error))
    }
}

/// The last pictures of a camera in shared memory: an end that reads them.
#[pyclass(module = "gymbox._core", name = "FrameReader", frozen)]
pub struct PyFrameReader {
    reader: FrameReader,
}

#[pymethods]
impl PyFrameReader {
    #[new]
    fn new(py: Python<'_>, name: &str) -> PyResult<Self> {
        Ok(Self { reader: FrameReader::open(name).map_err(|error| map_error(py, &error))? })
    }

    /// The newest picture, if it is newer than number `after`: its number, its capture time, and itself, copied.
    #[pyo3(signature = (after=0))]
    fn newest(&self, py: Python<'_>, after: u64) -> PyResult<Option<(u64, i64, PyFrame)>> {
        let found = py.detach(|| self.reader.newest(after)).map_err(|error| map_error(py, &error))?;
        Ok(found.map(|stored| (stored.sequence, stored.at.0, PyFrame::of(stored))))
    }

    /// The picture of this number, or none where it is not there yet or any more: as `newest`.
    fn read(&self, py: Python<'_>, sequence: u64) -> PyResult<Option<(u64, i64, PyFrame)>> {
        let found = py.detach(|| self.reader.read(sequence)).map_err(|error| map_error(py, &error))?;
        Ok(found.map(|stored| (stored.sequence, stored.at.0, PyFrame::of(stored))))
    }

    /// Number of the newest picture, 0 before any.
    #[getter]
    fn head(&self) -> u64 {
        self.reader.head()
    }

    /// Whether its writer has given it up; another may have taken its name.
    #[getter]
    fn over(&self) -> bool {
        self.reader.is_over()
    }
}

/// The last seconds of a camera's stream in shared memory, encoded: the end that puts them there.
#[pyclass(module = "gymbox._core", name = "PacketRing", frozen)]
pub struct PyPacketRing {
    ring: Mutex<Option<PacketRing>>,
}

#[pymethods]
impl PyPacketRing {
    #[new]
    #[pyo3(signature = (name, *, span_ns, capacity_bytes))]
    fn new(py: Python<'_>, name: &str, span_ns: i64, capacity_bytes: usize) -> PyResult<Self> {
        let ring = py.detach(|| PacketRing::create(name, Nanos(span_ns), capacity_bytes));
        Ok(Self { ring: Mutex::new(Some(ring.map_err(|error| map_error(py, &error))?)) })
    }

    /// Adds a packet and gives its number.
    #[pyo3(signature = (data, *, t_ns, stream, pts, dts=None, duration=0, keyframe=false, header=None))]
    #[expect(clippy::too_many_arguments, clippy::needless_pass_by_value, reason = "Python's, and named there")]
    fn append(
        &self,
        py: Python<'_>,
        data: PyBuffer<u8>,
        t_ns: i64,
        stream: u64,
        pts: i64,
        dts: Option<i64>,
        duration: u32,
        keyframe: bool,
        header: Option<&[u8]>,
    ) -> PyResult<u64> {
        if !data.is_c_contiguous() {
            return Err(PyValueError::new_err("packet: expected bytes without holes"));
        }
        // SAFETY: contiguous, `len_bytes` long, and held by `data` meanwhile; the lock is not released.
        let bytes = unsafe { std::slice::from_raw_parts(data.buf_ptr().cast::<u8>(), data.len_bytes()) };
        let (at, dts, header) = (Nanos(t_ns), dts.unwrap_or(i64::MIN), header.unwrap_or_default());
        let packet = Packet { stream, at, pts, dts, duration, keyframe, header, data: bytes };
        let added = held(&self.ring).as_mut().map(|ring| ring.append(&packet));
        added.ok_or_else(gone)?.map_err(|error| map_error(py, &error))
    }

    /// Lets go of it, as a killed process does: another writer may go on.
    fn close(&self) {
        held(&self.ring).take();
    }

    /// Ends it for good and gives its memory back.
    fn remove(&self, py: Python<'_>) -> PyResult<()> {
        let ring = held(&self.ring).take();
        ring.map_or(Ok(()), PacketRing::remove).map_err(|error| map_error(py, &error))
    }
}

/// The last seconds of a camera's stream in shared memory, encoded: an end that reads them.
#[pyclass(module = "gymbox._core", name = "PacketReader", frozen)]
pub struct PyPacketReader {
    reader: PacketReader,
}

#[pymethods]
impl PyPacketReader {
    #[new]
    fn new(py: Python<'_>, name: &str) -> PyResult<Self> {
        Ok(Self { reader: PacketReader::open(name).map_err(|error| map_error(py, &error))? })
    }

    /// The packets that show this stretch, from the last keyframe before it, in the order of decoding.
    fn cut(&self, py: Python<'_>, start_ns: i64, end_ns: i64) -> Vec<PyPacket> {
        py.detach(|| self.reader.cut(Nanos(start_ns), Nanos(end_ns))).into_iter().map(PyPacket).collect()
    }

    /// The packet of this number, or none where it is not there yet or any more.
    fn read(&self, py: Python<'_>, sequence: u64) -> Option<PyPacket> {
        py.detach(|| self.reader.read(sequence)).map(PyPacket)
    }

    /// Numbers of the oldest packet that is there and of the newest; the first is larger where there is none.
    #[getter]
    fn numbers(&self) -> (u64, u64) {
        let numbers = self.reader.numbers();
        (numbers.start, numbers.end - 1)
    }

    /// Whether its writer has given it up; another may have taken its name.
    #[getter]
    fn over(&self) -> bool {
        self.reader.is_over()
    }
}

/// An encoded picture, copied out of a ring.
#[pyclass(module = "gymbox._core", name = "Packet", frozen)]
pub struct PyPacket(StoredPacket);

#[pymethods]
impl PyPacket {
    #[getter]
    fn sequence(&self) -> u64 {
        self.0.sequence
    }

    /// Which opening of the source it belongs to; stamps of two streams do not compare.
    #[getter]
    fn stream(&self) -> u64 {
        self.0.packet().stream
    }

    /// When its picture was taken.
    #[getter]
    fn t_ns(&self) -> i64 {
        self.0.packet().at.0
    }

    #[getter]
    fn pts(&self) -> i64 {
        self.0.packet().pts
    }

    #[getter]
    fn dts(&self) -> Option<i64> {
        Some(self.0.packet().dts).filter(|&dts| dts != i64::MIN)
    }

    #[getter]
    fn duration(&self) -> u32 {
        self.0.packet().duration
    }

    #[getter]
    fn keyframe(&self) -> bool {
        self.0.packet().keyframe
    }

    /// What a decoder must know of the stream; empty but for keyframes.
    #[getter]
    fn header<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, self.0.packet().header)
    }

    #[getter]
    fn data<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, self.0.packet().data)
    }
}

/// A thread that panicked with the lock had not left the ring in pieces: what is half written is not seen.
fn held<T>(ring: &Mutex<T>) -> MutexGuard<'_, T> {
    ring.lock().unwrap_or_else(PoisonError::into_inner)
}

fn gone() -> PyErr {
    PyValueError::new_err("ring: it was closed")
}
