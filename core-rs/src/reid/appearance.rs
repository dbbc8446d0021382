//! What somebody looks like without a network: the colours of eight parts of the body, 32 numbers each.
//!
//! A part's pixels fall into eight greys by how bright they are and 24 hues by how colourful they are, each softly, so
//! that a little more light moves a little weight. Square roots make the cosine of two such rows Bhattacharyya's
//! coefficient. It knows clothes, not people: it holds for a visit, not for a day.

use super::WIDTH;
use super::sampler::Sampler;
use crate::frame::Frame;
use crate::geometry::Point;
use crate::pose::Joint::{
    LeftAnkle, LeftEar, LeftElbow, LeftHip, LeftKnee, LeftShoulder, LeftWrist, RightAnkle, RightEar, RightElbow,
    RightHip, RightKnee, RightShoulder, RightWrist,
};
use crate::pose::{Detection, Joint, Keypoint};

const GREYS: usize = 8;
const HUES: usize = 24;
const BINS: usize = GREYS + HUES;
const PARTS: usize = WIDTH / BINS;
/// Colourfulness (largest less smallest of red, green and blue, 0 to 1) at which a pixel is all hue. Lower sees colour in
/// the noise of dark pictures.
const COLOURFUL: f32 = 0.25;
/// Samples along a limb, and across it.
const ALONG: usize = 8;
const ACROSS: usize = 5;
/// Half the width of a limb over its length.
const LIMB: f32 = 0.12;
/// Parts that must be seen for there to be an embedding.
const LEAST_PARTS: usize = 3;

/// The colours of somebody's parts, of length 1; `None` where too little of them is seen. Unseen parts are zeros.
#[must_use]
pub fn colours(frame: &Frame, seen: &Detection, visible: f32) -> Option<[f32; WIDTH]> {
    let sampler = Sampler::new(frame);
    let joint = |joint: Joint| {
        let Keypoint { x, y, score } = seen.keypoints[joint as usize];
        (score >= visible).then(|| sampler.pixels(Point { x, y }))
    };
    let limb = |a: Joint, b: Joint| Some(strip(joint(a)?, joint(b)?, LIMB));
    let both = |a: Option<Quad>, b: Option<Quad>| [a, b];
    let (shoulders, hips) = (joint(LeftShoulder).zip(joint(RightShoulder)), joint(LeftHip).zip(joint(RightHip)));
    let trunk = |from: f32, to: f32| {
        let ((ls, rs), (lh, rh)) = (shoulders?, hips?);
        Some([mix(ls, lh, from), mix(rs, rh, from), mix(ls, lh, to), mix(rs, rh, to)])
    };
    let head = || {
        let (left, right) = (joint(LeftEar)?, joint(RightEar)?);
        let wide = (left.x - right.x).hypot(left.y - right.y);
        let up = |point: Point| Point { x: point.x, y: point.y - wide };
        Some([up(left), up(right), left, right])
    };
    let shin = |knee: Joint, ankle: Joint, from: f32, to: f32| {
        let (knee, ankle) = (joint(knee)?, joint(ankle)?);
        Some(strip(mix(knee, ankle, from), mix(knee, ankle, to), LIMB * 1.5))
    };
    let parts: [[Option<Quad>; 2]; PARTS] = [
        [head(), None],
        [trunk(0.1, 0.5), None],
        [trunk(0.5, 0.95), None],
        both(limb(LeftShoulder, LeftElbow), limb(RightShoulder, RightElbow)),
        both(limb(LeftElbow, LeftWrist), limb(RightElbow, RightWrist)),
        both(limb(LeftHip, LeftKnee), limb(RightHip, RightKnee)),
        both(shin(LeftKnee, LeftAnkle, 0.15, 0.85), shin(RightKnee, RightAnkle, 0.15, 0.85)),
        both(shin(LeftKnee, LeftAnkle, 0.95, 1.2), shin(RightKnee, RightAnkle, 0.95, 1.2)),
    ];
    let mut row = [0.0; WIDTH];
    let mut found = 0;
    for (bins, quads) in row.chunks_exact_mut(BINS).zip(&parts) {
        let mut whole = 0.0;
        for quad in quads.iter().flatten() {
            whole += count(&sampler, quad, bins);
        }
        if whole > 0.0 {
            found += 1;
            for bin in bins {
                *bin = (*bin / whole).sqrt();
            }
        }
    }
    if found < LEAST_PARTS {
        return None;
    }
    let length = (found as f32).sqrt();
    Some(row.map(|value| value / length))
}

