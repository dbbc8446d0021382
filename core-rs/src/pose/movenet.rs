//! The head of MoveNet MultiPose: six people at most, sorted by nothing in particular.

use crate::geometry::BBox;
use crate::pose::{Detection, Keypoint};

/// People that the model gives at most.
pub const PEOPLE: usize = 6;
/// Numbers per person: 17 × (y, x, score), then top, left, bottom, right, score; 0 to 1 of the model's input.
pub const NUMBERS: usize = 56;

/// Decodes one picture, 6 × 56 f32, into pixels of an input of `width` × `height`. May hold doubles: suppress them.
#[must_use]
pub fn decode(data: &[f32], width: usize, height: usize, least_score: f32) -> Vec<Detection> {
    let (width, height) = (width as f32, height as f32);
    let people = data.chunks_exact(NUMBERS).filter(|row| row[55] >= least_score);
    people
        .map(|row| Detection {
            bbox: BBox { x1: row[52] * width, y1: row[51] * height, x2: row[54] * width, y2: row[53] * height },
            score: row[55],
            keypoints: std::array::from_fn(|joint| {
                let at = 3 * joint;
                Keypoint { x: row[at + 1] * width, y: row[at] * height, score: row[at + 2] }
            }),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_before_columns() {
        let mut data = [0.0; PEOPLE * NUMBERS];
        data[..3].copy_from_slice(&[0.25, 0.5, 0.9]);
        data[51..56].copy_from_slice(&[0.125, 0.25, 0.5, 0.75, 0.8]);
        let people = decode(&data, 200, 100, 0.1);
        assert_eq!(people.len(), 1);
        assert_eq!(people[0].keypoints[0], Keypoint { x: 100.0, y: 25.0, score: 0.9 });
        assert_eq!(people[0].bbox, BBox { x1: 50.0, y1: 12.5, x2: 150.0, y2: 50.0 });
    }
}
