//! Arithmetic of little-endian limb arrays, `const` where a table of constants
//! is computed from it.

/// a + b + carry (0 or 1): the sum and the new carry.
#[inline(always)]
pub const fn adc(a: u64, b: u64, carry: u64) -> (u64, u64) {
    let (sum, first) = a.overflowing_add(b);
    let (sum, second) = sum.overflowing_add(carry);
    (sum, (first | second) as u64)
}

/// a − b − borrow (0 or 1): the difference and the new borrow.
#[inline(always)]
pub const fn sbb(a: u64, b: u64, borrow: u64) -> (u64, u64) {
    let (difference, first) = a.overflowing_sub(b);
    let (difference, second) = difference.overflowing_sub(borrow);
    (difference, (first | second) as u64)
}

/// sum + a·b + carry: low and high half; never overflows.
#[inline(always)]
pub const fn mac(sum: u64, a: u64, b: u64, carry: u64) -> (u64, u64) {
    let wide = sum as u128 + (a as u128) * (b as u128) + carry as u128;
    (wide as u64, (wide >> 64) as u64)
}

#[inline(always)]
pub const fn add<const N: usize>(a: &[u64; N], b: &[u64; N]) -> ([u64; N], u64) {
    let (mut sum, mut carry, mut i) = ([0; N], 0, 0);
    while i < N {
        (sum[i], carry) = adc(a[i], b[i], carry);
        i += 1;
    }
    (sum, carry)
}

#[inline(always)]
pub const fn sub<const N: usize>(a: &[u64; N], b: &[u64; N]) -> ([u64; N], u64) {
    let (mut difference, mut borrow, mut i) = ([0; N], 0, 0);
    while i < N {
        (difference[i], borrow) = sbb(a[i], b[i], borrow);
        i += 1;
    }
    (difference, borrow)
}

/// a + b for a small b: the sum and the carry.
#[inline(always)]
pub const fn add_word<const N: usize>(a: &[u64; N], b: u64) -> ([u64; N], u64) {
    let (mut sum, mut carry, mut i) = ([0; N], 0, 0);
    while i < N {
        (sum[i], carry) = adc(a[i], if i == 0 { b } else { 0 }, carry);
        i += 1;
    }
    (sum, carry)
}

/// a − b for a small b: the difference and the borrow.
#[inline(always)]
pub const fn sub_word<const N: usize>(a: &[u64; N], b: u64) -> ([u64; N], u64) {
    let (mut difference, mut borrow, mut i) = ([0; N], 0, 0);
    while i < N {
        (difference[i], borrow) = sbb(a[i], if i == 0 { b } else { 0 }, borrow);
        i += 1;
    }
    (difference, borrow)
}

/// The value, of which the compiler may no longer assume anything: what is
/// computed from a carry behind it stays arithmetic and becomes no branch.
#[inline(always)]
pub fn barrier(value: u64) -> u64 {
    #[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
    {
        let mut out = value;
        // SAFETY: no instruction is emitted.
        unsafe {
            core::arch::asm!("/* {0} */", inout(reg) out, options(pure, nomem, nostack, preserves_flags));
        }
        out
    }
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    core::hint::black_box(value)
}

/// `a` where `choose_a` is 1, `b` where it is 0, without a branch.
#[inline(always)]
pub fn select<const N: usize>(a: &[u64; N], b: &[u64; N], choose_a: u64) -> [u64; N] {
    let mask = barrier(choose_a.wrapping_neg());
    core::array::from_fn(|i| b[i] ^ (mask & (a[i] ^ b[i])))
}

/// Repeats a block for i = 0 … N − 1 with a constant i: for the outer loops of
/// products, which the compiler leaves rolled, and slow, on eight limbs.
macro_rules! unroll {
    ($i:ident < $limit:ident, $body:block) => {
        $crate::field::limbs::unroll!($i, $limit, $body, 0 1 2 3 4 5 6 7)
    };
    ($i:ident, $limit:ident, $body:block, $($value:literal)*) => {
        $({
            const $i: usize = $value;
            if $i < $limit $body
        })*
    };
}
pub(super) use unroll;

