//! Who is who: the pairing of tracks and detections that is best as a whole.

/// Likeness is rounded to this many steps between 0 and 1: then lapjv's sums are exact, so it always ends, and the
/// same pairing comes out on every machine.
const STEPS: f64 = (1 << 20) as f64;

/// The pairs (row, column) with the largest sum of likeness above `least`, each row and column at most once.
///
/// `likeness` has `rows × columns` values from 0 to 1, row by row; a pair at or under `least` is never made, so a row
/// may stay alone. Rows come out in order.
pub(super) fn assign(likeness: &[f64], rows: usize, columns: usize, least: f64) -> Vec<(usize, usize)> {
    debug_assert_eq!(likeness.len(), rows * columns);
    let gain = |row: usize, column: usize| ((likeness[row * columns + column] - least) * STEPS).round().max(0.0);
    let side = rows.max(columns);
    // A missing row or column, like a pair that may not be, gains nothing.
    let costs = lapjv::Matrix::from_shape_fn((side, side), |(row, column)| {
        if row < rows && column < columns { -gain(row, column) } else { 0.0 }
    });
    if side == 0 {
        return Vec::new();
    }
    let (columns_of, _) = lapjv::lapjv(&costs).expect("a square matrix of whole numbers has a best assignment");
    let pairs = columns_of.into_iter().take(rows).enumerate();
    pairs.filter(|&(row, column)| column < columns && gain(row, column) > 0.0).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The best sum by trying every pairing.
    fn brute(likeness: &[f64], columns: usize, least: f64, row: usize, used: &mut Vec<bool>) -> f64 {
        if row * columns >= likeness.len() {
            return 0.0;
        }
        let mut best = brute(likeness, columns, least, row + 1, used);
        for column in 0..columns {
            let gain = likeness[row * columns + column] - least;
            if !used[column] && gain > 0.0 {
                used[column] = true;
                best = best.max(gain + brute(likeness, columns, least, row + 1, used));
                used[column] = false;
            }
        }
        best
    }

    fn table() -> impl Strategy<Value = (Vec<f64>, usize, usize)> {
        // Few different values, so that ties are common.
        let value = prop_oneof![(0..=4u8).prop_map(|v| f64::from(v) / 4.0), 0.0..=1.0];
        (1..6usize, 1..6usize).prop_flat_map(move |(rows, columns)| {
            (prop::collection::vec(value.clone(), rows * columns), Just(rows), Just(columns))
        })
    }

    proptest! {
        #[test]
        fn as_good_as_trying_everything((likeness, rows, columns) in table(), least in 0.0..0.9) {
            let pairs = assign(&likeness, rows, columns, least);
            let sum: f64 = pairs.iter().map(|&(row, column)| likeness[row * columns + column] - least).sum();
            let best = brute(&likeness, columns, least, 0, &mut vec![false; columns]);
            prop_assert!((sum - best).abs() < 1e-5, "{sum} against {best}");
        }

        #[test]
        fn each_at_most_once_and_never_under_the_least((likeness, rows, columns) in table(), least in 0.0..0.9) {
            let pairs = assign(&likeness, rows, columns, least);
            prop_assert!(pairs.windows(2).all(|two| two[0].0 < two[1].0));
            let mut seen = vec![false; columns];
            for (row, column) in pairs {
                prop_assert!(likeness[row * columns + column] > least);
                prop_assert!(!std::mem::replace(&mut seen[column], true));
            }
        }
    }

    #[test]
    fn nobody_to_pair() {
        assert_eq!(assign(&[], 0, 0, 0.5), []);
        assert_eq!(assign(&[], 3, 0, 0.5), []);
        assert_eq!(assign(&[], 0, 3, 0.5), []);
    }

    #[test]
    fn the_whole_counts_not_the_best_pair() {
        // Greedy would take 0.9 and leave 0.1; together 0.8 + 0.7 are more.
        assert_eq!(assign(&[0.9, 0.8, 0.7, 0.1], 2, 2, 0.05), [(0, 1), (1, 0)]);
    }
}
