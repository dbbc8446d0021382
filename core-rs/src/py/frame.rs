//! Frames from Python: arrays and decoders' planes, read where they lie.

use super::error::map_error;
use crate::frame::{Colour, Frame, Matrix, Pixels, Plane, Range, Rotation, Subsampling};
use crate::ring::StoredFrame;
use ndarray::{Array2, ShapeError};
use numpy::PyArray2;
use pyo3::buffer::PyBuffer;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;

/// A decoded picture, borrowed: it keeps the array or the decoder's planes alive and copies nothing.
#[pyclass(module = "gymbox._core", name = "Frame", frozen)]
pub struct PyFrame(Held);

enum Held {
    Lent(Lent),
    Stored(StoredFrame),
}

/// Python's planes, and what they mean.
struct Lent {
    planes: Vec<PyBuffer<u8>>,
    strides: Vec<usize>,
    format: Format,
    width: u32,
    height: u32,
    colour: Colour,
    sample_aspect_ratio: f32,
    rotation: Rotation,
}

#[derive(Clone, Copy)]
enum Format {
    Rgb,
    Bgr,
    Planar(Subsampling),
    Nv12,
}

#[pymethods]
impl PyFrame {
    #[new]
    #[pyo3(signature = (array, format="rgb24", *, sample_aspect_ratio=1.0, rotation=0))]
    fn new(array: &Bound<'_, PyAny>, format: &str, sample_aspect_ratio: f32, rotation: i32) -> PyResult<Self> {
        let buffer = PyBuffer::<u8>::get(array)?;
        let (&[height, width, 3], &[stride, 3, 1]) = (buffer.shape(), buffer.strides()) else {
            return Err(PyValueError::new_err(format!(
                "frame: expected rows × columns × 3 bytes with pixels side by side, got shape {:?} with strides {:?}",
                buffer.shape(),
                buffer.strides(),
            )));
        };
        let (width, height) = (fit(width)?, fit(height)?);
        let stride =
            usize::try_from(stride).map_err(|_| PyValueError::new_err("frame: expected rows from top to bottom"))?;
        let format = match format {
            "rgb24" => Format::Rgb,
            "bgr24" => Format::Bgr,
            other => {
                return Err(PyValueError::new_err(format!("frame: expected rgb24 or bgr24, got {other}")));
            }
        };
        let (planes, strides, colour) = (vec![buffer], vec![stride], Colour::default());
        Lent { planes, strides, format, width, height, colour, sample_aspect_ratio, rotation: Rotation::None }
            .checked(array.py(), rotation)
    }

