//! Groups of points and their multiples.
//!
//! A signature scheme sees a [`Curve`]: points as (x, y) of the standard's
//! short Weierstrass equation, whatever form they are added in.
//! Two forms implement it: [`Weierstrass`] and, for the sets of cofactor 4,
//! [`Edwards`]. Operations on a [`Curve::Point`] are for public data and may
//! branch on it; a secret multiple of the generator goes through
//! [`multiply::generator_secret`] and a [`Curve::Sum`] only.

mod edwards;
pub mod keys;
pub mod multiply;
mod recode;
mod set;
mod tables;
mod weierstrass;

pub use edwards::{Edwards, TwistedEdwards};
pub(crate) use set::parameter_set;
use subtle::ConditionallySelectable;
pub use tables::Tables;
pub use weierstrass::{Coefficient, ShortWeierstrass, Weierstrass, WithTables};
use zeroize::Zeroize;

use crate::field::{Field, MAX_BYTES};

/// Affine coordinates in the standard's equation.
pub struct Coordinates<F> {
    pub x: F,
    pub y: F,
}

pub trait Curve: Sized + 'static {
    /// Integers modulo p.
    type Base: Field;
    /// Integers modulo the order q of the generator.
    type Scalar: Field;
    /// A point in the form that public data is computed in.
    type Point: Copy;
    /// A point prepared to be added many times.
    type Cached: Copy;
    /// A point of a table: prepared, and without a denominator.
    type Affine: Copy + ConditionallySelectable + Send + Sync;
    /// A running sum of table points whose formulas have no exceptions.
    type Sum: Copy + ConditionallySelectable + Zeroize;

    const IDENTITY: Self::Point;

    /// The point with these coordinates, if it is one of the curve's that can
    /// lie in the generator's group.
    fn point(coordinates: &Coordinates<Self::Base>) -> Option<Self::Point>;
    fn generator() -> Self::Point;
    /// Whether a point of the curve has the generator's order.
    fn has_order_q(point: &Coordinates<Self::Base>) -> bool;
    /// None for the identity.
    fn coordinates(point: &Self::Point) -> Option<Coordinates<Self::Base>>;
    /// Whether x is the point's; false for the identity. Needs no inversion.
    fn has_x(point: &Self::Point, x: Self::Base) -> bool;

    /// `more` says that an addition follows at once, not another doubling.
    fn double(point: &Self::Point, more: bool) -> Self::Point;
    fn add(point: &Self::Point, other: &Self::Cached, more: bool) -> Self::Point;
    fn add_affine(point: &Self::Point, other: &Self::Affine, more: bool) -> Self::Point;
    fn cache(point: &Self::Point) -> Self::Cached;
    fn negate_cached(point: &Self::Cached) -> Self::Cached;
    fn negate_affine(point: &Self::Affine) -> Self::Affine;
    /// Divides the denominators out; no point may be the identity.
    fn normalise(points: &[Self::Point]) -> Vec<Self::Affine>;

    const EMPTY_SUM: Self::Sum;
    /// Adds a table point. Constant-time.
    fn accumulate(sum: &Self::Sum, point: &Self::Affine) -> Self::Sum;
    /// Zeros for the identity. Constant-time.
    fn sum_coordinates(sum: &Self::Sum) -> Coordinates<Self::Base>;

    /// Multiples of the generator, computed at the first use.
    fn tables() -> &'static Tables<Self>;
}

/// Inverts every element at the price of one inversion and three
/// multiplications each (Montgomery's trick); none may be zero.
fn invert_all<F: Field>(elements: &mut [F]) {
    let mut product = F::ONE;
    let mut prefixes = Vec::with_capacity(elements.len());
    for element in elements.iter() {
        prefixes.push(product);
        product = product * *element;
    }
    let mut inverse = product.invert();
    for (element, prefix) in elements.iter_mut().zip(prefixes).rev() {
        let next = inverse * *element;
        *element = inverse * prefix;
        inverse = next;
    }
}

/// Compares two elements of public data.
fn equal<F: Field>(a: F, b: F) -> bool {
    (a - b).is_zero_vartime()
}

/// The point's x, if it has one, equals `number` modulo q, where `number` is
/// below q: tries number, number + q, … as long as they are below p.
pub fn has_x_modulo_order<C: Curve>(point: &C::Point, number: C::Scalar) -> bool {
    let size = C::Base::BYTES;
    let mut buffer = [0; MAX_BYTES];
    let candidate = &mut buffer[..size];
    number.write_le_bytes(candidate);
    loop {
        let (x, in_range) = C::Base::from_le_bytes(candidate);
        if !bool::from(in_range) {
            return false;
        }
        if C::has_x(point, x) {
            return true;
        }
        if !C::Scalar::add_modulus(candidate) {
            return false;
        }
    }
}
