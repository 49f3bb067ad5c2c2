//! Fields modulo p = 2^(64N) − c with a small c: 2^256 − 617, 2^512 − 569,
//! bign's 2^256 − 189, 2^384 − 317, 2^512 − 569.
//!
//! 2^(64N) ≡ c, so the high half of a product is folded back with one row of
//! multiplications. Elements are kept below 2^(64N), not below p; the least
//! residue is taken only where a value is compared or written.

use core::ops::{Add, Mul, Neg, Sub};

use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};
use zeroize::Zeroize;

use super::inverse::{self, Combine};
use super::{Field, SquareRoot, limbs};

#[derive(Clone, Copy)]
pub struct Crandall<const N: usize, const C: u64>([u64; N]);

impl<const N: usize, const C: u64> Crandall<N, C> {
    const PRIME: [u64; N] = limbs::sub_word(&[0; N], C).0;

    /// A constant of the field, below p.
    pub const fn constant(value: [u64; N]) -> Self {
        Self(value)
    }

    /// 2^(−31·rounds): what an inversion leaves to be multiplied by.
    const HALVES: Self = {
        let (mut value, mut i) = (limbs::add_word(&[0; N], 1).0, 0);
        while i < inverse::STEPS * inverse::rounds(N) {
            // (value or value + p) / 2; the sum has a bit more than fits.
            let addend = if value[0] & 1 == 1 {
                Self::PRIME
            } else {
                [0; N]
            };
            let (sum, carry) = limbs::add(&value, &addend);
            value = limbs::halve(&sum, carry);
            i += 1;
        }
        Self(value)
    };

    /// Subtracts p once if the value is not below it: value + c carries out
    /// exactly then, and what remains is value − p.
    #[inline(always)]
    fn least(self) -> [u64; N] {
        let (reduced, carry) = limbs::add_word(&self.0, C);
        limbs::select(&reduced, &self.0, carry)
    }

    /// Adds what a carry out of the top stands for, carry·c. As it is small,
    /// it carries only out of a value near 2^(64N), leaving one near zero, so
    /// that the c then due stays in the lowest limb.
    #[inline(always)]
    fn add_carried(value: [u64; N], multiple: u64) -> Self {
        let (mut out, again) = limbs::add_word(&value, multiple);
        out[0] = out[0].wrapping_add(Self::if_carried(again));
        Self(out)
    }

    /// c if there was a carry or borrow.
    #[inline(always)]
    fn if_carried(carry: u64) -> u64 {
        limbs::barrier(carry.wrapping_neg()) & C
    }

    #[inline(always)]
    fn fold(low: [u64; N], high: [u64; N]) -> Self {
        let (mut out, mut carry, mut i) = ([0; N], 0, 0);
        while i < N {
            (out[i], carry) = limbs::mac(low[i], high[i], C, carry);
            i += 1;
        }
        Self::add_carried(out, carry.wrapping_mul(C))
    }

    /// A multiple by a small signed number, its magnitude at most 2^31.
    #[inline(always)]
    fn times(self, factor: i64) -> Self {
        let sign = factor >> 63;
        let magnitude = ((factor ^ sign) - sign) as u64;
        let (mut out, mut carry, mut i) = ([0; N], 0, 0);
        while i < N {
            (out[i], carry) = limbs::mac(0, self.0[i], magnitude, carry);
            i += 1;
        }
        let product = Self::add_carried(out, carry.wrapping_mul(C));
        let negative = -product;
        Self(limbs::select(&negative.0, &product.0, sign as u64 & 1))
    }

    /// self^(2^k − 1): 2^(2i) − 1 = (2^i − 1)·2^i + (2^i − 1).
    fn power_of_ones(self, k: usize) -> Self {
        let (mut power, mut ones) = (self, 1);
        for bit in (0..k.ilog2()).rev() {
            power = (0..ones).fold(power, |square, _| square.square()) * power;
            ones *= 2;
            if k >> bit & 1 == 1 {
                power = power.square() * self;
                ones += 1;
            }
        }
        power
    }

    #[inline(always)]
    fn product(a: &Self, b: &Self) -> Self {
        let (low, high) = limbs::mul_wide(&a.0, &b.0);
        Self::fold(low, high)
    }

