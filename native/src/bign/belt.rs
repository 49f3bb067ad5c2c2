//! belt-block, belt-wblock and belt-hash of STB 34.101.31-2020 for secrets.
//!
//! The hash of documents looks bytes up in tables, which an observer of the
//! processor's cache can follow. Here, where a private key goes through, every
//! substitution reads the whole table.

use zeroize::Zeroize;

pub type Block = [u32; 4];
pub type Key = [u32; 8];

/// The substitution H, table 1; its first half is also where a hash begins.
#[rustfmt::skip]
const H: [u8; 256] = [
    0xB1, 0x94, 0xBA, 0xC8, 0x0A, 0x08, 0xF5, 0x3B, 0x36, 0x6D, 0x00, 0x8E, 0x58, 0x4A, 0x5D, 0xE4,
    0x85, 0x04, 0xFA, 0x9D, 0x1B, 0xB6, 0xC7, 0xAC, 0x25, 0x2E, 0x72, 0xC2, 0x02, 0xFD, 0xCE, 0x0D,
    0x5B, 0xE3, 0xD6, 0x12, 0x17, 0xB9, 0x61, 0x81, 0xFE, 0x67, 0x86, 0xAD, 0x71, 0x6B, 0x89, 0x0B,
    0x5C, 0xB0, 0xC0, 0xFF, 0x33, 0xC3, 0x56, 0xB8, 0x35, 0xC4, 0x05, 0xAE, 0xD8, 0xE0, 0x7F, 0x99,
    0xE1, 0x2B, 0xDC, 0x1A, 0xE2, 0x82, 0x57, 0xEC, 0x70, 0x3F, 0xCC, 0xF0, 0x95, 0xEE, 0x8D, 0xF1,
    0xC1, 0xAB, 0x76, 0x38, 0x9F, 0xE6, 0x78, 0xCA, 0xF7, 0xC6, 0xF8, 0x60, 0xD5, 0xBB, 0x9C, 0x4F,
    0xF3, 0x3C, 0x65, 0x7B, 0x63, 0x7C, 0x30, 0x6A, 0xDD, 0x4E, 0xA7, 0x79, 0x9E, 0xB2, 0x3D, 0x31,
    0x3E, 0x98, 0xB5, 0x6E, 0x27, 0xD3, 0xBC, 0xCF, 0x59, 0x1E, 0x18, 0x1F, 0x4C, 0x5A, 0xB7, 0x93,
    0xE9, 0xDE, 0xE7, 0x2C, 0x8F, 0x0C, 0x0F, 0xA6, 0x2D, 0xDB, 0x49, 0xF4, 0x6F, 0x73, 0x96, 0x47,
    0x06, 0x07, 0x53, 0x16, 0xED, 0x24, 0x7A, 0x37, 0x39, 0xCB, 0xA3, 0x83, 0x03, 0xA9, 0x8B, 0xF6,
    0x92, 0xBD, 0x9B, 0x1C, 0xE5, 0xD1, 0x41, 0x01, 0x54, 0x45, 0xFB, 0xC9, 0x5E, 0x4D, 0x0E, 0xF2,
    0x68, 0x20, 0x80, 0xAA, 0x22, 0x7D, 0x64, 0x2F, 0x26, 0x87, 0xF9, 0x34, 0x90, 0x40, 0x55, 0x11,
    0xBE, 0x32, 0x97, 0x13, 0x43, 0xFC, 0x9A, 0x48, 0xA0, 0x2A, 0x88, 0x5F, 0x19, 0x4B, 0x09, 0xA1,
    0x7E, 0xCD, 0xA4, 0xD0, 0x15, 0x44, 0xAF, 0x8C, 0xA5, 0x84, 0x50, 0xBF, 0x66, 0xD2, 0xE8, 0x8A,
    0xA2, 0xD7, 0x46, 0x52, 0x42, 0xA8, 0xDF, 0xB3, 0x69, 0x74, 0xC5, 0x51, 0xEB, 0x23, 0x29, 0x21,
    0xD4, 0xEF, 0xD9, 0xB4, 0x3A, 0x62, 0x28, 0x75, 0x91, 0x14, 0x10, 0xEA, 0x77, 0x6C, 0xDA, 0x1D,
];

/// H with eight entries a word.
const WORDS: [u64; 32] = {
    let (mut words, mut i) = ([0; 32], 0);
    while i < 256 {
        words[i / 8] |= (H[i] as u64) << (i % 8 * 8);
        i += 1;
    }
    words
};

/// H on a byte: all words are read, the one with the entry stays, and a shift
/// takes the entry out.
#[inline(always)]
fn substitute(byte: u8) -> u8 {
    let (place, lane) = (u64::from(byte >> 3), byte & 7);
    let mut picked = 0;
    for (row, word) in WORDS.iter().enumerate() {
        // All ones where the difference is zero.
        let here = ((row as u64 ^ place).wrapping_sub(1) as i64 >> 63) as u64;
        picked |= word & here;
    }
    (picked >> (lane * 8)) as u8
}

