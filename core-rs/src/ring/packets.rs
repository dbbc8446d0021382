//! The last seconds of a camera's stream, encoded as it came, so that a clip is cut without encoding again.

use super::memory::{HEADER, Memory, WORD, invalidate, load, seen, store};
use crate::error::Result;
use crate::units::Nanos;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};

/// `gympkt` and the layout's version.
const KIND: u64 = u64::from_be_bytes(*b"gympkt\0\x01");
/// Number of the newest packet, from 1; 0 before any.
const HEAD: usize = HEADER;
/// Number of the oldest packet that is there; one past the newest where there is none.
const TAIL: usize = HEADER + 8;
/// Where the entries begin, one a packet.
const ENTRIES: usize = HEADER + 16;
/// Words of an entry: place, stream, times, flags, sizes.
const ENTRY: usize = 8;
/// Words of data whose pages are taken and given back together: 1 MiB.
const CHUNK: usize = (1 << 20) / WORD;
/// The most packets a second that a ring of a given span has entries for.
const PACKETS_A_SECOND: f64 = 130.0;

/// A packet on its way into the ring.
#[derive(Debug, Clone, Copy, Default)]
pub struct Packet<'a> {
    /// Which opening of the source it belongs to; stamps of two streams do not compare.
    pub stream: u64,
    /// When its picture was taken.
    pub at: Nanos,
    /// The stream's own time of showing it, in the stream's unit.
    pub pts: i64,
    /// The stream's own time of decoding it; `i64::MIN` where there is none.
    pub dts: i64,
    /// How long it is shown, in the stream's unit; 0 where it does not say.
    pub duration: u32,
    /// Whether decoding may begin here.
    pub keyframe: bool,
    /// What a decoder must know of the stream; given with each keyframe, empty with others.
    pub header: &'a [u8],
    /// The encoded picture.
    pub data: &'a [u8],
}

/// A packet that was copied out of a ring.
#[derive(Debug, Clone)]
pub struct StoredPacket {
    /// Its number in the ring.
    pub sequence: u64,
    about: Packet<'static>,
    bytes: Vec<u8>,
    header: usize,
    data: std::ops::Range<usize>,
}

impl StoredPacket {
    /// The packet as it was put there.
    #[must_use]
    pub fn packet(&self) -> Packet<'_> {
        Packet { header: &self.bytes[..self.header], data: &self.bytes[self.data.clone()], ..self.about }
    }
}

/// The writer's end; there is one at a time.
pub struct PacketRing {
    memory: Memory,
    entries: usize,
    capacity: usize,
    span: Nanos,
    /// Number and time of each keyframe that is there, oldest first.
    keyframes: VecDeque<(u64, Nanos)>,
    /// Words from the first one ever on: where the next packet begins.
    end: u64,
    /// Up to where pages were taken, and up to where they were given back.
    taken: u64,
    given: u64,
}

impl PacketRing {
    /// A ring that keeps at least `span` from a keyframe on, as far as that fits into `capacity_bytes`.
    ///
    /// What a killed writer left goes on where it has the same measures; else it is over and replaced. Memory is taken as
    /// packets come and given back as they age, in pieces of 1 MiB.
    ///
    /// # Errors
    /// [`Error::Ring`](crate::Error::Ring) where another process writes it, there is no room, or the measures are none.
    pub fn create(name: &str, span: Nanos, capacity_bytes: usize) -> Result<Self> {
        let entries = (span.seconds() * PACKETS_A_SECOND).ceil() as usize;
        let capacity = (capacity_bytes / WORD).next_multiple_of(CHUNK);
        if !(1..=1 << 17).contains(&entries) || !(CHUNK..=1 << 30).contains(&capacity) {
            let reason = format!(
                "expected up to 15 minutes in 1 MiB to 8 GiB, got {} s in {capacity_bytes} bytes",
                span.seconds()
            );
            return Err(crate::Error::Ring { ring: name.to_owned(), reason });
        }
        let shape = [KIND, entries as u64, capacity as u64];
        loop {
            let (memory, left) = Memory::create(name, shape, data_at(entries) + capacity, false)?;
            let mut ring =
                Self { memory, entries, capacity, span, keyframes: VecDeque::new(), end: 0, taken: 0, given: 0 };
            if !left {
                ring.memory.take_pages(0..ENTRIES + entries * ENTRY)?;
                ring.memory.words()[TAIL].store(1, Ordering::Relaxed);
                ring.memory.publish(shape);
                return Ok(ring);
            }
            if ring.recall() {
                ring.settle()?;
                return Ok(ring);
            }
            ring.remove()?; // what is there does not add up
        }
    }

