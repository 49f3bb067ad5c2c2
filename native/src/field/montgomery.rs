//! Fields modulo any odd prime, in Montgomery form: a is kept as a·2^(64N) mod m,
//! always the least residue. For the orders q of all curves, and for the
//! coordinates where p has no special shape.

use core::marker::PhantomData;
use core::ops::{Add, Mul, Neg, Sub};

use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};
use zeroize::Zeroize;

use super::inverse::{self, Combine};
use super::{Field, limbs};

/// Names an odd modulus that fills its limbs but for a few bits.
pub trait Modulus<const N: usize>: Send + Sync + 'static {
    const MODULUS: [u64; N];
}

pub struct Montgomery<M, const N: usize>([u64; N], PhantomData<M>);

impl<M, const N: usize> Clone for Montgomery<M, N> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M, const N: usize> Copy for Montgomery<M, N> {}

impl<M: Modulus<N>, const N: usize> Montgomery<M, N> {
    const MODULUS: [u64; N] = M::MODULUS;

    /// −m^(−1) mod 2^64, by Newton's iteration: each step doubles the bits.
    const FACTOR: u64 = {
        let (mut inverse, mut bits) = (1u64, 1);
        while bits < 64 {
            let error = Self::MODULUS[0].wrapping_mul(inverse);
            inverse = inverse.wrapping_mul(2u64.wrapping_sub(error));
            bits *= 2;
        }
        inverse.wrapping_neg()
    };

    /// 2^(64N) mod m: the number one.
    const R: [u64; N] = {
        let mut value = limbs::negate(&Self::MODULUS);
        // A few times, as m has few leading zeros.
        while limbs::sub(&value, &Self::MODULUS).1 == 0 {
            value = limbs::sub(&value, &Self::MODULUS).0;
        }
        value
    };

    /// 2^(128N) mod m: what turns a number into Montgomery form.
    const R_SQUARED: [u64; N] = {
        let (mut value, mut i) = (Self::R, 0);
        while i < 64 * N {
            value = Self::double_constant(&value);
            i += 1;
        }
        value
    };

    /// What an inversion leaves to be multiplied by: each round has brought in
    /// 2^31 from the steps and 2^(−64) from `combine`, and a·R was inverted, not
    /// a. So (64 − 31)·rounds doublings of R².
    const CORRECTION: Self = {
        let (mut value, mut i) = (Self::R_SQUARED, 0);
        while i < (64 - inverse::STEPS) * inverse::rounds(N) {
            value = Self::double_constant(&value);
            i += 1;
        }
        Self::wrap(value)
    };

    /// A constant of the field. Branches, so not for values at run time.
    pub const fn constant(value: [u64; N]) -> Self {
        let (sum, carry) = Self::rows(&value, &Self::R_SQUARED);
        Self::wrap(Self::least_constant(&sum, carry))
    }

    const fn double_constant(value: &[u64; N]) -> [u64; N] {
        let (sum, carry) = limbs::add(value, value);
        Self::least_constant(&sum, carry)
    }

    const fn least_constant(value: &[u64; N], carry: u64) -> [u64; N] {
        let (reduced, borrow) = limbs::sub(value, &Self::MODULUS);
        if carry < borrow { *value } else { reduced }
    }

    /// Subtracts m from carry·2^(64N) + value if it is not below m.
    #[inline(always)]
    fn subtract_once(value: &[u64; N], carry: u64) -> [u64; N] {
        let (reduced, borrow) = limbs::sub(value, &Self::MODULUS);
        let (_, below) = limbs::sbb(carry, 0, borrow);
        limbs::select(value, &reduced, below)
    }

    /// One row of a product: (sum + a·b) / 2^64 modulo m, where `sum`, a limb
    /// longer than b, stays below 2m.
    #[inline(always)]
    const fn row((sum, top): ([u64; N], u64), a: u64, b: &[u64; N]) -> ([u64; N], u64) {
        let (mut window, mut carry, mut j) = (sum, 0, 0);
        while j < N {
            (window[j], carry) = limbs::mac(window[j], a, b[j], carry);
            j += 1;
        }
        let high = top as u128 + carry as u128;
        // Clears the lowest limb with a multiple of m, and drops it.
        let factor = window[0].wrapping_mul(Self::FACTOR);
        (_, carry) = limbs::mac(window[0], factor, Self::MODULUS[0], 0);
        j = 1;
        while j < N {
            (window[j - 1], carry) = limbs::mac(window[j], factor, Self::MODULUS[j], carry);
            j += 1;
        }
        let high = high + carry as u128;
        window[N - 1] = high as u64;
        (window, (high >> 64) as u64)
    }

