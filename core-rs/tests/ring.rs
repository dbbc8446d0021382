//! Rings under one writer and many readers: nothing torn is handed on, nothing is kept longer or shorter than promised.

use gymbox_core::frame::{Colour, Frame, Matrix, Pixels, Plane, Range, Rotation, Subsampling};
use gymbox_core::ring::{FrameReader, FrameRing, Packet, PacketReader, PacketRing, StoredFrame, StoredPacket};
use gymbox_core::units::Nanos;
use proptest::prelude::*;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

/// A name that no other test has, and no other run of the tests.
fn name(test: &str) -> String {
    static MADE: AtomicU64 = AtomicU64::new(0);
    format!("gymbox-test-{}-{test}-{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed))
}

fn rgb(bytes: &[u8], width: u32, height: u32) -> Frame<'_> {
    Frame::new(Pixels::Rgb(Plane { data: bytes, stride: width as usize * 3 }), width, height).expect("they fit")
}

/// Rows of every plane, without what lies between them.
fn rows(frame: &Frame) -> Vec<Vec<u8>> {
    let (width, height) = frame.decoded_size();
    let cut = |plane: &Plane, bytes: u32, rows: u32| {
        let row = |y: usize| plane.data[y * plane.stride..][..bytes as usize].to_vec();
        (0..rows as usize).map(row).collect::<Vec<_>>()
    };
    match frame.pixels() {
        Pixels::Rgb(plane) | Pixels::Bgr(plane) => cut(plane, width * 3, height),
        Pixels::Planar { planes: [y, u, v], subsampling, .. } => {
            let (w, h) = subsampling.chroma_size((width, height));
            [cut(y, width, height), cut(u, w, h), cut(v, w, h)].concat()
        }
        Pixels::Nv12 { planes: [y, uv], .. } => {
            let (w, h) = Subsampling::Yuv420.chroma_size((width, height));
            [cut(y, width, height), cut(uv, w * 2, h)].concat()
        }
    }
}

/// Pixels of kind `kind` over `bytes`, with `padding` bytes after each row.
fn pixels(kind: usize, bytes: &[u8], width: u32, height: u32, padding: usize) -> Pixels<'_> {
    let mut rest = bytes;
    let mut plane = |bytes: u32, rows: u32| {
        let stride = bytes as usize + padding;
        let (data, after) = rest.split_at(stride * rows as usize);
        rest = after;
        Plane { data, stride }
    };
    let colour = Colour { matrix: Matrix::Bt709, range: Range::Full };
    let subsampling = [Subsampling::Yuv420, Subsampling::Yuv422, Subsampling::Yuv444][kind % 3];
    let (w, h) = subsampling.chroma_size((width, height));
    match kind {
        0..3 => Pixels::Planar { planes: [plane(width, height), plane(w, h), plane(w, h)], subsampling, colour },
        3 => Pixels::Nv12 { planes: [plane(width, height), plane(w * 2, h)], colour },
        4 => Pixels::Rgb(plane(width * 3, height)),
        _ => Pixels::Bgr(plane(width * 3, height)),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_picture_comes_out_as_it_went_in(
        kind in 0..6_usize, width in 1..40_u32, height in 1..30_u32, padding in 0..20_usize,
        quarters in 0..4_i32, ratio in 0.25_f32..4.0, at: i64, seed: u8,
    ) {
        let bytes: Vec<u8> = (0..9 * 60 * 30).map(|i| (i as u8).wrapping_mul(31).wrapping_add(seed)).collect();
        // Chroma of 4:2:0 is as wide as half of luma rounded up, so two bytes a pixel are more than `width`.
        let kind = if kind == 3 && width % 2 == 1 { 0 } else { kind };
        let frame = Frame::new(pixels(kind, &bytes, width, height, padding), width, height).unwrap()
            .with_sample_aspect_ratio(ratio).unwrap()
            .with_rotation(Rotation::from_degrees(90 * quarters).unwrap());
        let name = name("pictures");
        let mut ring = FrameRing::create(&name, 2, FrameRing::bytes_of(&frame)).unwrap();
        let placed = ring.put(&frame, Nanos(at)).unwrap();
        let reader = FrameReader::open(&name).unwrap();
        ring.remove().unwrap();
        let stored = reader.newest(0).unwrap().unwrap();
        prop_assert_eq!((stored.sequence, stored.at), (placed.sequence, Nanos(at)));
        let found = stored.frame();
        prop_assert_eq!(found.picture(), frame.picture());
        prop_assert_eq!(found.rotation(), frame.rotation());
        prop_assert_eq!(rows(&found), rows(&frame));
        let colours = |pixels: &Pixels| match *pixels {
            Pixels::Planar { colour, .. } | Pixels::Nv12 { colour, .. } => Some(colour),
            _ => None,
        };
        prop_assert_eq!(colours(found.pixels()), colours(frame.pixels()));
    }
}