    #[staticmethod]
    #[pyo3(signature = (planes, format, width, height, *, strides=None, matrix="bt601", full_range=false,
                        sample_aspect_ratio=1.0, rotation=0))]
    #[expect(clippy::too_many_arguments, clippy::needless_pass_by_value, reason = "Python's, and named there")]
    fn from_planes(
        py: Python<'_>,
        planes: Vec<Bound<'_, PyAny>>,
        format: &str,
        width: u32,
        height: u32,
        strides: Option<Vec<usize>>,
        matrix: &str,
        full_range: bool,
        sample_aspect_ratio: f32,
        rotation: i32,
    ) -> PyResult<Self> {
        let format = match format {
            "rgb24" => Format::Rgb,
            "bgr24" => Format::Bgr,
            "yuv420p" | "yuvj420p" => Format::Planar(Subsampling::Yuv420),
            "yuv422p" | "yuvj422p" => Format::Planar(Subsampling::Yuv422),
            "yuv444p" | "yuvj444p" => Format::Planar(Subsampling::Yuv444),
            "nv12" => Format::Nv12,
            other => {
                return Err(PyValueError::new_err(format!("frame: a pixel format that is not known: {other}")));
            }
        };
        let matrix = match matrix {
            "bt601" => Matrix::Bt601,
            "bt709" => Matrix::Bt709,
            other => {
                return Err(PyValueError::new_err(format!("frame: expected matrix bt601 or bt709, got {other}")));
            }
        };
        let range = if full_range { Range::Full } else { Range::Limited };
        let strides = match strides {
            Some(strides) => strides,
            None => planes.iter().map(stride_of).collect::<PyResult<_>>()?,
        };
        let planes = planes.iter().map(PyBuffer::<u8>::get).collect::<PyResult<Vec<_>>>()?;
        let colour = Colour { matrix, range };
        Lent { planes, strides, format, width, height, colour, sample_aspect_ratio, rotation: Rotation::None }
            .checked(py, rotation)
    }

    /// How its bytes are to be read: a name that `from_planes` knows.
    #[getter]
    fn format(&self, py: Python<'_>) -> PyResult<&'static str> {
        Ok(match self.borrow(py)?.pixels() {
            Pixels::Rgb(_) => "rgb24",
            Pixels::Bgr(_) => "bgr24",
            Pixels::Planar { subsampling: Subsampling::Yuv420, .. } => "yuv420p",
            Pixels::Planar { subsampling: Subsampling::Yuv422, .. } => "yuv422p",
            Pixels::Planar { subsampling: Subsampling::Yuv444, .. } => "yuv444p",
            Pixels::Nv12 { .. } => "nv12",
        })
    }

    /// Its bytes as decoded, copied: rows of each plane side by side.
    fn planes<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyArray2<u8>>>> {
        let frame = self.borrow(py)?;
        let (width, height) = frame.decoded_size();
        let rows = |plane: &Plane, bytes: u32, rows: u32| -> PyResult<_> {
            let (bytes, rows) = (bytes as usize, rows as usize);
            let dense = plane.data.chunks(plane.stride).take(rows).flat_map(|row| &row[..bytes]).copied().collect();
            Ok(PyArray2::from_owned_array(
                py,
                Array2::from_shape_vec((rows, bytes), dense).map_err(|error| shapeless(&error))?,
            ))
        };
        match frame.pixels() {
            Pixels::Rgb(plane) | Pixels::Bgr(plane) => Ok(vec![rows(plane, width * 3, height)?]),
            Pixels::Planar { planes: [y, u, v], subsampling, .. } => {
                let (w, h) = subsampling.chroma_size((width, height));
                Ok(vec![rows(y, width, height)?, rows(u, w, h)?, rows(v, w, h)?])
            }
            Pixels::Nv12 { planes: [y, uv], .. } => {
                let (w, h) = Subsampling::Yuv420.chroma_size((width, height));
                Ok(vec![rows(y, width, height)?, rows(uv, w * 2, h)?])
            }
        }
    }

    /// Width in pixels of the upright picture.
    #[getter]
    fn width(&self, py: Python<'_>) -> PyResult<u32> {
        Ok(self.borrow(py)?.picture().width)
    }

    /// Height in pixels of the upright picture.
    #[getter]
    fn height(&self, py: Python<'_>) -> PyResult<u32> {
        Ok(self.borrow(py)?.picture().height)
    }

    /// Width of an upright pixel over its height.
    #[getter]
    fn sample_aspect_ratio(&self, py: Python<'_>) -> PyResult<f32> {
        Ok(self.borrow(py)?.picture().sample_aspect_ratio)
    }

    /// Degrees clockwise that bring the decoded picture upright.
    #[getter]
    fn rotation(&self, py: Python<'_>) -> PyResult<i32> {
        Ok(self.borrow(py)?.rotation().degrees())
    }
}

impl PyFrame {
    /// A picture that was copied out of a ring.
    pub fn of(stored: StoredFrame) -> Self {
        Self(Held::Stored(stored))
    }

