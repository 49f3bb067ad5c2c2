//! Inversion by the binary GCD, optimised as in T. Pornin, "Optimized Binary
//! GCD for Modular Inversion" (eprint 2020/972): 31 steps at a time run on
//! 64-bit approximations, and then act on the whole numbers as one matrix.
//! The number of steps depends on the modulus only, and no step branches.

use super::limbs;

/// Steps between two updates of the whole numbers.
pub const STEPS: usize = 31;

/// Updates that numbers of N limbs need: 2·64N − 1 steps suffice.
pub const fn rounds(limbs: usize) -> usize {
    (128 * limbs - 1).div_ceil(STEPS)
}

/// What the steps do: (a, b) becomes ((f0·a + g0·b), (f1·a + g1·b)) / 2^31.
struct Matrix {
    f0: i64,
    g0: i64,
    f1: i64,
    g1: i64,
}

/// What the caller's field does: f·u + g·v, times a constant factor of its own
/// choosing, the same in each call.
pub trait Combine: Copy {
    fn combine(u: Self, f: i64, v: Self, g: i64) -> Self;
}

/// 1/value times 2^(31·rounds) times `combine`'s factor to the power of the
/// rounds. `value` must be below the modulus; zero gives zero.
pub fn invert<F: Combine, const N: usize>(
    value: &[u64; N],
    modulus: &[u64; N],
    [zero, one]: [F; 2],
) -> F {
    // a ≡ u·value and b ≡ v·value, up to the factors.
    let (mut a, mut b) = (*value, *modulus);
    let (mut u, mut v) = (one, zero);
    for _ in 0..rounds(N) {
        let mut matrix = steps(approximate(&a, &b));
        let (next_a, sign_a) = apply(&a, matrix.f0, &b, matrix.g0);
        let (next_b, sign_b) = apply(&a, matrix.f1, &b, matrix.g1);
        (a, b) = (next_a, next_b);
        matrix.f0 = (matrix.f0 ^ sign_a) - sign_a;
        matrix.g0 = (matrix.g0 ^ sign_a) - sign_a;
        matrix.f1 = (matrix.f1 ^ sign_b) - sign_b;
        matrix.g1 = (matrix.g1 ^ sign_b) - sign_b;
        (u, v) = (
            F::combine(u, matrix.f0, v, matrix.g0),
            F::combine(u, matrix.f1, v, matrix.g1),
        );
    }
    // a is 0 and b is the GCD, 1.
    v
}

/// The lowest 31 bits of both numbers and, above them, the 33 bits from the
/// highest that either has; both whole when they fit 64 bits.
fn approximate<const N: usize>(a: &[u64; N], b: &[u64; N]) -> (u64, u64) {
    let (mut high, mut low) = ([0; 2], [a[0], b[0]]);
    for i in 1..N {
        // The last i that either number reaches stays.
        let mask = is_not_zero(a[i] | b[i]).wrapping_neg();
        high = [choose(a[i], high[0], mask), choose(b[i], high[1], mask)];
        low = [
            choose(a[i - 1], low[0], mask),
            choose(b[i - 1], low[1], mask),
        ];
    }
    let any_high = high[0] | high[1];
    let long = is_not_zero(any_high).wrapping_neg();
    let shift = any_high.leading_zeros() & 63;
    let join = |number: usize, lowest: u64| {
        let top = high[number] << shift | (low[number] >> 1) >> (63 - shift);
        let ends = (top >> STEPS) << STEPS | lowest & ((1 << STEPS) - 1);
        choose(ends, lowest, long)
    };
    (join(0, a[0]), join(1, b[0]))
}

/// Subtract and halve, 31 times: while a is odd, the smaller of both is
/// subtracted from the larger; a is halved.
fn steps((mut a, mut b): (u64, u64)) -> Matrix {
    let (mut f0, mut g0, mut f1, mut g1) = (1u64, 0u64, 0u64, 1u64);
    for _ in 0..STEPS {
        let odd = limbs::barrier((a & 1).wrapping_neg());
        let (_, smaller) = limbs::sbb(a, b, 0);
        let swap = odd & limbs::barrier(smaller.wrapping_neg());
        for (x, y) in [(&mut a, &mut b), (&mut f0, &mut f1), (&mut g0, &mut g1)] {
            let difference = swap & (*x ^ *y);
            *x ^= difference;
            *y ^= difference;
        }
        a = a.wrapping_sub(odd & b) >> 1;
        f0 = f0.wrapping_sub(odd & f1);
        g0 = g0.wrapping_sub(odd & g1);
        f1 <<= 1;
        g1 <<= 1;
    }
    Matrix {
        f0: f0 as i64,
        g0: g0 as i64,
        f1: f1 as i64,
        g1: g1 as i64,
    }
}

/// |f·a + g·b| / 2^31, and −1 where the sum was negative, 0 where not.
fn apply<const N: usize>(a: &[u64; N], f: i64, b: &[u64; N], g: i64) -> ([u64; N], i64) {
    let mut sum = [0; N];
    let mut carry = 0i128;
    for i in 0..N {
        carry += i128::from(a[i]) * i128::from(f) + i128::from(b[i]) * i128::from(g);
        sum[i] = carry as u64;
        carry >>= 64;
    }
    for i in 0..N {
        let next = if i + 1 < N { sum[i + 1] } else { carry as u64 };
        sum[i] = sum[i] >> STEPS | next << (64 - STEPS);
    }
    let sign = (carry >> 64) as i64;
    let negated = limbs::sub(&[0; N], &sum).0;
    (limbs::select(&negated, &sum, sign as u64 & 1), sign)
}

#[inline(always)]
fn choose(a: u64, b: u64, mask: u64) -> u64 {
    b ^ (limbs::barrier(mask) & (a ^ b))
}

#[inline(always)]
fn is_not_zero(value: u64) -> u64 {
    (value | value.wrapping_neg()) >> 63
}
