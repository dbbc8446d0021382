//! Where a box will be: a Kalman filter in time, not in frames, so that 7 and 30 fps and gaps all come out right.
//!
//! Each of a box's centre x, centre y, width and height moves by itself (as in SORT, Bewley et al. 2016, the four hardly
//! depend on each other), with a speed that fades: people in a gym stop and turn back, so a box that was lost must
//! not sail on through the picture. The model is the Ornstein–Uhlenbeck process, solved exactly, so predicting over 1 s in one step
//! or in thirty gives the same.

use serde::{Deserialize, Serialize};

/// Seconds in which a speed fades to 37 %. Longer follows a walker further behind a pillar; shorter keeps closer to a lifter
/// who went down as the view was lost. Half of it made a third more switches where people cross.
const FADE_S: f64 = 1.0;
/// Diffusion of the position in body lengths² per second: what moves without a speed, such as a box that changes its shape.
/// More trusts each new box and loses the speed in the model's noise.
const POSITION_DIFFUSION: f64 = 0.02;
/// Diffusion of the speed in (body lengths/s)² per second. More turns back sooner with a lifter, less glides straighter past another
/// person. ByteTrack's own, 1.05 at 30 fps, is slow to learn that somebody sets off.
const SPEED_DIFFUSION: f64 = 3.0;
/// Standard deviation of a detected edge in body lengths (ByteTrack's 1/20).
const MEASUREMENT: f64 = 0.05;
/// Standard deviation of a new-born track's speed in body lengths a second: a walk is about 0.8.
const FIRST_SPEED: f64 = 1.0;

/// What passing time does to every filter: computed once a frame.
#[derive(Debug, Clone, Copy)]
pub(super) struct Drift {
    /// What is left of a speed.
    fade: f64,
    /// Seconds' worth of the old speed that the position has moved.
    reach: f64,
    position_variance: f64,
    covariance: f64,
    speed_variance: f64,
}

impl Drift {
    /// The drift over `seconds >= 0`, its noise for a body of length 1.
    pub(super) fn over(seconds: f64) -> Self {
        let gone = -(-seconds / FADE_S).exp_m1();
        let gone_twice = -(-2.0 * seconds / FADE_S).exp_m1();
        let reach = FADE_S * gone;
        let wandered = FADE_S * FADE_S * (seconds - 2.0 * reach + FADE_S * gone_twice / 2.0);
        Self {
            fade: 1.0 - gone,
            reach,
            position_variance: SPEED_DIFFUSION * wandered.max(0.0) + POSITION_DIFFUSION * seconds,
            covariance: SPEED_DIFFUSION * reach * reach / 2.0,
            speed_variance: SPEED_DIFFUSION * FADE_S * gone_twice / 2.0,
        }
    }
}

/// One coordinate of a box.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Axis {
    position: f64,
    speed: f64,
    position_variance: f64,
    covariance: f64,
    speed_variance: f64,
}

impl Axis {
    fn new(position: f64, length: f64) -> Self {
        Self {
            position,
            speed: 0.0,
            position_variance: (MEASUREMENT * length).powi(2),
            covariance: 0.0,
            speed_variance: (FIRST_SPEED * length).powi(2),
        }
    }

    fn predict(&mut self, drift: &Drift, length: f64) {
        let area = length * length;
        let Axis { position_variance: p, covariance: c, speed_variance: s, .. } = *self;
        self.position += drift.reach * self.speed;
        self.speed *= drift.fade;
        self.position_variance =
            p + 2.0 * drift.reach * c + drift.reach * drift.reach * s + area * drift.position_variance;
        self.covariance = drift.fade * (c + drift.reach * s) + area * drift.covariance;
        self.speed_variance = drift.fade * drift.fade * s + area * drift.speed_variance;
    }

    fn correct(&mut self, measured: f64, length: f64) {
        let noise = (MEASUREMENT * length).powi(2);
        let total = self.position_variance + noise;
        let surprise = measured - self.position;
        self.position += self.position_variance / total * surprise;
        self.speed += self.covariance / total * surprise;
        self.speed_variance -= self.covariance * self.covariance / total;
        self.covariance *= noise / total;
        self.position_variance *= noise / total;
    }
}

/// A box in square units: its centre and its size.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) struct Placed {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

