//! Who is who: the pairing of tracks and detections that is best as a whole.

/// Likeness is rounded to this many steps between 0 and 1: then lapjv's sums are exact, so it always ends, and the
/// same pairing comes out on every machine.
const STEPS: f64 = (1 << 20) as f64;

/// A row and a column that may be paired, and how much is gained by it: over 0, at most 1.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate {
    pub(super) row: usize,
    pub(super) column: usize,
    pub(super) gain: f64,
}

/// The pairs (row, column) with the largest sum of gains, each row and column at most once; rows come out in order.
///
/// On a gym floor most people are near nobody else, so the candidates fall apart into small islands that are solved one by one:
/// the best of the whole is the best of each.
pub(super) fn assign(candidates: &[Candidate], rows: usize, columns: usize) -> Vec<(usize, usize)> {
    let mut islands = Islands::new(rows + columns);
    for candidate in candidates {
        islands.join(candidate.row, rows + candidate.column);
    }
    let mut sorted: Vec<(usize, Candidate)> =
        candidates.iter().map(|&candidate| (islands.of(candidate.row), candidate)).collect();
    sorted.sort_by_key(|(island, candidate)| (*island, candidate.row));
    let mut pairs = Vec::with_capacity(rows.min(columns));
    for island in sorted.chunk_by(|a, b| a.0 == b.0) {
        match island {
            [(_, alone)] => pairs.push((alone.row, alone.column)),
            _ => solve(island, &mut pairs),
        }
    }
    pairs.sort_unstable();
    pairs
}

/// Adds the best pairs of one island.
fn solve(island: &[(usize, Candidate)], pairs: &mut Vec<(usize, usize)>) {
    let mut best: Vec<Candidate> = Vec::with_capacity(island.len());
    for &(_, candidate) in island {
        match best.last_mut() {
            Some(last) if last.row == candidate.row && last.gain >= candidate.gain => {}
            Some(last) if last.row == candidate.row => *last = candidate,
            _ => best.push(candidate),
        }
    }
    let rivals = |(place, a): (usize, &Candidate)| best[..place].iter().any(|b| a.column == b.column);
    if !best.iter().enumerate().any(rivals) {
        // Nobody wants another's: no sum can be larger.
        pairs.extend(best.into_iter().map(|best| (best.row, best.column)));
        return;
    }
    let numbers = |of: fn(&Candidate) -> usize| {
        let mut all: Vec<usize> = island.iter().map(|(_, candidate)| of(candidate)).collect();
        all.sort_unstable();
        all.dedup();
        all
    };
    let (rows, columns) = (numbers(|candidate| candidate.row), numbers(|candidate| candidate.column));
    // Made square with rows and columns that, like a pair that is no candidate, gain nothing.
    let side = rows.len().max(columns.len());
    let mut costs = lapjv::Matrix::zeros((side, side));
    let place = |all: &[usize], number: usize| all.partition_point(|&other| other < number);
    for (_, Candidate { row, column, gain }) in island {
        costs[(place(&rows, *row), place(&columns, *column))] = -(gain * STEPS).ceil();
    }
    let (best, _) = lapjv::lapjv(&costs).expect("a square matrix of whole numbers has a best assignment");
    let gaining = best.into_iter().enumerate().filter(|&(row, column)| costs[(row, column)] < 0.0);
    pairs.extend(gaining.map(|(row, column)| (rows[row], columns[column])));
}

/// Which rows and columns hang together (a disjoint-set forest).
struct Islands(Vec<usize>);

impl Islands {
    fn new(count: usize) -> Self {
        Self((0..count).collect())
    }

    fn of(&mut self, mut node: usize) -> usize {
        while self.0[node] != node {
            self.0[node] = self.0[self.0[node]];
            node = self.0[node];
        }
        node
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.of(a), self.of(b));
        self.0[a.max(b)] = a.min(b);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Gains, row by row; 0 is no candidate.
    type Table = (Vec<f64>, usize, usize);

    fn solved((gains, rows, columns): &Table) -> Vec<(usize, usize)> {
        let candidates: Vec<Candidate> = gains
            .iter()
            .enumerate()
            .filter(|&(_, &gain)| gain > 0.0)
            .map(|(place, &gain)| Candidate { row: place / columns, column: place % columns, gain })
            .collect();
        assign(&candidates, *rows, *columns)
    }

    /// The best sum by trying every pairing.
    fn tried((gains, rows, columns): &Table, row: usize, used: &mut Vec<bool>) -> f64 {
        if row == *rows {
            return 0.0;
        }
        let table = (gains.clone(), *rows, *columns);
        let mut best = tried(&table, row + 1, used);
        for column in 0..*columns {
            let gain = gains[row * columns + column];
            if !used[column] && gain > 0.0 {
                used[column] = true;
                best = best.max(gain + tried(&table, row + 1, used));
                used[column] = false;
            }
        }
        best
    }

    fn table() -> impl Strategy<Value = Table> {
        // Few different values, so that ties and islands are common.
        let gain = prop_oneof![2 => Just(0.0), 1 => (0..=4u8).prop_map(|v| f64::from(v) / 4.0), 1 => 0.0..=1.0];
        (1..6usize, 1..6usize).prop_flat_map(move |(rows, columns)| {
            (prop::collection::vec(gain.clone(), rows * columns), Just(rows), Just(columns))
        })
    }

    proptest! {
        #[test]
        fn as_good_as_trying_everything(table in table()) {
            let sum: f64 = solved(&table).iter().map(|&(row, column)| table.0[row * table.2 + column]).sum();
            let best = tried(&table, 0, &mut vec![false; table.2]);
            prop_assert!((sum - best).abs() < 1e-5, "{sum} against {best}");
        }

        #[test]
        fn each_at_most_once_and_candidates_only(table in table()) {
            let pairs = solved(&table);
            prop_assert!(pairs.windows(2).all(|two| two[0].0 < two[1].0));
            let mut seen = vec![false; table.2];
            for (row, column) in pairs {
                prop_assert!(table.0[row * table.2 + column] > 0.0);
                prop_assert!(!std::mem::replace(&mut seen[column], true));
            }
        }
    }

    #[test]
    fn nobody_to_pair() {
        assert_eq!(assign(&[], 0, 0), []);
        assert_eq!(assign(&[], 3, 0), []);
        assert_eq!(assign(&[], 0, 3), []);
    }

    #[test]
    fn the_whole_counts_not_the_best_pair() {
        // Greedy would take 0.9 and leave 0.1; together 0.8 + 0.7 are more.
        assert_eq!(solved(&(vec![0.9, 0.8, 0.7, 0.1], 2, 2)), [(0, 1), (1, 0)]);
    }
}