/// How much of an embedding is grey, 0 to 1: the black, white and grey that many wear.
#[must_use]
pub fn greyness(row: &[f32]) -> f32 {
    let energy = |bins: &[f32]| bins.iter().map(|bin| bin * bin).sum::<f32>();
    let all = energy(row);
    if all > 0.0 { row.chunks_exact(BINS).map(|bins| energy(&bins[..GREYS])).sum::<f32>() / all } else { 1.0 }
}

/// Four corners in upright pixels: two of one end, two of the other.
type Quad = [Point; 4];

fn mix(a: Point, b: Point, share: f32) -> Point {
    Point { x: a.x + share * (b.x - a.x), y: a.y + share * (b.y - a.y) }
}

/// The strip around the way from `a` to `b`, less its ends, where other parts begin.
fn strip(a: Point, b: Point, half: f32) -> Quad {
    let (dx, dy) = ((b.x - a.x) * half, (b.y - a.y) * half);
    let beside = |point: Point, side: f32| Point { x: point.x - side * dy, y: point.y + side * dx };
    let (from, to) = (mix(a, b, 0.1), mix(a, b, 0.9));
    [beside(from, 1.0), beside(from, -1.0), beside(to, 1.0), beside(to, -1.0)]
}

/// Adds the pixels of a quad to the bins; how many there were.
fn count(sampler: &Sampler, quad: &Quad, bins: &mut [f32]) -> f32 {
    let mut whole = 0.0;
    for along in 0..ALONG {
        let down = (along as f32 + 0.5) / ALONG as f32;
        let (left, right) = (mix(quad[0], quad[2], down), mix(quad[1], quad[3], down));
        for across in 0..ACROSS {
            let Some(rgb) = sampler.rgb(mix(left, right, (across as f32 + 0.5) / ACROSS as f32)) else { continue };
            add(rgb, bins);
            whole += 1.0;
        }
    }
    whole
}