    /// a·b / 2^(64N) modulo m, below 2m, for any a and a b below m.
    #[inline(always)]
    const fn rows(a: &[u64; N], b: &[u64; N]) -> ([u64; N], u64) {
        let mut sum = ([0; N], 0);
        limbs::unroll!(I < N, {
            sum = Self::row(sum, a[I], b);
        });
        sum
    }

    /// Called, not inlined: a formula of inlined ones would not fit the
    /// instruction cache.
    #[inline(never)]
    fn product(a: &[u64; N], b: &[u64; N]) -> [u64; N] {
        let (sum, carry) = Self::rows(a, b);
        Self::subtract_once(&sum, carry)
    }

    /// self·factor / 2^64 for a factor of magnitude at most 2^31.
    #[inline(always)]
    fn times(self, factor: i64) -> Self {
        let sign = factor >> 63;
        let magnitude = ((factor ^ sign) - sign) as u64;
        let (window, top) = Self::row(([0; N], 0), magnitude, &self.0);
        let product = Self::wrap(Self::subtract_once(&window, top));
        let negative = -product;
        Self::wrap(limbs::select(&negative.0, &product.0, sign as u64 & 1))
    }

    const fn wrap(value: [u64; N]) -> Self {
        Self(value, PhantomData)
    }
}

impl<M: Modulus<N>, const N: usize> Add for Montgomery<M, N> {
    type Output = Self;

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        let (sum, carry) = limbs::add(&self.0, &other.0);
        Self::wrap(Self::subtract_once(&sum, carry))
    }
}

impl<M: Modulus<N>, const N: usize> Sub for Montgomery<M, N> {
    type Output = Self;

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        let (difference, borrow) = limbs::sub(&self.0, &other.0);
        let correction = limbs::select(&Self::MODULUS, &[0; N], borrow);
        Self::wrap(limbs::add(&difference, &correction).0)
    }
}

impl<M: Modulus<N>, const N: usize> Neg for Montgomery<M, N> {
    type Output = Self;

    #[inline(always)]
    fn neg(self) -> Self {
        Self::ZERO - self
    }
}

impl<M: Modulus<N>, const N: usize> Mul for Montgomery<M, N> {
    type Output = Self;

    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        Self::wrap(Self::product(&self.0, &other.0))
    }
}

impl<M: Modulus<N>, const N: usize> ConditionallySelectable for Montgomery<M, N> {
    #[inline(always)]
    fn conditional_select(a: &Self, b: &Self, choice: Choice) -> Self {
        Self::wrap(limbs::select(&b.0, &a.0, choice.unwrap_u8().into()))
    }
}

impl<M, const N: usize> Zeroize for Montgomery<M, N> {
    fn zeroize(&mut self) {
        self.0.zeroize();
    }
}

impl<M: Modulus<N>, const N: usize> Field for Montgomery<M, N> {
    const BYTES: usize = 8 * N;
    const BITS: usize = 64 * N - Self::MODULUS[N - 1].leading_zeros() as usize;
    const ZERO: Self = Self::wrap([0; N]);
    const ONE: Self = Self::wrap(Self::R);

    #[inline(always)]
    fn square(self) -> Self {
        self * self
    }

    fn invert(self) -> Self {
        let zero_one = [Self::ZERO, Self::ONE];
        inverse::invert(&self.0, &Self::MODULUS, zero_one) * Self::CORRECTION
    }

    fn from_le_bytes(bytes: &[u8]) -> (Self, Choice) {
        let value = limbs::from_le_bytes(bytes);
        let (_, borrow) = limbs::sub(&value, &Self::MODULUS);
        let number = Self::wrap(Self::product(&value, &Self::R_SQUARED));
        (number, Choice::from(borrow as u8))
    }

    fn write_le_bytes(self, out: &mut [u8]) {
        let one = limbs::add_word(&[0; N], 1).0;
        limbs::write_le_bytes(&Self::product(&one, &self.0), out);
    }

    #[inline(always)]
    fn is_zero(self) -> Choice {
        self.0.ct_eq(&[0; N])
    }

    fn add_modulus(bytes: &mut [u8]) -> bool {
        let (sum, carry) = limbs::add(&limbs::from_le_bytes(bytes), &Self::MODULUS);
        limbs::write_le_bytes(&sum, bytes);
        carry == 0
    }
}

impl<M: Modulus<N>, const N: usize> Combine for Montgomery<M, N> {
    /// (f·u + g·v) / 2^64.
    #[inline(always)]
    fn combine(u: Self, f: i64, v: Self, g: i64) -> Self {
        u.times(f) + v.times(g)
    }
}
