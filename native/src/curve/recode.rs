//! Scalars as signed digits.

use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::field::MAX_BYTES;

/// Width-w non-adjacent form of a public number: digits are zero or odd and
/// below 2^(w − 1) in absolute value, and any w neighbours hold at most one
/// that is not zero (Hankerson, Menezes, Vanstone, algorithm 3.35).
pub struct Naf {
    digits: [i16; 8 * MAX_BYTES + 1],
    length: usize,
}

impl Naf {
    /// Recodes little-endian bytes, at most [`MAX_BYTES`]; 2 ≤ width ≤ 16.
    pub fn new(bytes: &[u8], width: usize) -> Self {
        let mut limbs = [0u64; MAX_BYTES / 8 + 2];
        for (limb, chunk) in limbs.iter_mut().zip(bytes.chunks(8)) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            *limb = u64::from_le_bytes(word);
        }
        let mut naf = Self {
            digits: [0; 8 * MAX_BYTES + 1],
            length: 0,
        };
        let (mut position, mut carry) = (0, 0);
        while position <= 8 * bytes.len() {
            let (limb, bit) = (position / 64, position % 64);
            let pair = u128::from(limbs[limb]) | u128::from(limbs[limb + 1]) << 64;
            let window = ((pair >> bit) as u32 & ((1 << width) - 1)) + carry;
            if window & 1 == 0 {
                position += 1;
                continue;
            }
            carry = window >> (width - 1);
            naf.digits[position] = (window as i32 - ((carry as i32) << width)) as i16;
            naf.length = position + 1;
            position += width;
        }
        naf
    }

    /// One more than the position of the highest digit that is not zero.
    pub fn length(&self) -> usize {
        self.length
    }

    #[inline(always)]
    pub fn digit(&self, position: usize) -> i16 {
        self.digits[position]
    }
}

/// A secret number in base 16 with digits from −8 to 7 and a last carry, in
/// the same time for all numbers of a length.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct SignedNibbles {
    digits: [i8; 2 * MAX_BYTES + 1],
}

impl SignedNibbles {
    pub fn new(bytes: &[u8]) -> Self {
        let mut digits = [0; 2 * MAX_BYTES + 1];
        let mut carry = 0;
        for (pair, byte) in digits.chunks_exact_mut(2).zip(bytes) {
            for (digit, nibble) in pair.iter_mut().zip([byte & 15, byte >> 4]) {
                let value = nibble as i8 + carry;
                carry = (value + 8) >> 4;
                *digit = value - (carry << 4);
            }
        }
        digits[2 * bytes.len()] = carry;
        Self { digits }
    }

    #[inline(always)]
    pub fn digit(&self, position: usize) -> i8 {
        self.digits[position]
    }
}
