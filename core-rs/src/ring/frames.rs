//! The last pictures of a camera, for whoever wants the newest.

use super::memory::{HEADER, Memory, WORD, invalidate, load, seen, store};
use crate::error::Result;
use crate::frame::{Colour, Frame, Matrix, Pixels, Plane, Range, Rotation, Subsampling};
use crate::units::Nanos;
use std::sync::atomic::{AtomicU64, Ordering};

/// `gymfrm` and the layout's version.
const KIND: u64 = u64::from_be_bytes(*b"gymfrm\0\x01");
/// Number of the newest complete picture, from 1; 0 before any.
const HEAD: usize = HEADER;
/// Number of the newest picture that a reader has taken.
const TAKEN: usize = HEADER + 8;
/// Where the slots begin.
const SLOTS: usize = HEADER + 16;
/// Words of a slot before its pixels: number, capture time, size, kind, pixels' shape.
const SLOT_HEADER: usize = 8;
/// The largest side of a picture, in pixels.
const LARGEST: u32 = 16_384;

/// Where a picture was put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placed {
    /// Its number in this ring, from 1 without gaps.
    pub sequence: u64,
    /// Its place.
    pub slot: usize,
}

/// The writer's end; there is one at a time.
pub struct FrameRing {
    memory: Memory,
    slots: usize,
    slot_words: usize,
}

impl FrameRing {
    /// A ring of `slots` pictures of at most `slot_bytes` each (see [`FrameRing::bytes_of`]).
    ///
    /// What a killed writer left goes on where it has the same measures; else it is over and replaced.
    ///
    /// # Errors
    /// [`Error::Ring`](crate::Error::Ring) where another process writes it, there is no room, or the measures are none.
    pub fn create(name: &str, slots: usize, slot_bytes: usize) -> Result<Self> {
        let slot_words = SLOT_HEADER + slot_bytes.div_ceil(WORD).next_multiple_of(8);
        let most = WORD * (LARGEST as usize).pow(2);
        if !(2..=64).contains(&slots) || slot_bytes > most {
            return Err(crate::Error::Ring {
                ring: name.to_owned(),
                reason: format!("expected 2 to 64 slots of at most {most} bytes, got {slots} of {slot_bytes}"),
            });
        }
        let shape = [KIND, slots as u64, slot_words as u64];
        let (memory, left) = Memory::create(name, shape, SLOTS + slots * slot_words, true)?;
        if !left {
            memory.publish(shape);
        }
        Ok(Self { memory, slots, slot_words })
    }

    /// Bytes that `frame` takes in a slot.
    #[must_use]
    pub fn bytes_of(frame: &Frame) -> usize {
        let (width, height) = frame.decoded_size();
        layout(code_of(frame.pixels()), width, height).into_iter().map(Rows::words).sum::<usize>() * WORD
    }

    /// Puts a picture into the oldest slot and makes it the newest.
    ///
    /// # Errors
    /// [`Error::Ring`](crate::Error::Ring) where it is larger than a slot.
    pub fn put(&mut self, frame: &Frame, at: Nanos) -> Result<Placed> {
        let (needs, has) = (Self::bytes_of(frame), (self.slot_words - SLOT_HEADER) * WORD);
        let (width, height) = frame.decoded_size();
        if needs > has || width.max(height) > LARGEST {
            let most = format!("{has} bytes and {LARGEST} pixels a side");
            return Err(self.memory.wrong(&format!("expected at most {most}, got {needs} bytes, {width}×{height}")));
        }
        let sequence = self.head() + 1;
        let place = (sequence % self.slots as u64) as usize;
        let slot = slot(&self.memory, place, self.slot_words);
        invalidate(&slot[0], 0);
        for (word, value) in slot[1..].iter().zip(describe(frame, at)) {
            word.store(value, Ordering::Relaxed);
        }
        let mut rest = &slot[SLOT_HEADER..];
        for (rows, plane) in layout(code_of(frame.pixels()), width, height).into_iter().zip(planes_of(frame.pixels())) {
            for line in plane.data.chunks(plane.stride).take(rows.count) {
                let (row, after) = rest.split_at(rows.bytes.div_ceil(WORD));
                store(row, &line[..rows.bytes]);
                rest = after;
            }
        }
        slot[0].store(sequence, Ordering::Release);
        self.memory.words()[HEAD].store(sequence, Ordering::Release);
        Ok(Placed { sequence, slot: place })
    }

    /// Number of the newest picture, 0 before any.
    #[must_use]
    pub fn head(&self) -> u64 {
        self.memory.words()[HEAD].load(Ordering::Acquire)
    }

    /// Number of the newest picture that a reader has taken, 0 before any.
    #[must_use]
    pub fn taken(&self) -> u64 {
        self.memory.words()[TAKEN].load(Ordering::Acquire)
    }