    /// Adds a packet, and lets go of those that are older than a keyframe of the span's age, or in its way.
    ///
    /// # Errors
    /// [`Error::Ring`](crate::Error::Ring) where it is larger than the ring, or the system has no memory for it: then it
    /// is left out.
    pub fn append(&mut self, packet: &Packet) -> Result<u64> {
        let (header, data) = (packet.header.len().div_ceil(WORD), packet.data.len().div_ceil(WORD));
        let needs = (header + data) as u64;
        let capacity = self.capacity as u64;
        if needs > capacity {
            let bytes = packet.header.len() + packet.data.len();
            return Err(self
                .memory
                .wrong(&format!("expected a packet of at most {} bytes, got {bytes}", self.capacity * WORD)));
        }
        // Not broken over the edge.
        let room = capacity - self.end % capacity;
        let begin = self.end + if room < needs { room } else { 0 };
        let sequence = self.head() + 1;
        self.forget(sequence, packet, (begin + needs).saturating_sub(capacity));
        self.give_before_tail()?;
        self.take_until(begin + needs)?;

        let entry = entry(&self.memory, self.entries, sequence);
        let sizes = packet.header.len() as u64 | (packet.data.len() as u64) << 32;
        let flags = u64::from(packet.keyframe) | u64::from(packet.duration) << 32;
        let (at, pts, dts) = (packet.at.0.cast_unsigned(), packet.pts.cast_unsigned(), packet.dts.cast_unsigned());
        for (word, value) in entry.iter().zip([begin, packet.stream, at, pts, dts, flags, sizes]) {
            word.store(value, Ordering::Relaxed);
        }
        let place = data_at(self.entries) + (begin % capacity) as usize;
        let words = &self.memory.words()[place..][..needs as usize];
        store(words, packet.header);
        store(&words[header..], packet.data);
        if packet.keyframe {
            self.keyframes.push_back((sequence, packet.at));
        }
        self.end = begin + needs;
        self.memory.words()[HEAD].store(sequence, Ordering::Release);
        Ok(sequence)
    }

    /// Number of the newest packet, 0 before any.
    #[must_use]
    pub fn head(&self) -> u64 {
        self.memory.words()[HEAD].load(Ordering::Acquire)
    }

    /// Ends it for good: its memory is given back once its last reader has looked.
    ///
    /// # Errors
    /// [`Error::Ring`](crate::Error::Ring) where the system refuses.
    pub fn remove(self) -> Result<()> {
        self.memory.remove()
    }

    fn tail(&self) -> u64 {
        self.memory.words()[TAIL].load(Ordering::Relaxed)
    }

    /// Lets go of packets that are too old once `packet` is there, or whose entry or data is before word `floor`.
    fn forget(&mut self, sequence: u64, packet: &Packet, floor: u64) {
        let mut tail = self.tail();
        // The next keyframe is old enough to begin the span.
        while self.keyframes.get(1).is_some_and(|&(_, at)| packet.at - at >= self.span) {
            self.keyframes.pop_front();
            tail = tail.max(self.keyframes[0].0);
        }
        while tail < sequence && (sequence - tail >= self.entries as u64 || self.begin_of(tail) < floor) {
            tail += 1;
        }
        while self.keyframes.front().is_some_and(|&(number, _)| number < tail) {
            self.keyframes.pop_front();
        }
        invalidate(&self.memory.words()[TAIL], tail);
    }

    /// Takes pages as far as word `end`, whole chunks.
    fn take_until(&mut self, end: u64) -> Result<()> {
        while self.taken < end {
            let place = data_at(self.entries) + (self.taken % self.capacity as u64) as usize;
            self.memory.take_pages(place..place + CHUNK)?;
            self.taken += CHUNK as u64;
        }
        Ok(())
    }

    /// Gives back the chunks that lie a whole one before the oldest packet, so that a late reader still finds pages there.
    fn give_before_tail(&mut self) -> Result<()> {
        while self.given + 2 * CHUNK as u64 <= self.begin_of_all() {
            // Unless the newest packets have come round to it.
            if self.given + self.capacity as u64 >= self.taken {
                let place = data_at(self.entries) + (self.given % self.capacity as u64) as usize;
                self.memory.give_pages(place..place + CHUNK)?;
            }
            self.given += CHUNK as u64;
        }
        Ok(())
    }

    /// Learns what a dead writer left; whether it adds up.
    fn recall(&mut self) -> bool {
        let (tail, head) = (self.tail(), self.head());
        if tail == 0 || tail > head + 1 || head + 1 - tail > self.entries as u64 {
            return false;
        }
        for sequence in tail..=head {
            let [begin, _, at, _, _, flags, sizes] = about(entry(&self.memory, self.entries, sequence));
            if begin < self.end {
                return false;
            }
            if flags & 1 == 1 {
                self.keyframes.push_back((sequence, Nanos(at.cast_signed())));
            }
            self.end = begin + words_of(sizes);
        }
        self.end - self.begin_of_all() <= self.capacity as u64
    }

    /// Has pages where the packets are and nowhere else, whatever a dead writer had taken or not yet given back.
    fn settle(&mut self) -> Result<()> {
        let (chunk, capacity) = (CHUNK as u64, self.capacity as u64);
        self.given = self.begin_of_all() / chunk * chunk;
        self.taken = self.given;
        self.take_until(self.end)?;
        for place in (0..capacity).step_by(CHUNK) {
            if !(self.given..self.taken).step_by(CHUNK).any(|live| live % capacity == place) {
                let place = data_at(self.entries) + place as usize;
                self.memory.give_pages(place..place + CHUNK)?;
            }
        }
        Ok(())
    }

