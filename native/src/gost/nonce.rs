//! Hedged deterministic nonces: RFC 6979, section 3.2, with the additional
//! data of section 3.6.
//!
//! The standard leaves k to the implementer and nobody else computes it, so
//! HMAC stands on SHA-512, whose code looks nothing up by secret bytes as the
//! tables of Streebog would.

use sha2::{Digest, Sha512};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::field::{Field, MAX_BYTES};

const OUTPUT: usize = 64;
const BLOCK: usize = 128;

/// The generator K, V of RFC 6979.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Nonces {
    key: [u8; OUTPUT],
    value: [u8; OUTPUT],
    /// Whether a candidate was drawn since the last update.
    drawn: bool,
}

/// HMAC (RFC 2104) of the parts joined, under a key of the output's length.
fn hmac(key: &[u8; OUTPUT], parts: &[&[u8]]) -> [u8; OUTPUT] {
    let keyed = |pad: u8| {
        let mut block = Zeroizing::new([pad; BLOCK]);
        block.iter_mut().zip(key).for_each(|(b, k)| *b ^= k);
        Sha512::new_with_prefix(block.as_slice())
    };
    let mut inner = keyed(0x36);
    parts.iter().for_each(|part| inner.update(part));
    keyed(0x5C).chain_update(inner.finalize()).finalize().into()
}

fn big_endian<S: Field>(scalar: S) -> Zeroizing<Vec<u8>> {
    let mut bytes = Zeroizing::new(vec![0; S::BYTES]);
    scalar.write_le_bytes(&mut bytes);
    bytes.reverse();
    bytes
}

impl Nonces {
    /// Steps b to g.
    pub fn new<S: Field>(d: &S, e: S, entropy: &[u8]) -> Self {
        let mut nonces = Self {
            key: [0; OUTPUT],
            value: [1; OUTPUT],
            drawn: false,
        };
        let (d, e) = (big_endian(*d), big_endian(e));
        nonces.update(0, &[&d, &e, entropy]);
        nonces.update(1, &[&d, &e, entropy]);
        nonces
    }

    fn update(&mut self, separator: u8, seed: &[&[u8]]) {
        let mut parts = vec![&self.value[..]];
        let separator = [separator];
        parts.push(&separator);
        parts.extend(seed);
        self.key = hmac(&self.key, &parts);
        self.value = hmac(&self.key, &[&self.value]);
    }

    /// Step h: the next number from 1 to q − 1. How many are refused tells
    /// nothing about the one that is taken.
    pub fn next<S: Field>(&mut self) -> S {
        loop {
            if self.drawn {
                self.update(0, &[]);
            }
            self.drawn = true;
            self.value = hmac(&self.key, &[&self.value]);
            let mut bytes = Zeroizing::new([0; MAX_BYTES]);
            // bits2int: the leftmost bits, as many as q has. No set is shorter
            // than its bytes by a whole byte.
            let excess = 8 * S::BYTES - S::BITS;
            let mut carry = 0u16;
            for (out, byte) in bytes[..S::BYTES].iter_mut().rev().zip(self.value) {
                let wide = u16::from(byte) << (8 - excess);
                *out = (carry | wide >> 8) as u8;
                carry = wide & 0xFF;
            }
            let (k, in_range) = S::from_le_bytes(&bytes[..S::BYTES]);
            if bool::from(in_range & !k.is_zero()) {
                return k;
            }
        }
    }
}
