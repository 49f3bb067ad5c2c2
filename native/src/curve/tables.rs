//! Multiples of a generator, computed once a process and a curve.

use super::Curve;
use crate::field::Field;

/// Width of the generator's digits in a verification.
pub const GENERATOR_WIDTH: usize = 9;
/// Multiples in a row of the signing table: the absolute values of its digits.
pub const ROW: usize = 8;

pub struct Tables<C: Curve> {
    /// G, 3G, 5G, …
    pub odd: Vec<C::Affine>,
    /// The same of 2^h·G, h half the bits of the field.
    pub odd_high: Vec<C::Affine>,
    /// Row i: 16^i·G, 2·16^i·G, …, 8·16^i·G.
    pub rows: Vec<C::Affine>,
}

impl<C: Curve> Tables<C> {
    pub fn compute() -> Self {
        let generator = C::generator();
        let bits = 8 * C::Base::BYTES;
        let high = (0..bits / 2).fold(generator, |point, _| C::double(&point, true));
        Self {
            odd: odd_affine::<C>(&generator),
            odd_high: odd_affine::<C>(&high),
            rows: rows::<C>(&generator, bits / 4 + 1),
        }
    }
}

/// point, 3·point, … (2·count − 1)·point.
pub fn odd_multiples<C: Curve>(point: &C::Point, count: usize) -> Vec<C::Point> {
    let twice = C::cache(&C::double(point, true));
    let next = |last: &C::Point| Some(C::add(last, &twice, true));
    std::iter::successors(Some(*point), next)
        .take(count)
        .collect()
}

fn odd_affine<C: Curve>(point: &C::Point) -> Vec<C::Affine> {
    C::normalise(&odd_multiples::<C>(point, 1 << (GENERATOR_WIDTH - 2)))
}

fn rows<C: Curve>(generator: &C::Point, count: usize) -> Vec<C::Affine> {
    let mut points = Vec::with_capacity(count * ROW);
    let mut base = *generator;
    for _ in 0..count {
        let step = C::cache(&base);
        let next = |last: &C::Point| Some(C::add(last, &step, true));
        points.extend(std::iter::successors(Some(base), next).take(ROW));
        base = (0..4).fold(base, |point, _| C::double(&point, true));
    }
    C::normalise(&points)
}