    /// Where the oldest packet begins, or the next one will.
    fn begin_of_all(&self) -> u64 {
        if self.tail() <= self.head() { self.begin_of(self.tail()) } else { self.end }
    }

    fn begin_of(&self, sequence: u64) -> u64 {
        entry(&self.memory, self.entries, sequence)[0].load(Ordering::Relaxed)
    }
}

/// A reader's end; there may be many.
pub struct PacketReader {
    memory: Memory,
    entries: usize,
    capacity: usize,
}

impl PacketReader {
    /// Reads the ring of this name.
    ///
    /// # Errors
    /// [`Error::Ring`](crate::Error::Ring) where there is none, none of this version, or it is just being made.
    pub fn open(name: &str) -> Result<Self> {
        let memory = Memory::open(name, KIND)?;
        let [_, entries, capacity] = memory.shape().map(|number| number as usize);
        let wants =
            entries.checked_mul(ENTRY).and_then(|words| words.checked_add(capacity)?.checked_add(ENTRIES + CHUNK));
        if entries == 0 || capacity == 0 || wants.is_none() || data_at(entries) + capacity != memory.words().len() {
            return Err(memory.wrong(&format!("{entries} entries and {capacity} words do not make up its size")));
        }
        Ok(Self { memory, entries, capacity })
    }

    /// Numbers of the packets that are there.
    #[must_use]
    pub fn numbers(&self) -> std::ops::Range<u64> {
        let words = self.memory.words();
        let head = words[HEAD].load(Ordering::Acquire);
        words[TAIL].load(Ordering::Relaxed)..head + 1
    }

    /// Whether its writer has given it up; another may have taken its name.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.memory.is_over()
    }

    /// The packet of this number, or none where it is not there yet or any more.
    #[must_use]
    pub fn read(&self, sequence: u64) -> Option<StoredPacket> {
        if !self.numbers().contains(&sequence) {
            return None;
        }
        let [begin, stream, at, pts, dts, flags, sizes] = about(entry(&self.memory, self.entries, sequence));
        let words = words_of(sizes) as usize;
        let place = (begin % self.capacity as u64) as usize;
        // Torn measures may lead out of the ring; then the check below would fail too.
        let data = self.memory.words()[data_at(self.entries)..].get(place..place.checked_add(words)?)?;
        let bytes = load(data);
        if seen(&self.memory.words()[TAIL]) > sequence {
            return None;
        }
        let (header, size) = ((sizes & 0xffff_ffff) as usize, (sizes >> 32) as usize);
        let data = header.next_multiple_of(WORD);
        let about = Packet {
            stream,
            at: Nanos(at.cast_signed()),
            pts: pts.cast_signed(),
            dts: dts.cast_signed(),
            duration: (flags >> 32) as u32,
            keyframe: flags & 1 == 1,
            ..Packet::default()
        };
        Some(StoredPacket { sequence, about, bytes, header, data: data..data + size })
    }

    /// The packets that show `from` to `until`, in the order of decoding: from the last keyframe at or before `from`,
    /// else from the first one there is, to the last packet that is shown by `until`.
    #[must_use]
    pub fn cut(&self, from: Nanos, until: Nanos) -> Vec<StoredPacket> {
        let numbers = self.numbers();
        let told = |sequence| {
            let [_, _, at, _, _, flags, _] = about(entry(&self.memory, self.entries, sequence));
            (Nanos(at.cast_signed()), flags & 1 == 1)
        };
        // Entries that are written over meanwhile are wrong only before the tail, and `read` leaves those out.
        let mut begin = None;
        let mut end = numbers.start;
        for sequence in numbers {
            let (at, keyframe) = told(sequence);
            if keyframe && (begin.is_none() || at <= from) {
                begin = Some(sequence);
            }
            if at <= until {
                end = sequence + 1;
            }
        }
        let read: Vec<_> = (begin.unwrap_or(end)..end).map(|sequence| self.read(sequence)).collect();
        // What was written over while it was copied is the oldest; what is left begins with a keyframe again.
        let lost = read.iter().rposition(Option::is_none).map_or(0, |place| place + 1);
        let left = read.into_iter().skip(lost).flatten();
        left.skip_while(|packet| !packet.about.keyframe).collect()
    }
}

/// Where the data begin: at a chunk's edge, so that pages are the data's alone.
fn data_at(entries: usize) -> usize {
    (ENTRIES + entries * ENTRY).next_multiple_of(CHUNK)
}

fn entry(memory: &Memory, entries: usize, sequence: u64) -> &[AtomicU64] {
    &memory.words()[ENTRIES + (sequence % entries as u64) as usize * ENTRY..][..ENTRY - 1]
}

fn about(entry: &[AtomicU64]) -> [u64; ENTRY - 1] {
    std::array::from_fn(|place| entry[place].load(Ordering::Relaxed))
}

/// Words of a packet whose header and data have these sizes.
fn words_of(sizes: u64) -> u64 {
    (sizes & 0xffff_ffff).div_ceil(WORD as u64) + (sizes >> 32).div_ceil(WORD as u64)
}