impl Placed {
    /// The longer side: about the body's length, lying or standing.
    pub(super) fn length(&self) -> f64 {
        self.width.max(self.height)
    }
}

/// A box that moves.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct BoxFilter {
    /// Centre x, centre y, width, height.
    axes: [Axis; 4],
    /// Of the last box seen: the scale of all noise.
    length: f64,
}

impl BoxFilter {
    pub(super) fn new(seen: &Placed) -> Self {
        let length = seen.length();
        Self { axes: [seen.x, seen.y, seen.width, seen.height].map(|value| Axis::new(value, length)), length }
    }

    pub(super) fn predict(&mut self, drift: &Drift) {
        for axis in &mut self.axes {
            axis.predict(drift, self.length);
        }
    }

    pub(super) fn correct(&mut self, seen: &Placed) {
        self.length = seen.length();
        for (axis, measured) in self.axes.iter_mut().zip([seen.x, seen.y, seen.width, seen.height]) {
            axis.correct(measured, self.length);
        }
    }

    /// Where the box should be now; a width or height that would have shrunk away stays a tenth of the body.
    pub(super) fn placed(&self) -> Placed {
        let [x, y, width, height] = self.axes.map(|axis| axis.position);
        let least = self.length / 10.0;
        Placed { x, y, width: width.max(least), height: height.max(least) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() <= 1e-9 * (1.0 + a.abs().max(b.abs()))
    }

    fn sound(filter: &BoxFilter) -> bool {
        filter.axes.iter().all(|axis| {
            axis.position.is_finite()
                && axis.speed.is_finite()
                && axis.position_variance > 0.0
                && axis.speed_variance > 0.0
                && axis.covariance.powi(2) < axis.position_variance * axis.speed_variance
        })
    }

    prop_compose! {
        fn placed()(x in -0.5..2.5, y in -0.5..1.5, width in 1e-3..1.5, height in 1e-3..1.5) -> Placed {
            Placed { x, y, width, height }
        }
    }

    proptest! {
        #[test]
        fn one_long_wait_is_two_short_ones(seen in placed(), then in placed(), a in 0.0..3.0, b in 0.0..3.0) {
            let mut whole = BoxFilter::new(&seen);
            whole.predict(&Drift::over(0.1));
            whole.correct(&then);
            let mut halves = whole;
            whole.predict(&Drift::over(a + b));
            halves.predict(&Drift::over(a));
            halves.predict(&Drift::over(b));
            for (one, two) in whole.axes.iter().zip(&halves.axes) {
                prop_assert!(close(one.position, two.position) && close(one.speed, two.speed));
                prop_assert!(close(one.position_variance, two.position_variance));
                prop_assert!(close(one.covariance, two.covariance));
                prop_assert!(close(one.speed_variance, two.speed_variance));
            }
        }

        #[test]
        fn always_finite_and_positive(
            first in placed(),
            seen in prop::collection::vec((placed(), 0.0..5.0, any::<bool>()), 0..60),
        ) {
            let mut filter = BoxFilter::new(&first);
            for (measured, seconds, visible) in seen {
                filter.predict(&Drift::over(seconds));
                if visible { filter.correct(&measured) }
                prop_assert!(sound(&filter), "{filter:?}");
                prop_assert!(filter.placed().width > 0.0 && filter.placed().height > 0.0);
            }
        }

        #[test]
        fn no_time_changes_nothing(seen in placed()) {
            let mut filter = BoxFilter::new(&seen);
            filter.predict(&Drift::over(0.0));
            prop_assert_eq!(filter.placed(), BoxFilter::new(&seen).placed());
        }
    }

    #[test]
    fn a_walker_is_led_and_a_lost_one_stops() {
        let at = |x: f64| Placed { x, y: 0.5, width: 0.2, height: 0.6 };
        let mut filter = BoxFilter::new(&at(0.0));
        for frame in 1..=30 {
            filter.predict(&Drift::over(0.1));
            filter.correct(&at(0.05 * f64::from(frame)));
        }
        filter.predict(&Drift::over(0.1));
        let next = filter.placed().x;
        assert!((1.51..1.56).contains(&next), "0.5 a second, last seen at 1.5: {next}");
        filter.predict(&Drift::over(60.0));
        assert!(filter.placed().x < 1.5 + 0.5 * FADE_S + 0.05, "a minute later: {}", filter.placed().x);
    }
}
