//! The two heads of Ultralytics' pose models. Coordinates are pixels of the model's input.

use crate::geometry::BBox;
use crate::pose::{Detection, Keypoint};

/// Numbers per candidate of the raw head: centre x, centre y, width, height, score, then 17 × (x, y, score).
pub const RAW: usize = 56;
/// Numbers per person of the head that suppresses doubles itself: two corners, score, class, then 17 × (x, y, score).
pub const SUPPRESSED: usize = 57;

/// Decodes one picture of the raw head: 56 × `n` f32, a row per number. Holds doubles: suppress them.
#[must_use]
pub fn raw(data: &[f32], n: usize, least_score: f32) -> Vec<Detection> {
    let candidates = data[4 * n..5 * n].iter().enumerate().filter(|(_, score)| **score >= least_score);
    candidates
        .map(|(i, &score)| {
            let at = |row: usize| data[row * n + i];
            let (half_width, half_height) = (at(2) / 2.0, at(3) / 2.0);
            Detection {
                bbox: BBox {
                    x1: at(0) - half_width,
                    y1: at(1) - half_height,
                    x2: at(0) + half_width,
                    y2: at(1) + half_height,
                },
                score,
                keypoints: std::array::from_fn(|joint| {
                    let row = 5 + 3 * joint;
                    Keypoint { x: at(row), y: at(row + 1), score: at(row + 2) }
                }),
            }
        })
        .collect()
}

/// Decodes one picture of the NMS-free head: `n` × 57 f32, a row per person, best first, padded with zeros.
#[must_use]
pub fn suppressed(data: &[f32], least_score: f32) -> Vec<Detection> {
    let people = data.chunks_exact(SUPPRESSED).filter(|row| row[4] >= least_score);
    people
        .map(|row| Detection {
            bbox: BBox { x1: row[0], y1: row[1], x2: row[2], y2: row[3] },
            score: row[4],
            keypoints: std::array::from_fn(|joint| {
                let at = 6 + 3 * joint;
                Keypoint { x: row[at], y: row[at + 1], score: row[at + 2] }
            }),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same two people through both heads.
    #[test]
    fn both_heads_say_the_same() {
        let people = [(0.9, 100.0), (0.3, 300.0)];
        let (mut raw_data, mut rows) = (vec![0.0; RAW * 3], vec![0.0; SUPPRESSED * 3]);
        for (i, (score, x)) in people.into_iter().enumerate() {
            for (row, value) in [x, 200.0, 40.0, 80.0, score].into_iter().enumerate() {
                raw_data[row * 3 + i] = value;
            }
            rows[i * SUPPRESSED..][..6].copy_from_slice(&[x - 20.0, 160.0, x + 20.0, 240.0, score, 0.0]);
            for number in 0..51 {
                let value = x + number as f32;
                raw_data[(5 + number) * 3 + i] = value;
                rows[i * SUPPRESSED + 6 + number] = value;
            }
        }
        assert_eq!(raw(&raw_data, 3, 0.1), suppressed(&rows, 0.1));
        assert_eq!(raw(&raw_data, 3, 0.1).len(), 2);
        assert_eq!(suppressed(&rows, 0.5).len(), 1);
    }
}
