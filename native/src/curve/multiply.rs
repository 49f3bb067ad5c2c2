//! Multiples of points: sums over public numbers, in variable time, and
//! secret multiples of the generator, in constant time.

use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};
use zeroize::{Zeroize, Zeroizing};

use super::recode::{Naf, SignedNibbles};
use super::tables::{GENERATOR_WIDTH, ROW, odd_multiples};
use super::{Coordinates, Curve};
use crate::field::{Field, MAX_BYTES};

/// Width of the digits of a point that is seen once: a table of eight.
const POINT_WIDTH: usize = 5;

/// A number's digits and the odd multiples that they choose from.
struct Term<'a, T> {
    digits: Naf,
    table: &'a [T],
}

impl<T: Copy> Term<'_, T> {
    /// The multiple to add at this position, if any.
    #[inline(always)]
    fn at(&self, position: usize, negate: impl Fn(&T) -> T) -> Option<T> {
        let digit = self.digits.digit(position);
        if digit == 0 {
            return None;
        }
        let multiple = &self.table[usize::from(digit.unsigned_abs()) / 2];
        Some(if digit < 0 {
            negate(multiple)
        } else {
            *multiple
        })
    }
}

/// The sum of all terms: one chain of doublings for all (Straus).
fn sum<C: Curve>(fixed: &[Term<C::Affine>], point: &Term<C::Cached>) -> C::Point {
    let fixed_length = fixed.iter().map(|term| term.digits.length()).max();
    let length = point.digits.length().max(fixed_length.unwrap_or(0));
    let mut sum = C::IDENTITY;
    for position in (0..length).rev() {
        let variable = point.at(position, C::negate_cached);
        let busy = fixed.iter().any(|term| term.digits.digit(position) != 0);
        sum = C::double(&sum, busy || variable.is_some());
        if let Some(multiple) = variable {
            sum = C::add(&sum, &multiple, busy);
        }
        for term in fixed {
            if let Some(multiple) = term.at(position, C::negate_affine) {
                sum = C::add_affine(&sum, &multiple, true);
            }
        }
    }
    sum
}

fn odd_cached<C: Curve>(point: &C::Point) -> Vec<C::Cached> {
    let multiples = odd_multiples::<C>(point, 1 << (POINT_WIDTH - 2));
    multiples.iter().map(C::cache).collect()
}

/// a·G + b·P for public numbers. When b is no longer than half the field, as
/// bign's is but for one bit, a is split in halves to save half the doublings.
pub fn with_generator<C: Curve>(a: C::Scalar, b: &[u8], point: &C::Point) -> C::Point {
    let mut buffer = [0; MAX_BYTES];
    let size = C::Scalar::BYTES;
    a.write_le_bytes(&mut buffer[..size]);
    let tables = C::tables();
    let table = odd_cached::<C>(point);
    let variable = Term {
        digits: Naf::new(b, POINT_WIDTH),
        table: &table,
    };
    let fixed = |bytes, table| Term {
        digits: Naf::new(bytes, GENERATOR_WIDTH),
        table,
    };
    if b.len() <= size / 2 + 1 {
        let (low, high) = buffer[..size].split_at(size / 2);
        let halves = [
            fixed(low, &tables.odd[..]),
            fixed(high, &tables.odd_high[..]),
        ];
        sum::<C>(&halves, &variable)
    } else {
        sum::<C>(&[fixed(&buffer[..size], &tables.odd[..])], &variable)
    }
}

/// k·G for a secret k from 1 to q − 1: one addition for each digit of k, the
/// multiple picked by reading its whole row.
pub fn generator_secret<C: Curve>(k: C::Scalar) -> Coordinates<C::Base> {
    let size = C::Scalar::BYTES;
    let mut bytes = Zeroizing::new([0; MAX_BYTES]);
    k.write_le_bytes(&mut bytes[..size]);
    let digits = SignedNibbles::new(&bytes[..size]);
    let mut sum = C::EMPTY_SUM;
    for (position, row) in C::tables().rows.chunks_exact(ROW).enumerate() {
        let digit = digits.digit(position);
        let multiple = pick::<C>(row, digit);
        let next = C::accumulate(&sum, &multiple);
        sum.conditional_assign(&next, !digit.ct_eq(&0));
    }
    let point = C::sum_coordinates(&sum);
    sum.zeroize();
    point
}

/// The row's multiple by |digit|, negated for a negative digit; the first one
/// for zero.
#[inline(always)]
fn pick<C: Curve>(row: &[C::Affine], digit: i8) -> C::Affine {
    let sign = digit >> 7;
    let magnitude = ((digit ^ sign) - sign) as u8;
    let mut picked = row[0];
    for (value, multiple) in (1u8..).zip(row).skip(1) {
        picked.conditional_assign(multiple, value.ct_eq(&magnitude));
    }
    let negative = C::negate_affine(&picked);
    picked.conditional_assign(&negative, Choice::from(sign as u8 & 1));
    picked
}
