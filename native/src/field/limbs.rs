//! Arithmetic of little-endian limb arrays, `const` where a table of constants
//! is computed from it.

/// a + b + carry: the sum and the new carry.
#[inline(always)]
pub const fn adc(a: u64, b: u64, carry: u64) -> (u64, u64) {
    let sum = a as u128 + b as u128 + carry as u128;
    (sum as u64, (sum >> 64) as u64)
}

/// a − b − borrow (0 or 1): the difference and the new borrow.
#[inline(always)]
pub const fn sbb(a: u64, b: u64, borrow: u64) -> (u64, u64) {
    let difference = (a as u128).wrapping_sub(b as u128 + borrow as u128);
    (difference as u64, ((difference >> 64) as u64) & 1)
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
    let (mut sum, mut carry, mut i) = ([0; N], b, 0);
    while i < N {
        (sum[i], carry) = adc(a[i], 0, carry);
        i += 1;
    }
    (sum, carry)
}

/// a − b for a small b: the difference and the borrow.
#[inline(always)]
pub const fn sub_word<const N: usize>(a: &[u64; N], b: u64) -> ([u64; N], u64) {
    let (mut difference, mut borrow, mut i) = ([0; N], 0, 0);
    while i < N {
        let subtrahend = if i == 0 { b } else { 0 };
        (difference[i], borrow) = sbb(a[i], subtrahend, borrow);
        i += 1;
    }
    (difference, borrow)
}

/// `a` where `choose_a` is 1, `b` where it is 0, without a branch.
#[inline(always)]
pub const fn select<const N: usize>(a: &[u64; N], b: &[u64; N], choose_a: u64) -> [u64; N] {
    let mask = choose_a.wrapping_neg();
    let (mut out, mut i) = ([0; N], 0);
    while i < N {
        out[i] = b[i] ^ (mask & (a[i] ^ b[i]));
        i += 1;
    }
    out
}

/// The product, low and high half.
#[inline(always)]
pub const fn mul_wide<const N: usize>(a: &[u64; N], b: &[u64; N]) -> ([u64; N], [u64; N]) {
    let (mut low, mut high, mut i) = ([0; N], [0; N], 0);
    while i < N {
        // `high` is a window on limbs i … i + N − 1 of the product.
        let (mut carry, mut j) = (0, 0);
        while j < N {
            let limb;
            (limb, carry) = mac(high[j], a[i], b[j], carry);
            if j == 0 {
                low[i] = limb;
            } else {
                high[j - 1] = limb;
            }
            j += 1;
        }
        high[N - 1] = carry;
        i += 1;
    }
    (low, high)
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