#[test]
fn no_torn_picture_is_handed_on() {
    let name = name("torn");
    let (width, height) = (160, 120);
    let size = width as usize * height as usize * 3;
    let mut ring = FrameRing::create(&name, 2, size).unwrap();
    let reader = FrameReader::open(&name).unwrap();
    let over = AtomicBool::new(false);
    let (read, lapped) = thread::scope(|scope| {
        let reading = scope.spawn(|| {
            let (mut last, mut read, mut lapped) = (0, 0_u32, 0_u32);
            let mut look = |found: Option<StoredFrame>| match found {
                None => lapped += 1,
                Some(stored) => {
                    let value = (stored.sequence % 251) as u8;
                    assert!(rows(&stored.frame()).iter().flatten().all(|&byte| byte == value), "torn");
                    read += 1;
                }
            };
            while !over.load(Ordering::Relaxed) {
                if let Some(stored) = reader.newest(last).unwrap() {
                    assert!(stored.sequence > last, "newer and newer");
                    last = stored.sequence;
                    look(Some(stored));
                }
                // The one that is written over next.
                look(reader.read(reader.head().saturating_sub(1)).unwrap());
            }
            (read, lapped)
        });
        let pictures: Vec<_> = (0..251).map(|value| vec![value; size]).collect();
        for sequence in 1..=20_000_u64 {
            ring.put(&rgb(&pictures[(sequence % 251) as usize], width, height), Nanos(0)).unwrap();
            // Time for a reader to begin.
            (0..sequence % 3_000).for_each(|_| std::hint::spin_loop());
        }
        over.store(true, Ordering::Relaxed);
        reading.join().unwrap()
    });
    assert!(read > 10 && lapped > 10, "{read} read, {lapped} lapped: the race did not happen");
    ring.remove().unwrap();
}

#[test]
fn a_frame_ring_goes_on_after_its_writer_died() {
    let name = name("again");
    let bytes = [7; 300];
    let mut ring = FrameRing::create(&name, 3, 300).unwrap();
    assert!(FrameRing::create(&name, 3, 300).is_err(), "it has a writer");
    let reader = FrameReader::open(&name).unwrap();
    assert!(reader.newest(0).unwrap().is_none());
    for at in 1..=5 {
        ring.put(&rgb(&bytes, 10, 10), Nanos(at)).unwrap();
    }
    drop(ring); // as death does: the lock falls, the memory stays
    assert_eq!(reader.newest(0).unwrap().unwrap().sequence, 5);
    let mut ring = FrameRing::create(&name, 3, 300).unwrap();
    assert_eq!((ring.head(), ring.taken()), (5, 5));
    ring.put(&rgb(&bytes, 10, 10), Nanos(6)).unwrap();
    assert_eq!(reader.newest(5).unwrap().unwrap().at, Nanos(6));
    assert!(reader.newest(6).unwrap().is_none() && reader.read(3).unwrap().is_none(), "written over");
    drop(ring);

    // Other measures: the old one is over, and whoever reads it can see that.
    let ring = FrameRing::create(&name, 3, 6_000).unwrap();
    assert!(reader.is_over());
    assert_eq!(reader.newest(0).unwrap().unwrap().sequence, 6, "it still has the old pictures");
    assert_eq!(FrameReader::open(&name).unwrap().head(), 0);
    ring.remove().unwrap();
    assert!(FrameReader::open(&name).is_err());
}