/// G of the rotation r: H on the four bytes, then a rotation up by r bits.
fn g<const R: u32>(word: u32) -> u32 {
    u32::from_le_bytes(word.to_le_bytes().map(substitute)).rotate_left(R)
}

/// belt-block, section 6.1.3.
pub fn encrypt(block: &Block, key: &Key) -> Block {
    let [mut a, mut b, mut c, mut d] = *block;
    for i in 1..=8 {
        let k = |step: usize| key[(7 * (i - 1) + step - 1) % 8];
        b ^= g::<5>(a.wrapping_add(k(1)));
        c ^= g::<21>(d.wrapping_add(k(2)));
        a = a.wrapping_sub(g::<13>(b.wrapping_add(k(3))));
        let e = g::<21>(b.wrapping_add(c).wrapping_add(k(4))) ^ i as u32;
        b = b.wrapping_add(e);
        c = c.wrapping_sub(e);
        d = d.wrapping_add(g::<13>(c.wrapping_add(k(5))));
        b ^= g::<21>(a.wrapping_add(k(6)));
        c ^= g::<5>(d.wrapping_add(k(7)));
        (a, b, c, d) = (b, d, a, c);
    }
    [b, d, a, c]
}

fn xor(a: Block, b: Block) -> Block {
    core::array::from_fn(|i| a[i] ^ b[i])
}

fn join(left: Block, right: Block) -> Key {
    core::array::from_fn(|i| if i < 4 { left[i] } else { right[i - 4] })
}

fn words<const N: usize>(bytes: &[u8]) -> [u32; N] {
    let mut words = [0; N];
    for (position, byte) in bytes.iter().enumerate() {
        words[position / 4] |= u32::from(*byte) << (position % 4 * 8);
    }
    words
}

/// belt-wblock, section 6.2.3, on whole blocks, at least two.
pub fn encrypt_wide(data: &mut [u8], key: &Key) {
    let rounds = 2 * data.len() / 16;
    let last = data.len() - 16;
    for i in 1..=rounds {
        let sum = data[..last].chunks(16).map(words).fold([0; 4], xor);
        let mask = xor(encrypt(&sum, key), [i as u32, 0, 0, 0]);
        for (byte, mask) in data[last..]
            .iter_mut()
            .zip(mask.iter().flat_map(|w| w.to_le_bytes()))
        {
            *byte ^= mask;
        }
        data.copy_within(16.., 0);
        for (byte, sum) in data[last..]
            .iter_mut()
            .zip(sum.iter().flat_map(|w| w.to_le_bytes()))
        {
            *byte = sum;
        }
    }
}

/// belt-compress, section 6.3.2, on u1‖u2 and u3‖u4: σ1 and σ2.
fn compress(left: &Key, right: &Key) -> (Block, Key) {
    let [u1, u2] = [words_of(left, 0), words_of(left, 4)];
    let [u3, u4] = [words_of(right, 0), words_of(right, 4)];
    let sum = xor(u3, u4);
    let first = xor(encrypt(&sum, left), sum);
    let inverse = first.map(|word| !word);
    let high = xor(encrypt(&u1, &join(first, u4)), u1);
    let low = xor(encrypt(&u2, &join(inverse, u3)), u2);
    (first, join(high, low))
}

fn words_of(key: &Key, start: usize) -> Block {
    core::array::from_fn(|i| key[start + i])
}

/// belt-hash, section 7.8.3, of the parts joined, as a key.
pub fn hash(parts: &[&[u8]]) -> Key {
    let mut message = parts.concat();
    let bits = 8 * message.len() as u64;
    let (mut s, mut h) = ([0; 4], words(&H[..32]));
    for chunk in message.chunks(32) {
        let mut block = words(chunk);
        let (first, second) = compress(&block, &h);
        s = xor(s, first);
        h = second;
        block.zeroize();
    }
    message.zeroize();
    let length = [bits as u32, (bits >> 32) as u32, 0, 0];
    compress(&join(length, s), &h).1
}

#[cfg(test)]
mod tests {
    use belt_block::{belt_block_raw, belt_wblock_enc};
    use belt_hash::BeltHash;
    use belt_hash::digest::Digest;

    use super::*;

    fn bytes(length: usize) -> Vec<u8> {
        (0..length)
            .map(|i| (i * i + 31 * i + length) as u8)
            .collect()
    }

    #[test]
    fn blocks_are_those_of_the_tables() {
        for start in 0..50 {
            let key: Key = words(&bytes(32 + start)[start..]);
            let block: Block = words(&bytes(16 + 2 * start)[2 * start..]);
            assert_eq!(encrypt(&block, &key), belt_block_raw(block, &key));
            for length in [32, 48, 64] {
                let (mut ours, mut theirs) = (bytes(length), bytes(length));
                encrypt_wide(&mut ours, &key);
                belt_wblock_enc(&mut theirs, &key).unwrap();
                assert_eq!(ours, theirs);
            }
        }
    }

    #[test]
    fn hashes_are_those_of_the_tables() {
        for length in 0..130 {
            let message = bytes(length);
            let (left, right) = message.split_at(length / 3);
            let expected: Key = words(&BeltHash::digest(&message));
            assert_eq!(hash(&[left, right]), expected);
        }
    }
}