    #[inline(never)]
    fn product_called(a: &Self, b: &Self) -> Self {
        Self::product(a, b)
    }

    #[inline(always)]
    fn square_inlined(&self) -> Self {
        let (low, high) = limbs::square_wide(&self.0);
        Self::fold(low, high)
    }

    #[inline(never)]
    fn square_called(&self) -> Self {
        self.square_inlined()
    }
}

impl<const N: usize, const C: u64> Add for Crandall<N, C> {
    type Output = Self;

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        let (sum, carry) = limbs::add(&self.0, &other.0);
        Self::add_carried(sum, Self::if_carried(carry))
    }
}

impl<const N: usize, const C: u64> Sub for Crandall<N, C> {
    type Output = Self;

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        let (difference, borrow) = limbs::sub(&self.0, &other.0);
        let (mut out, again) = limbs::sub_word(&difference, Self::if_carried(borrow));
        out[0] = out[0].wrapping_sub(Self::if_carried(again));
        Self(out)
    }
}

impl<const N: usize, const C: u64> Neg for Crandall<N, C> {
    type Output = Self;

    #[inline(always)]
    fn neg(self) -> Self {
        Self::ZERO - self
    }
}

impl<const N: usize, const C: u64> Mul for Crandall<N, C> {
    type Output = Self;

    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        if N > limbs::INLINE_LIMBS {
            Self::product_called(&self, &other)
        } else {
            Self::product(&self, &other)
        }
    }
}

impl<const N: usize, const C: u64> ConditionallySelectable for Crandall<N, C> {
    #[inline(always)]
    fn conditional_select(a: &Self, b: &Self, choice: Choice) -> Self {
        Self(limbs::select(&b.0, &a.0, choice.unwrap_u8().into()))
    }
}

impl<const N: usize, const C: u64> Zeroize for Crandall<N, C> {
    fn zeroize(&mut self) {
        self.0.zeroize();
    }
}

impl<const N: usize, const C: u64> Field for Crandall<N, C> {
    const BYTES: usize = 8 * N;
    const BITS: usize = 64 * N;
    const ZERO: Self = Self([0; N]);
    const ONE: Self = Self(limbs::add_word(&[0; N], 1).0);

    #[inline(always)]
    fn square(self) -> Self {
        if N > limbs::INLINE_LIMBS {
            self.square_called()
        } else {
            self.square_inlined()
        }
    }

    fn invert(self) -> Self {
        inverse::invert(&self.least(), &Self::PRIME, [Self::ZERO, Self::ONE]) * Self::HALVES
    }

    fn from_le_bytes(bytes: &[u8]) -> (Self, Choice) {
        let value = limbs::from_le_bytes(bytes);
        let (_, borrow) = limbs::sub(&value, &Self::PRIME);
        (Self(value), Choice::from(borrow as u8))
    }

    fn write_le_bytes(self, out: &mut [u8]) {
        limbs::write_le_bytes(&self.least(), out);
    }

    #[inline(always)]
    fn is_zero(self) -> Choice {
        self.least().ct_eq(&[0; N])
    }

    fn add_modulus(bytes: &mut [u8]) -> bool {
        let (sum, carry) = limbs::add(&limbs::from_le_bytes(bytes), &Self::PRIME);
        limbs::write_le_bytes(&sum, bytes);
        carry == 0
    }
}

impl<const N: usize, const C: u64> Combine for Crandall<N, C> {
    /// f·u + g·v.
    #[inline(always)]
    fn combine(u: Self, f: i64, v: Self, g: i64) -> Self {
        u.times(f) + v.times(g)
    }
}

impl<const N: usize, const C: u64> SquareRoot for Crandall<N, C> {
    /// (p + 1)/4 = (2^k − 1)·2^8 + tail with 0 ≤ tail < 2^8.
    fn root(self) -> Self {
        const { assert!(C % 4 == 1 && C < 1024) };
        let ones = self.power_of_ones(64 * N - 10);
        let tail = 256 - (C - 1) / 4;
        (0..8).rev().fold(ones, |power, bit| {
            let square = power.square();
            if tail >> bit & 1 == 1 {
                square * self
            } else {
                square
            }
        })
    }
}