#[test]
fn what_does_not_fit_is_refused() {
    let name = name("refused");
    let mut ring = FrameRing::create(&name, 2, 300).unwrap();
    let bytes = vec![0; 30 * 30 * 3];
    assert!(ring.put(&rgb(&bytes, 30, 30), Nanos(0)).unwrap_err().to_string().contains("got 2880 bytes, 30×30"));
    assert_eq!(ring.head(), 0);
    assert!(PacketReader::open(&name).is_err(), "a ring of another kind");
    ring.remove().unwrap();
    for wrong in ["", "a/b", "..", ".hidden", "ä", &"x".repeat(201)] {
        assert!(FrameRing::create(wrong, 2, 300).is_err() && FrameReader::open(wrong).is_err(), "{wrong:?}");
    }
    assert!(FrameRing::create(&name, 1, 300).is_err() && FrameRing::create(&name, 2, usize::MAX).is_err());
    assert!(PacketRing::create(&name, Nanos(0), 1 << 20).is_err());
    assert!(PacketRing::create(&name, SPAN, 0).is_err());
}

/// Bytes that only packet `sequence` has.
fn content(sequence: u64, size: usize) -> Vec<u8> {
    (0..size as u64).map(|i| (sequence.wrapping_mul(0x9e37_79b9) ^ i.wrapping_mul(0x85eb_ca6b)) as u8).collect()
}

/// Bytes of shared memory that the ring's file takes.
fn resident(name: &str) -> u64 {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata(format!("/dev/shm/{name}")).map_or(0, |found| found.blocks() * 512)
}

const SPAN: Nanos = Nanos(1_000_000_000);
const MIB: usize = 1 << 20;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn packets_are_kept_as_long_as_promised_and_come_out_as_they_went_in(
        packets in prop::collection::vec((0..120_000_usize, 1..80_i64, any::<bool>(), 0..300_usize), 1..150),
        deaths in prop::collection::hash_set(0..150_usize, 0..4),
    ) {
        let name = name("packets");
        let mut ring = PacketRing::create(&name, SPAN, 3 * MIB).unwrap();
        let reader = PacketReader::open(&name).unwrap();
        let mut put: VecDeque<(u64, Nanos, bool, usize, usize)> = VecDeque::new();
        let mut at = Nanos(0);
        for (turn, &(size, step, keyframe, header)) in packets.iter().enumerate() {
            if deaths.contains(&turn) {
                drop(ring);
                ring = PacketRing::create(&name, SPAN, 3 * MIB).unwrap();
            }
            at = at + Nanos(step * 1_000_000);
            let (header, sequence) = (if keyframe { header } else { 0 }, ring.head() + 1);
            let (about, data) = (content(!sequence, header), content(sequence, size));
            let packet = Packet {
                stream: 3, at, pts: -at.0, dts: i64::MIN, duration: step as u32, keyframe, header: &about, data: &data,
            };
            prop_assert_eq!(ring.append(&packet).unwrap(), sequence);
            put.push_back((sequence, at, keyframe, header, size));

            let numbers = reader.numbers();
            prop_assert_eq!(numbers.end, sequence + 1);
            let gone: Vec<_> = put.iter().take_while(|each| each.0 < numbers.start).copied().collect();
            // What went was too old: a keyframe after it is already of the span's age. Or it was in the way.
            let bytes: usize = put.iter().skip(gone.len().saturating_sub(1)).map(|each| each.3 + each.4 + 16).sum();
            if let Some(&(last, ..)) = gone.last() {
                let old = put.iter().any(|&(number, then, key, ..)| key && number > last && at - then >= SPAN);
                prop_assert!(old || bytes + 120_000 > 3 * MIB, "packet {last} went too soon, with {bytes} bytes there");
            }
            put.drain(..gone.len());
            // Entries, a piece each for the packets' first and last and for a late reader, and what they hold.
            prop_assert!(resident(&name) as usize <= bytes.next_multiple_of(MIB) + 4 * MIB + 65_536);
        }
        for &(sequence, then, keyframe, header, size) in &put {
            let stored = reader.read(sequence).unwrap();
            let packet = stored.packet();
            prop_assert_eq!((packet.stream, packet.at, packet.pts), (3, then, -then.0));
            prop_assert_eq!((packet.dts, packet.keyframe), (i64::MIN, keyframe));
            prop_assert_eq!(packet.header, content(!sequence, header));
            prop_assert_eq!(packet.data, content(sequence, size));
        }
        // A cut begins at the last keyframe that is not after its start, has no holes, and ends with its end.
        let (from, until) = (at - Nanos(400_000_000), at - Nanos(100_000_000));
        let cut: Vec<_> = reader.cut(from, until).iter().map(|stored| stored.sequence).collect();
        let begin = put.iter().filter(|each| each.2).rfind(|each| each.1 <= from).or(put.iter().find(|each| each.2));
        let end = put.iter().rfind(|each| each.1 <= until).map_or(0, |each| each.0);
        let wanted: Vec<_> = begin.map_or(Vec::new(), |each| (each.0..=end).collect());
        prop_assert_eq!(cut, wanted);
        ring.remove().unwrap();
    }
}

