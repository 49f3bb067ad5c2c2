//! The laws of a field, on values that make carries: near zero, near the
//! modulus, near 2^(64N), and random ones. That the modulus is the right one
//! shows in the bytes of −1.

use super::{Crandall, Field, Modulus, Montgomery, SquareRoot, hex};

struct Odd;

impl Modulus<4> for Odd {
    const MODULUS: [u64; 4] =
        hex("9B9F605F5A858107_AB1EC85E6B41C8AA_CF846E86789051D3_7998F7B9022D759B");
}

struct JustAbove;

impl Modulus<8> for JustAbove {
    const MODULUS: [u64; 8] = {
        let mut modulus = [0; 8];
        modulus[0] = 0x6F;
        modulus[7] = 1 << 63;
        modulus
    };
}

type P256 = Crandall<4, 617>;
type P384 = Crandall<6, 317>;
type P512 = Crandall<8, 569>;
type M256 = Montgomery<Odd, 4>;
type M512 = Montgomery<JustAbove, 8>;

/// Elements made of runs of equal bits, which carry far, and of noise.
fn samples<F: Field>() -> Vec<F> {
    let mut bytes = vec![vec![0; F::BYTES], vec![0xFF; F::BYTES]];
    for position in 0..F::BYTES {
        for value in [1, 0x80, 0xFF] {
            let mut low = vec![0; F::BYTES];
            low[..position].fill(0xFF);
            low[position] = value;
            bytes.push(low.iter().map(|byte| !byte).collect());
            bytes.push(low);
        }
    }
    let mut state = 0x9E37_79B9_7F4A_7C15u64;
    for _ in 0..100 {
        bytes.push(
            (0..F::BYTES)
                .map(|_| {
                    state = state.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(1);
                    (state >> 56) as u8
                })
                .collect(),
        );
    }
    let mut all: Vec<F> = bytes
        .iter()
        .map(|bytes| F::from_le_bytes(bytes).0)
        .collect();
    all.extend([F::ONE, -F::ONE, F::ONE.double(), -F::ONE.triple()]);
    all
}

fn encoded<F: Field>(value: F) -> Vec<u8> {
    let mut bytes = vec![0; F::BYTES];
    value.write_le_bytes(&mut bytes);
    bytes
}

/// Equality of what is written: the least residue, whatever is kept inside.
fn same<F: Field>(a: F, b: F) {
    assert_eq!(encoded(a), encoded(b));
    assert!((a - b).is_zero_vartime() && (b - a).is_zero_vartime());
}

fn laws<F: Field>() {
    let all = samples::<F>();
    for (i, &a) in all.iter().enumerate() {
        let (b, c) = (all[(7 * i + 3) % all.len()], all[(13 * i + 5) % all.len()]);
        same(a + b - b, a);
        same(a - b + b, a);
        same(-(-a), a);
        same(a * b, b * a);
        same(a * (b + c), a * b + a * c);
        same((a - b) * c, a * c - b * c);
        same(a * b * c, a * (b * c));
        same(a.square(), a * a);
        same(a.double() + a, a.triple());
        if !a.is_zero_vartime() {
            same(a * a.invert(), F::ONE);
        }
        let bytes = encoded(a);
        let (read, in_range) = F::from_le_bytes(&bytes);
        assert!(bool::from(in_range));
        same(read, a);
        same(F::from_le_bytes_reduced(&bytes), a);
    }
    assert!(F::ZERO.invert().is_zero_vartime());
    wide::<F>(&all);
}

/// A long number is the sum of its parts: low + high·2^(8·BYTES).
fn wide<F: Field>(all: &[F]) {
    let shift = F::from_le_bytes(&vec![0xFF; F::BYTES]).0 + F::ONE;
    for pair in all.windows(2) {
        let bytes = [encoded(pair[0]), encoded(pair[1]), vec![3]].concat();
        let three = F::ONE.triple();
        same(
            F::from_le_bytes_reduced(&bytes),
            pair[0] + (pair[1] + three * shift) * shift,
        );
    }
}

/// The modulus itself is out of range and reads as zero.
fn range<F: Field>(modulus: &[u64]) {
    let mut bytes: Vec<u8> = modulus.iter().flat_map(|limb| limb.to_le_bytes()).collect();
    let (value, in_range) = F::from_le_bytes(&bytes);
    assert!(value.is_zero_vartime() && !bool::from(in_range));
    bytes[0] -= 1;
    let (value, in_range) = F::from_le_bytes(&bytes);
    assert!(bool::from(in_range));
    same(value, -F::ONE);
    let mut sum = vec![0; F::BYTES];
    assert!(F::add_modulus(&mut sum));
    bytes[0] += 1;
    assert_eq!(sum, bytes);
    assert_eq!(
        F::add_modulus(&mut sum),
        modulus[modulus.len() - 1] < 1 << 63
    );
}

fn roots<F: SquareRoot>() {
    for a in samples::<F>() {
        let root = a.root().square();
        assert!((root - a).is_zero_vartime() || (root + a).is_zero_vartime());
        assert!(a.square().is_square_vartime());
    }
    assert!(!(-F::ONE).is_square_vartime());
}

#[test]
fn laws_hold() {
    laws::<P256>();
    laws::<P384>();
    laws::<P512>();
    laws::<M256>();
    laws::<M512>();
}

#[test]
fn moduli_are_as_declared() {
    let crandall = |limbs: usize, c: u64| {
        let mut modulus = vec![u64::MAX; limbs];
        modulus[0] -= c - 1;
        modulus
    };
    range::<P256>(&crandall(4, 617));
    range::<P384>(&crandall(6, 317));
    range::<P512>(&crandall(8, 569));
    range::<M256>(&Odd::MODULUS);
    range::<M512>(&JustAbove::MODULUS);
}

#[test]
fn roots_are_roots() {
    roots::<P256>();
    roots::<P512>();
}
