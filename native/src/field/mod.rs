//! Prime fields on 64-bit limbs: coordinates (mod p) and scalars (mod q).
//!
//! Every operation here takes the same time and touches the same memory for
//! all values of its operands; what may depend on a value says so in its name
//! (`is_zero_vartime`). Two shapes of prime are enough for the parameter sets:
//! [`Crandall`], p = 2^(64N) − c, and [`Montgomery`], any odd modulus.

mod crandall;
mod inverse;
mod limbs;
mod montgomery;
#[cfg(test)]
mod tests;

use core::ops::{Add, Mul, Neg, Sub};

pub use crandall::Crandall;
pub use limbs::hex;
pub use montgomery::{Modulus, Montgomery};
use subtle::{Choice, ConditionallySelectable};
use zeroize::{Zeroize, Zeroizing};

/// The most limbs that an element has (512 bits).
pub const MAX_LIMBS: usize = 8;
/// The most bytes that an encoded element has.
pub const MAX_BYTES: usize = 8 * MAX_LIMBS;

/// An element of a prime field.
pub trait Field:
    Copy
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Neg<Output = Self>
    + ConditionallySelectable
    + Zeroize
    + Send
    + Sync
    + 'static
{
    /// Bytes of an encoded element.
    const BYTES: usize;
    /// Bits of the modulus.
    const BITS: usize;
    const ZERO: Self;
    const ONE: Self;

    fn square(self) -> Self;

    /// The inverse; zero for zero.
    fn invert(self) -> Self;

    /// Reads exactly `BYTES` bytes, little-endian, reduced; the choice says
    /// whether they were below the modulus already.
    fn from_le_bytes(bytes: &[u8]) -> (Self, Choice);

    /// Writes `BYTES` bytes, little-endian, the least residue.
    fn write_le_bytes(self, out: &mut [u8]);

    fn is_zero(self) -> Choice;

    /// Adds the modulus itself to a little-endian number of `BYTES` bytes;
    /// false when the sum does not fit. For candidates r, r + q, … < p.
    fn add_modulus(bytes: &mut [u8]) -> bool;

    fn double(self) -> Self {
        self + self
    }

    fn triple(self) -> Self {
        self + self + self
    }

    /// For public values only.
    fn is_zero_vartime(self) -> bool {
        self.is_zero().into()
    }

    /// A little-endian number of any length, reduced.
    fn from_le_bytes_reduced(bytes: &[u8]) -> Self {
        // Horner in base 2^(8·BYTES).
        let base = Self::from_le_bytes(&[0xFF; MAX_BYTES][..Self::BYTES]).0 + Self::ONE;
        bytes
            .chunks(Self::BYTES)
            .rev()
            .fold(Self::ZERO, |sum, chunk| {
                let mut digit = Zeroizing::new([0; MAX_BYTES]);
                digit[..chunk.len()].copy_from_slice(chunk);
                sum * base + Self::from_le_bytes(&digit[..Self::BYTES]).0
            })
    }
}

/// A field whose prime is 3 modulo 4.
pub trait SquareRoot: Field {
    /// The root r of a or of −a, whichever is a square: a^((p + 1)/4).
    fn root(self) -> Self;

    /// For public values only. Zero counts as a square.
    fn is_square_vartime(self) -> bool {
        (self.root().square() - self).is_zero_vartime()
    }
}