#[test]
fn no_torn_packet_is_handed_on() {
    let name = name("torn-packets");
    let mut ring = PacketRing::create(&name, SPAN, MIB).unwrap();
    let reader = PacketReader::open(&name).unwrap();
    let over = AtomicBool::new(false);
    let (read, gone) = thread::scope(|scope| {
        let reading = scope.spawn(|| {
            let (mut read, mut gone) = (0_u32, 0_u32);
            let mut look = |found: Option<StoredPacket>| match found {
                None => gone += 1,
                Some(stored) => {
                    let (packet, value) = (stored.packet(), (stored.sequence % 251) as u8);
                    assert!(packet.data.iter().all(|&byte| byte == value), "torn");
                    assert_eq!(packet.at.0, stored.sequence.cast_signed());
                    read += 1;
                }
            };
            while !over.load(Ordering::Relaxed) {
                let oldest = reader.numbers().start;
                (oldest..oldest + 3).for_each(|sequence| look(reader.read(sequence)));
                reader.cut(Nanos(i64::MIN), Nanos(i64::MAX)).into_iter().for_each(|stored| look(Some(stored)));
            }
            (read, gone)
        });
        let data: Vec<_> = (0..251).map(|value| vec![value; 30_000 + 27 * usize::from(value)]).collect();
        for sequence in 1..=60_000_u64 {
            let (at, data) = (Nanos(sequence.cast_signed()), &data[(sequence % 251) as usize]);
            ring.append(&Packet { at, keyframe: true, data, ..Packet::default() }).unwrap();
        }
        over.store(true, Ordering::Relaxed);
        reading.join().unwrap()
    });
    assert!(read > 10 && gone > 10, "{read} read, {gone} gone: the race did not happen");
    ring.remove().unwrap();
}

#[test]
fn a_packet_that_is_larger_than_the_ring_is_left_out() {
    let name = name("large");
    let mut ring = PacketRing::create(&name, SPAN, MIB).unwrap();
    let large = vec![1; MIB + 1];
    ring.append(&Packet { keyframe: true, data: &large[..100], ..Packet::default() }).unwrap();
    assert!(ring.append(&Packet { data: &large, ..Packet::default() }).is_err());
    ring.append(&Packet { data: &large[..MIB], ..Packet::default() }).unwrap();
    let reader = PacketReader::open(&name).unwrap();
    assert_eq!(reader.numbers(), 2..3, "the first was in its way");
    assert!(reader.cut(Nanos(0), Nanos(9)).is_empty(), "no keyframe, no clip");
    ring.remove().unwrap();
    assert!(reader.is_over());
}