    /// Ends it for good: its memory is given back once its last reader has looked.
    ///
    /// # Errors
    /// [`Error::Ring`](crate::Error::Ring) where the system refuses.
    pub fn remove(self) -> Result<()> {
        self.memory.remove()
    }
}

/// A reader's end; there may be many.
pub struct FrameReader {
    memory: Memory,
    slots: usize,
    slot_words: usize,
}

impl FrameReader {
    /// Reads the ring of this name.
    ///
    /// # Errors
    /// [`Error::Ring`](crate::Error::Ring) where there is none, none of this version, or it is just being made.
    pub fn open(name: &str) -> Result<Self> {
        let memory = Memory::open(name, KIND)?;
        let [_, slots, slot_words] = memory.shape().map(|number| number as usize);
        let wants = slots.checked_mul(slot_words).and_then(|words| words.checked_add(SLOTS));
        if slots < 2 || slot_words < SLOT_HEADER || wants != Some(memory.words().len()) {
            return Err(memory.wrong(&format!("{slots} slots of {slot_words} words do not make up its size")));
        }
        Ok(Self { memory, slots, slot_words })
    }

    /// Number of the newest picture, 0 before any.
    #[must_use]
    pub fn head(&self) -> u64 {
        self.memory.words()[HEAD].load(Ordering::Acquire)
    }

    /// Whether its writer has given it up; another may have taken its name.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.memory.is_over()
    }

    /// The newest picture, if it is newer than number `after`.
    ///
    /// # Errors
    /// [`Error::Frame`](crate::Error::Frame) where what lies there is no picture.
    pub fn newest(&self, after: u64) -> Result<Option<StoredFrame>> {
        // A writer that laps the reader while it copies has put a newer one there.
        loop {
            let head = self.head();
            if head <= after {
                return Ok(None);
            }
            if let Some(found) = self.read(head)? {
                return Ok(Some(found));
            }
            if self.head() == head {
                return Ok(None); // never in a sound ring, whose newest is written over last; rather none than no end
            }
        }
    }

    /// The picture of this number, or none where it is not there yet or any more.
    ///
    /// # Errors
    /// [`Error::Frame`](crate::Error::Frame) where what lies there is no picture.
    pub fn read(&self, sequence: u64) -> Result<Option<StoredFrame>> {
        let slot = slot(&self.memory, (sequence % self.slots as u64) as usize, self.slot_words);
        if sequence == 0 || slot[0].load(Ordering::Acquire) != sequence {
            return Ok(None);
        }
        let mut about = [0; SLOT_HEADER - 1];
        for (value, word) in about.iter_mut().zip(&slot[1..]) {
            *value = word.load(Ordering::Relaxed);
        }
        let found = StoredFrame::described(sequence, about, &slot[SLOT_HEADER..]);
        if seen(&slot[0]) != sequence {
            return Ok(None);
        }
        let found = found?;
        found.check()?;
        self.memory.words()[TAKEN].fetch_max(sequence, Ordering::AcqRel);
        Ok(Some(found))
    }
}

/// A picture that was copied out of a ring.
#[derive(Debug, Clone)]
pub struct StoredFrame {
    /// Its number in the ring.
    pub sequence: u64,
    /// When it was taken.
    pub at: Nanos,
    bytes: Vec<u8>,
    code: u64,
    width: u32,
    height: u32,
    colour: Colour,
    rotation: Rotation,
    sample_aspect_ratio: f32,
}

