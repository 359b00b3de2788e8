//! How far the next of some numbers may lie from those that were seen.

/// Numbers that stand in for some that were not seen: how many, as degrees of freedom.
const PRIOR_WEIGHT: f64 = 3.0;

/// Numbers from which on each of them is held against what the others say.
const CONFORMAL_FROM: usize = 5;

/// The middle of numbers, and how far from it one in ten more lies above and one in ten below.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Spread {
    pub(super) middle: f64,
    pub(super) half: f64,
}

impl Spread {
    /// Of numbers like `seen`, where `variance` is that of such numbers as long as few are seen.
    ///
    /// The range is the prediction interval of Student for 80 % of normal numbers, its variance the pooled one of what was seen and of the
    /// prior. From five numbers on it is then made wider or narrower by what leave-one-out conformal prediction asks for: by how far each
    /// number lies outside of the range that the others give it (Barber et al. 2021, "Predictive inference with the jackknife+"; the order
    /// statistic is interpolated, so that few numbers do not ask for too much).
    pub(super) fn of(seen: &[f64], variance: f64) -> Self {
        let mut spread = Self::normal(seen, variance);
        if seen.len() >= CONFORMAL_FROM {
            let mut outside: Vec<f64> = (0..seen.len())
                .map(|left_out| {
                    let others: Vec<f64> = (0..seen.len()).filter(|i| *i != left_out).map(|i| seen[i]).collect();
                    let range = Self::normal(&others, variance);
                    (seen[left_out] - range.middle).abs() - range.half
                })
                .collect();
            outside.sort_by(f64::total_cmp);
            let rank = 0.8 * (seen.len() + 1) as f64;
            let below = (rank as usize).clamp(1, outside.len()) - 1;
            let above = (below + 1).min(outside.len() - 1);
            let asked = outside[below] + (rank - rank.floor()) * (outside[above] - outside[below]);
            spread.half = (spread.half + asked).max(0.0);
        }
        spread
    }

    fn normal(seen: &[f64], variance: f64) -> Self {
        let n = seen.len() as f64;
        let middle = if seen.is_empty() { 0.0 } else { seen.iter().sum::<f64>() / n };
        let squares: f64 = seen.iter().map(|x| (x - middle).powi(2)).sum();
        let freedom = PRIOR_WEIGHT + (n - 1.0).max(0.0);
        let pooled = (PRIOR_WEIGHT * variance + squares) / freedom;
        Self { middle, half: student(freedom) * (pooled * (1.0 + 1.0 / n.max(1.0))).sqrt() }
    }
}

/// The 90th percentile of Student's distribution, to 1 % from three degrees of freedom on (Abramowitz and Stegun 26.7.5).
fn student(freedom: f64) -> f64 {
    const Z: f64 = 1.281_551_6;
    let first = (Z.powi(3) + Z) / 4.0;
    let second = (5.0 * Z.powi(5) + 16.0 * Z.powi(3) + 3.0 * Z) / 96.0;
    Z + first / freedom + second / freedom.powi(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_numbers_say_little() {
        let halves: Vec<f64> =
            [&[][..], &[1.0], &[0.9, 1.1], &[0.9, 1.0, 1.1, 1.0]].map(|seen| Spread::of(seen, 0.25).half).to_vec();
        assert!(halves.windows(2).all(|pair| pair[1] <= pair[0]) && halves[3] < halves[1], "{halves:?}");
        let many: Vec<f64> = (0..100).map(|i| 1.0 + f64::from(i % 10) / 100.0).collect();
        let spread = Spread::of(&many, 0.25);
        assert!((spread.middle - 1.045).abs() < 1e-9 && spread.half < 0.1, "{spread:?}");
    }

    #[test]
    fn student_s_percentiles_are_those_of_the_tables() {
        for (freedom, table) in [(3.0, 1.638), (4.0, 1.533), (9.0, 1.383), (30.0, 1.310)] {
            assert!((student(freedom) / table - 1.0).abs() < 0.01, "{freedom}");
        }
    }
}
