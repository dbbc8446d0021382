//! A named piece of shared memory as a slice of atomic words: made whole, locked by its writer, told when it is over.

use crate::error::{Error, Result};
use rustix::fs::{FallocateFlags, FlockOperation, Mode, fallocate, flock, fstat, ftruncate};
use rustix::io::Errno;
use rustix::mm::{MapFlags, ProtFlags, mmap, munmap};
use rustix::shm;
use std::ops::Range;
use std::os::fd::OwnedFd;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU64, Ordering, fence};

/// Bytes in a word.
pub(super) const WORD: usize = 8;

/// What a ring is: its kind with the layout's version, and two numbers that fix the rest.
pub(super) type Shape = [u64; 3];

/// Word of the header: set once nobody writes here any more.
const OVER: usize = 3;
/// Words from which on the ring's own begin; a cache line.
pub(super) const HEADER: usize = 8;

/// A mapping; the words are zero where nobody wrote.
pub(super) struct Memory {
    name: String,
    file: OwnedFd,
    base: NonNull<AtomicU64>,
    count: usize,
}

// SAFETY: the mapping lives as long as `self`, belongs to no thread, and is reached through atomics alone.
unsafe impl Send for Memory {}
// SAFETY: as above.
unsafe impl Sync for Memory {}

impl Memory {
    /// The writer's end: what a writer before it left, where it has the same shape, else new; and whether it was left.
    ///
    /// A ring of another shape is marked as over and unlinked; who reads it keeps it until it looks. With `whole` all pages
    /// are taken now, so that a full `/dev/shm` is an error here and no signal later.
    pub fn create(name: &str, shape: Shape, count: usize, whole: bool) -> Result<(Self, bool)> {
        let said = |errno: Errno| refused(name, errno);
        check(name)?;
        loop {
            let flags = shm::OFlags::CREATE | shm::OFlags::RDWR;
            let file = shm::open(name, flags, Mode::RUSR | Mode::WUSR).map_err(said)?;
            flock(&file, FlockOperation::NonBlockingLockExclusive).map_err(|errno| match errno {
                Errno::WOULDBLOCK => wrong(name, "another process writes it"),
                other => refused(name, other),
            })?;
            let found = fstat(&file).map_err(said)?;
            if found.st_nlink == 0 {
                continue; // unlinked between `open` and `flock`
            }
            let (has, wants) = (found.st_size as usize, count * WORD);
            if has != 0 {
                let left = Self::map(name, file, has / WORD)?;
                if has == wants && left.shape() == shape && !left.is_over() {
                    return Ok((left, true));
                }
                left.remove()?;
                continue;
            }
            let made = ftruncate(&file, wants as u64)
                .and_then(|()| if whole { fallocate(&file, FallocateFlags::empty(), 0, wants as u64) } else { Ok(()) });
            if let Err(errno) = made {
                shm::unlink(name).map_err(said)?;
                return Err(wrong(name, &format!("{wants} bytes of shared memory: {errno}")));
            }
            return Ok((Self::map(name, file, count)?, false));
        }
    }

    /// The reader's end of what a writer has made.
    pub fn open(name: &str, kind: u64) -> Result<Self> {
        check(name)?;
        let file = shm::open(name, shm::OFlags::RDWR, Mode::empty()).map_err(|errno| refused(name, errno))?;
        let has = fstat(&file).map_err(|errno| refused(name, errno))?.st_size as usize;
        if has < HEADER * WORD {
            return Err(wrong(name, "it is just being made"));
        }
        let memory = Self::map(name, file, has / WORD)?;
        match memory.shape()[0] {
            0 => Err(wrong(name, "it is just being made")),
            found if found == kind => Ok(memory),
            found => Err(wrong(name, &format!("expected a ring of kind {kind:#x}, got {found:#x}"))),
        }
    }

    fn map(name: &str, file: OwnedFd, count: usize) -> Result<Self> {
        let (access, flags) = (ProtFlags::READ | ProtFlags::WRITE, MapFlags::SHARED);
        // SAFETY: a fresh mapping at an address of the kernel's choice aliases nothing of this process. It is reached
        // through atomics alone, so what other processes write to it is no data race. The file is 0600 and gymbox never
        // shortens one, so every page of it stays there.
        let base = unsafe { mmap(std::ptr::null_mut(), count * WORD, access, flags, &file, 0) }
            .map_err(|errno| refused(name, errno))?;
        let base = NonNull::new(base.cast()).ok_or_else(|| wrong(name, "mapped at address 0"))?;
        Ok(Self { name: name.to_owned(), file, base, count })
    }