/// Shares one pixel out among greys and hues.
fn add([red, green, blue]: [f32; 3], bins: &mut [f32]) {
    let (high, low) = (red.max(green).max(blue), red.min(green).min(blue));
    let spread = high - low;
    let colourful = (spread / COLOURFUL).min(1.0);
    let light = 0.299 * red + 0.587 * green + 0.114 * blue;
    let (greys, hues) = bins.split_at_mut(GREYS);
    let place = light * (GREYS - 1) as f32;
    let lower = (place as usize).min(GREYS - 2);
    let share = place - lower as f32;
    greys[lower] += (1.0 - colourful) * (1.0 - share);
    greys[lower + 1] += (1.0 - colourful) * share;
    if spread > 0.0 {
        let sixth = if red >= green.max(blue) {
            ((green - blue) / spread).rem_euclid(6.0)
        } else if green >= blue {
            (blue - red) / spread + 2.0
        } else {
            (red - green) / spread + 4.0
        };
        let place = sixth / 6.0 * HUES as f32;
        let share = place.fract();
        hues[place as usize % HUES] += colourful * (1.0 - share);
        hues[(place as usize + 1) % HUES] += colourful * share;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::{Pixels, Plane, Rotation};
    use crate::geometry::BBox;

    /// Somebody who stands upright in a picture of 200 × 400, all joints seen.
    fn somebody() -> Detection {
        let mut seen = Detection { bbox: BBox { x1: 0.3, y1: 0.05, x2: 0.7, y2: 0.95 }, ..Detection::default() };
        let places = [
            (0.5, 0.12),
            (0.48, 0.1),
            (0.52, 0.1),
            (0.46, 0.11),
            (0.54, 0.11),
            (0.4, 0.22),
            (0.6, 0.22),
            (0.36, 0.35),
            (0.64, 0.35),
            (0.34, 0.48),
            (0.66, 0.48),
            (0.44, 0.5),
            (0.56, 0.5),
            (0.44, 0.7),
            (0.56, 0.7),
            (0.44, 0.88),
            (0.56, 0.88),
        ];
        for (keypoint, (x, y)) in seen.keypoints.iter_mut().zip(places) {
            *keypoint = Keypoint { x, y, score: 0.9 };
        }
        seen
    }

    /// A picture whose rows above the hips are `top` and whose others are `bottom`.
    fn dressed(top: [u8; 3], bottom: [u8; 3]) -> Vec<u8> {
        (0..400).flat_map(|row| if row < 200 { top } else { bottom }.repeat(200)).collect()
    }

    fn look(bytes: &[u8], seen: &Detection) -> Option<[f32; WIDTH]> {
        colours(&Frame::new(Pixels::Rgb(Plane { data: bytes, stride: 600 }), 200, 400).unwrap(), seen, 0.1)
    }

    fn cosine(a: &[f32; WIDTH], b: &[f32; WIDTH]) -> f32 {
        a.iter().zip(b).map(|(a, b)| a * b).sum()
    }

    #[test]
    fn it_has_length_one_and_tells_clothes_apart() {
        let red = look(&dressed([200, 30, 30], [20, 20, 20]), &somebody()).unwrap();
        let dimmer = look(&dressed([170, 25, 25], [30, 30, 30]), &somebody()).unwrap();
        let swapped = look(&dressed([20, 20, 20], [200, 30, 30]), &somebody()).unwrap();
        let blue = look(&dressed([30, 30, 200], [20, 20, 20]), &somebody()).unwrap();
        assert!((cosine(&red, &red) - 1.0).abs() < 1e-5);
        assert!(cosine(&red, &dimmer) > 0.9, "{}", cosine(&red, &dimmer));
        assert!(cosine(&red, &swapped) < 0.3, "{}", cosine(&red, &swapped));
        assert!(cosine(&red, &blue) < 0.6, "{}", cosine(&red, &blue));
    }

    #[test]
    fn who_is_hardly_seen_has_no_looks_and_nothing_outside_is_read() {
        let bytes = dressed([9, 9, 9], [9, 9, 9]);
        let mut hidden = somebody();
        for keypoint in &mut hidden.keypoints[7..] {
            keypoint.score = 0.0;
        }
        assert_eq!(look(&bytes, &hidden), None);
        let mut outside = somebody();
        for keypoint in &mut outside.keypoints {
            keypoint.x += 2.0;
        }
        assert_eq!(look(&bytes, &outside), None);
        for keypoint in &mut outside.keypoints {
            keypoint.x = f32::NAN;
        }
        assert_eq!(look(&bytes, &outside), None);
    }

    #[test]
    fn a_picture_on_its_side_looks_the_same() {
        let upright = dressed([200, 30, 30], [20, 60, 20]);
        let mut turned = vec![0; upright.len()];
        for y in 0..400 {
            for x in 0..200 {
                // What is shown at (x, y) once it is turned clockwise lies in row 199 - x, column y.
                let (from, to) = (3 * (y * 200 + x), 3 * ((199 - x) * 400 + y));
                turned[to..to + 3].copy_from_slice(&upright[from..from + 3]);
            }
        }
        let frame = Frame::new(Pixels::Rgb(Plane { data: &turned, stride: 1200 }), 400, 200).unwrap();
        let frame = frame.with_rotation(Rotation::Clockwise90);
        assert_eq!(colours(&frame, &somebody(), 0.1), look(&upright, &somebody()));
    }
}