impl StoredFrame {
    /// The picture as whoever put it there saw it.
    #[must_use]
    #[expect(clippy::missing_panics_doc, reason = "never: `FrameReader::read` hands out none that it did not check")]
    pub fn frame(&self) -> Frame<'_> {
        self.try_frame().expect("it was checked when it was read")
    }

    fn described(sequence: u64, about: [u64; SLOT_HEADER - 1], pixels: &[AtomicU64]) -> Result<Self> {
        let [at, size, code, colours, ratio, ..] = about;
        let (width, height) = ((size & 0xffff_ffff) as u32, (size >> 32) as u32);
        let words = if width > LARGEST || height > LARGEST || code > CODES {
            usize::MAX
        } else {
            layout(code, width, height).into_iter().map(Rows::words).sum()
        };
        let pixels = pixels.get(..words).ok_or_else(|| no_picture(format!("{width}×{height} of kind {code}")))?;
        let matrix = if colours & 1 == 0 { Matrix::Bt601 } else { Matrix::Bt709 };
        let range = if colours & 2 == 0 { Range::Limited } else { Range::Full };
        Ok(Self {
            sequence,
            at: Nanos(at.cast_signed()),
            bytes: load(pixels),
            code,
            width,
            height,
            colour: Colour { matrix, range },
            rotation: Rotation::from_degrees(90 * (colours >> 2 & 3) as i32)?,
            sample_aspect_ratio: f32::from_bits(ratio as u32),
        })
    }

    fn check(&self) -> Result<()> {
        self.try_frame().map(drop)
    }

    fn try_frame(&self) -> Result<Frame<'_>> {
        let mut rest = self.bytes.as_slice();
        let planes: Vec<_> = layout(self.code, self.width, self.height)
            .into_iter()
            .map(|rows| {
                let (data, after) = rest.split_at(rows.words() * WORD);
                rest = after;
                Plane { data, stride: rows.bytes.next_multiple_of(WORD) }
            })
            .collect();
        let colour = self.colour;
        let planar = |subsampling| {
            let [y, u, v] = planes[..] else { return Err(no_picture(format!("{} planes", planes.len()))) };
            Ok(Pixels::Planar { planes: [y, u, v], subsampling, colour })
        };
        let pixels = match self.code {
            0 => Pixels::Rgb(planes[0]),
            1 => Pixels::Bgr(planes[0]),
            2 => planar(Subsampling::Yuv420)?,
            3 => planar(Subsampling::Yuv422)?,
            4 => planar(Subsampling::Yuv444)?,
            _ => Pixels::Nv12 { planes: [planes[0], planes[1]], colour },
        };
        Ok(Frame::new(pixels, self.width, self.height)?
            .with_sample_aspect_ratio(self.sample_aspect_ratio)?
            .with_rotation(self.rotation))
    }
}

/// Rows of one plane, side by side in whole words.
#[derive(Clone, Copy)]
struct Rows {
    bytes: usize,
    count: usize,
}

impl Rows {
    fn words(self) -> usize {
        self.bytes.div_ceil(WORD) * self.count
    }
}

/// The largest of the kinds that [`code_of`] gives.
const CODES: u64 = 5;

/// The kind of pixels as a number.
fn code_of(pixels: &Pixels) -> u64 {
    match pixels {
        Pixels::Rgb(_) => 0,
        Pixels::Bgr(_) => 1,
        Pixels::Planar { subsampling: Subsampling::Yuv420, .. } => 2,
        Pixels::Planar { subsampling: Subsampling::Yuv422, .. } => 3,
        Pixels::Planar { subsampling: Subsampling::Yuv444, .. } => 4,
        Pixels::Nv12 { .. } => CODES,
    }
}

/// The planes that a kind of pixels has at this size.
fn layout(code: u64, width: u32, height: u32) -> Vec<Rows> {
    let rows = |(width, height): (u32, u32), bytes| Rows { bytes: width as usize * bytes, count: height as usize };
    let planar = |subsampling: Subsampling| {
        let chroma = rows(subsampling.chroma_size((width, height)), 1);
        vec![rows((width, height), 1), chroma, chroma]
    };
    match code {
        0 | 1 => vec![rows((width, height), 3)],
        2 => planar(Subsampling::Yuv420),
        3 => planar(Subsampling::Yuv422),
        4 => planar(Subsampling::Yuv444),
        _ => vec![rows((width, height), 1), rows(Subsampling::Yuv420.chroma_size((width, height)), 2)],
    }
}

fn planes_of<'a>(pixels: &Pixels<'a>) -> Vec<Plane<'a>> {
    match *pixels {
        Pixels::Rgb(plane) | Pixels::Bgr(plane) => vec![plane],
        Pixels::Planar { planes, .. } => planes.to_vec(),
        Pixels::Nv12 { planes, .. } => planes.to_vec(),
    }
}

/// The words of a slot after its number.
fn describe(frame: &Frame, at: Nanos) -> [u64; SLOT_HEADER - 1] {
    let (width, height) = frame.decoded_size();
    let colour = match frame.pixels() {
        Pixels::Rgb(_) | Pixels::Bgr(_) => Colour::default(),
        Pixels::Planar { colour, .. } | Pixels::Nv12 { colour, .. } => *colour,
    };
    let quarters = match frame.rotation() {
        Rotation::None => 0,
        Rotation::Clockwise90 => 1,
        Rotation::Half => 2,
        Rotation::Clockwise270 => 3,
    };
    let colours =
        u64::from(colour.matrix == Matrix::Bt709) | u64::from(colour.range == Range::Full) << 1 | quarters << 2;
    let ratio = u64::from(frame.decoded_sample_aspect_ratio().to_bits());
    [at.0.cast_unsigned(), u64::from(width) | u64::from(height) << 32, code_of(frame.pixels()), colours, ratio, 0, 0]
}

fn slot(memory: &Memory, place: usize, words: usize) -> &[AtomicU64] {
    &memory.words()[SLOTS + place * words..][..words]
}

fn no_picture(got: String) -> crate::Error {
    crate::Error::Frame { expected: "a picture in a ring's slot".to_owned(), got }
}