/// The product, low and high half, row by row.
#[inline(always)]
pub const fn mul_wide<const N: usize>(a: &[u64; N], b: &[u64; N]) -> ([u64; N], [u64; N]) {
    let mut wide = [[0; N]; 2];
    unroll!(I < N, {
        let (mut carry, mut j) = (0, 0);
        while j < N {
            let k = I + j;
            (wide[k / N][k % N], carry) = mac(wide[k / N][k % N], a[I], b[j], carry);
            j += 1;
        }
        wide[1][I] = carry;
    });
    (wide[0], wide[1])
}

/// The square, low and high half: the products of different limbs are summed
/// once and doubled.
#[inline(always)]
pub const fn square_wide<const N: usize>(a: &[u64; N]) -> ([u64; N], [u64; N]) {
    let mut wide = [[0; N]; 2];
    unroll!(I < N, {
        let (mut carry, mut j) = (0, I + 1);
        while j < N {
            let k = I + j;
            (wide[k / N][k % N], carry) = mac(wide[k / N][k % N], a[I], a[j], carry);
            j += 1;
        }
        wide[1][I] = carry;
    });
    let (mut bit, mut carry) = (0, 0);
    unroll!(I < N, {
        let square = a[I] as u128 * a[I] as u128;
        let halves = [square as u64, (square >> 64) as u64];
        let mut part = 0;
        while part < 2 {
            let k = 2 * I + part;
            let limb = wide[k / N][k % N];
            (wide[k / N][k % N], carry) = adc(limb << 1 | bit, halves[part], carry);
            bit = limb >> 63;
            part += 1;
        }
    });
    (wide[0], wide[1])
}

/// Products of more limbs are called, not inlined: a formula of inlined ones
/// would not fit the instruction cache.
pub const INLINE_LIMBS: usize = 4;

/// (high·2^(64N) + a) / 2 for an even a.
pub const fn halve<const N: usize>(a: &[u64; N], high: u64) -> [u64; N] {
    let (mut out, mut i) = ([0; N], 0);
    while i < N {
        let next = if i + 1 < N { a[i + 1] } else { high };
        out[i] = a[i] >> 1 | next << 63;
        i += 1;
    }
    out
}

/// 2^(64N) − a: for constants.
pub const fn negate<const N: usize>(a: &[u64; N]) -> [u64; N] {
    sub(&[0; N], a).0
}

/// Reads a big-endian hexadecimal constant; underscores separate.
pub const fn hex<const N: usize>(digits: &str) -> [u64; N] {
    let bytes = digits.as_bytes();
    let (mut out, mut position, mut i) = ([0; N], 0, bytes.len());
    while i > 0 {
        i -= 1;
        let value = match bytes[i] {
            digit @ b'0'..=b'9' => digit - b'0',
            digit @ b'A'..=b'F' => digit - b'A' + 10,
            b'_' => continue,
            _ => panic!("not a hexadecimal constant"),
        };
        out[position / 16] |= (value as u64) << (position % 16 * 4);
        position += 1;
    }
    out
}

/// Reads exactly 8·N little-endian bytes.
pub fn from_le_bytes<const N: usize>(bytes: &[u8]) -> [u64; N] {
    debug_assert_eq!(bytes.len(), 8 * N);
    core::array::from_fn(|i| {
        let mut limb = [0; 8];
        limb.copy_from_slice(&bytes[8 * i..8 * i + 8]);
        u64::from_le_bytes(limb)
    })
}

pub fn write_le_bytes<const N: usize>(limbs: &[u64; N], out: &mut [u8]) {
    for (chunk, limb) in out.chunks_exact_mut(8).zip(limbs) {
        chunk.copy_from_slice(&limb.to_le_bytes());
    }
}