    /// All of it.
    pub fn words(&self) -> &[AtomicU64] {
        // SAFETY: `base` is page-aligned and `count` words long until `drop`; any bytes are a valid `AtomicU64`.
        unsafe { std::slice::from_raw_parts(self.base.as_ptr(), self.count) }
    }

    /// What it says it is; zeros before [`Memory::publish`].
    pub fn shape(&self) -> Shape {
        let words = self.words();
        let kind = words[0].load(Ordering::Acquire);
        [kind, words[1].load(Ordering::Relaxed), words[2].load(Ordering::Relaxed)]
    }

    /// Lets readers in: everything written before is there for them.
    pub fn publish(&self, shape: Shape) {
        let words = self.words();
        words[1].store(shape[1], Ordering::Relaxed);
        words[2].store(shape[2], Ordering::Relaxed);
        words[0].store(shape[0], Ordering::Release);
    }

    /// Whether its writer has given it up: what replaces it is opened by the same name.
    pub fn is_over(&self) -> bool {
        self.words()[OVER].load(Ordering::Acquire) != 0
    }

    /// Gives it up, the writer's last act: readers see that it is over, and the name is free.
    pub fn remove(&self) -> Result<()> {
        self.words()[OVER].store(1, Ordering::Release);
        match shm::unlink(self.name.as_str()) {
            Ok(()) | Err(Errno::NOENT) => Ok(()),
            Err(errno) => Err(refused(&self.name, errno)),
        }
    }

    /// Takes the pages of these words, so that writing to them cannot fail.
    pub fn take_pages(&self, words: Range<usize>) -> Result<()> {
        let (start, length) = (words.start * WORD, words.len() * WORD);
        fallocate(&self.file, FallocateFlags::empty(), start as u64, length as u64)
            .map_err(|errno| wrong(&self.name, &format!("{length} more bytes of shared memory: {errno}")))
    }

    /// Gives the whole pages among these words back; they read as zeros from then on.
    pub fn give_pages(&self, words: Range<usize>) -> Result<()> {
        let flags = FallocateFlags::PUNCH_HOLE | FallocateFlags::KEEP_SIZE;
        fallocate(&self.file, flags, (words.start * WORD) as u64, (words.len() * WORD) as u64)
            .map_err(|errno| refused(&self.name, errno))
    }

    /// An error about this ring.
    pub fn wrong(&self, reason: &str) -> Error {
        wrong(&self.name, reason)
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        // SAFETY: `map` made this mapping with this length, and nothing borrowed from `self` outlives it.
        let _ = unsafe { munmap(self.base.as_ptr().cast(), self.count * WORD) };
    }
}

/// Puts `bytes` into `words`, from the first on; the last word is filled up with zeros.
pub(super) fn store(words: &[AtomicU64], bytes: &[u8]) {
    let (whole, rest) = bytes.as_chunks::<WORD>();
    for (word, bytes) in words.iter().zip(whole) {
        word.store(u64::from_ne_bytes(*bytes), Ordering::Relaxed);
    }
    if !rest.is_empty() {
        let mut last = [0; WORD];
        last[..rest.len()].copy_from_slice(rest);
        words[whole.len()].store(u64::from_ne_bytes(last), Ordering::Relaxed);
    }
}

/// The bytes in `words`.
pub(super) fn load(words: &[AtomicU64]) -> Vec<u8> {
    let mut bytes = vec![0; words.len() * WORD];
    for (word, bytes) in words.iter().zip(bytes.as_chunks_mut::<WORD>().0) {
        *bytes = word.load(Ordering::Relaxed).to_ne_bytes();
    }
    bytes
}

/// What comes before this in the writer is seen by whoever sees a word that it writes after: see `seen`.
pub(super) fn invalidate(word: &AtomicU64, value: u64) {
    word.store(value, Ordering::Relaxed);
    fence(Ordering::Release);
}

/// The word as it is after everything that was read so far: the reader's side of `invalidate`.
pub(super) fn seen(word: &AtomicU64) -> u64 {
    fence(Ordering::Acquire);
    word.load(Ordering::Relaxed)
}

fn check(name: &str) -> Result<()> {
    let known = |letter: char| letter.is_ascii_alphanumeric() || "._-".contains(letter);
    if (1..=200).contains(&name.len()) && name.chars().all(known) && !name.starts_with('.') {
        Ok(())
    } else {
        Err(wrong(name, "expected a name of 1 to 200 letters, digits, `.`, `_` and `-`"))
    }
}

fn refused(name: &str, errno: Errno) -> Error {
    wrong(name, &errno.to_string())
}

fn wrong(name: &str, reason: &str) -> Error {
    Error::Ring { ring: name.to_owned(), reason: reason.to_owned() }
}