    /// The frame as the core sees it.
    pub fn borrow(&self, py: Python<'_>) -> PyResult<Frame<'_>> {
        match &self.0 {
            Held::Lent(lent) => lent.borrow(py),
            Held::Stored(stored) => Ok(stored.frame()),
        }
    }
}

impl Lent {
    fn borrow(&self, py: Python<'_>) -> PyResult<Frame<'_>> {
        let plane = |i: usize| {
            let buffer = &self.planes[i];
            // SAFETY: `checked` saw that the buffer has no holes, so it is `len_bytes` bytes from `buf_ptr` on, and `self`
            // holds it, which forbids its owner to free or move it. A Python thread that draws into the picture while it is
            // looked at spoils the picture, as it would with any array library that releases the lock.
            let data = unsafe { std::slice::from_raw_parts(buffer.buf_ptr().cast::<u8>(), self.bytes(i)) };
            Plane { data, stride: self.strides[i] }
        };
        let pixels = match self.format {
            Format::Rgb => Pixels::Rgb(plane(0)),
            Format::Bgr => Pixels::Bgr(plane(0)),
            Format::Planar(subsampling) => {
                Pixels::Planar { planes: [plane(0), plane(1), plane(2)], subsampling, colour: self.colour }
            }
            Format::Nv12 => Pixels::Nv12 { planes: [plane(0), plane(1)], colour: self.colour },
        };
        let framed = Frame::new(pixels, self.width, self.height)
            .and_then(|frame| frame.with_sample_aspect_ratio(self.sample_aspect_ratio));
        Ok(framed.map_err(|error| map_error(py, &error))?.with_rotation(self.rotation))
    }

    /// Refuses what [`Lent::borrow`] could not read, while the caller is there to hear it.
    fn checked(mut self, py: Python<'_>, rotation: i32) -> PyResult<PyFrame> {
        self.rotation = Rotation::from_degrees(rotation).map_err(|error| map_error(py, &error))?;
        let wanted = match self.format {
            Format::Rgb | Format::Bgr => 1,
            Format::Planar(_) => 3,
            Format::Nv12 => 2,
        };
        if self.planes.len() != wanted || self.strides.len() != wanted {
            let got = format!("{} planes and {} strides", self.planes.len(), self.strides.len());
            return Err(PyValueError::new_err(format!(
                "frame: expected {wanted} planes with a stride each, got {got}"
            )));
        }
        let dense = |buffer: &PyBuffer<u8>| buffer.is_c_contiguous() || buffer.dimensions() == 3;
        if !self.planes.iter().all(dense) {
            return Err(PyValueError::new_err("frame: expected planes without holes"));
        }
        self.borrow(py)?;
        Ok(PyFrame(Held::Lent(self)))
    }

    /// Bytes from the first to the last one of plane `i`.
    fn bytes(&self, i: usize) -> usize {
        let buffer = &self.planes[i];
        if buffer.is_c_contiguous() {
            buffer.len_bytes()
        } else {
            // An array cut out of a wider one: the last row ends where its pixels end.
            (self.height as usize - 1) * self.strides[i] + self.width as usize * 3
        }
    }
}

/// Bytes from row to row: an array's own, or what PyAV's planes call `line_size`.
fn stride_of(plane: &Bound<'_, PyAny>) -> PyResult<usize> {
    if let Some(line_size) = plane.getattr_opt("line_size")? {
        return line_size.extract();
    }
    let buffer = PyBuffer::<u8>::get(plane)?;
    match buffer.strides() {
        &[stride, ..] if buffer.dimensions() >= 2 && stride > 0 => Ok(stride.unsigned_abs()),
        _ => Err(PyTypeError::new_err("frame: expected planes of two dimensions or with a `line_size`, or `strides`")),
    }
}

fn shapeless(error: &ShapeError) -> PyErr {
    PyValueError::new_err(format!("frame: {error}"))
}

fn fit(size: usize) -> PyResult<u32> {
    u32::try_from(size).map_err(|_| PyValueError::new_err(format!("frame: a side of {size} pixels is too long")))
}
