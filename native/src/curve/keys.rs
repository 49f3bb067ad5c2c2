//! Keys, which both schemes write alike: a private key is a little-endian
//! number, a public key is x‖y, each little-endian.

use zeroize::Zeroizing;

use super::{Coordinates, Curve, multiply};
use crate::field::Field;

/// Why a key or a digest cannot be used.
pub type Refusal = &'static str;

/// A point of the generator's group; the identity has no coordinates.
pub fn public_point<C: Curve>(public_key: &[u8]) -> Result<C::Point, Refusal> {
    let coordinates = decode::<C::Base>(public_key)?;
    let point = C::point(&coordinates).ok_or("public key is not a point of the curve")?;
    if C::has_order_q(&coordinates) {
        Ok(point)
    } else {
        Err("public key does not have order q")
    }
}

/// d with 0 < d < q.
pub fn private_scalar<C: Curve>(private_key: &[u8]) -> Result<Zeroizing<C::Scalar>, Refusal> {
    if private_key.len() != C::Scalar::BYTES {
        return Err("private key has the wrong length");
    }
    let (d, in_range) = C::Scalar::from_le_bytes(private_key);
    if bool::from(in_range & !d.is_zero()) {
        Ok(Zeroizing::new(d))
    } else {
        Err("private key is not between 1 and q - 1")
    }
}

fn encode<F: Field>(point: &Coordinates<F>) -> Vec<u8> {
    let mut out = vec![0; 2 * F::BYTES];
    let (x, y) = out.split_at_mut(F::BYTES);
    point.x.write_le_bytes(x);
    point.y.write_le_bytes(y);
    out
}

fn decode<F: Field>(bytes: &[u8]) -> Result<Coordinates<F>, Refusal> {
    if bytes.len() != 2 * F::BYTES {
        return Err("public key has the wrong length");
    }
    let (x, y) = bytes.split_at(F::BYTES);
    let (x, x_in_range) = F::from_le_bytes(x);
    let (y, y_in_range) = F::from_le_bytes(y);
    if bool::from(x_in_range & y_in_range) {
        Ok(Coordinates { x, y })
    } else {
        Err("public key coordinate is not below p")
    }
}

pub fn check_public_key<C: Curve>(public_key: &[u8]) -> Result<(), Refusal> {
    public_point::<C>(public_key).map(|_| ())
}

pub fn public_key<C: Curve>(private_key: &[u8]) -> Result<Vec<u8>, Refusal> {
    let d = private_scalar::<C>(private_key)?;
    Ok(encode(&multiply::generator_secret::<C>(*d)))
}

/// A private key from random bytes, at least eight more than it has: the
/// remainder is then uniform but for 2^(−64).
pub fn private_key<C: Curve>(random: &[u8]) -> Result<Zeroizing<Vec<u8>>, Refusal> {
    let size = C::Scalar::BYTES;
    if random.len() < size + 8 {
        return Err("too few random bytes for a private key");
    }
    let d = Zeroizing::new(C::Scalar::from_le_bytes_reduced(random));
    if d.is_zero_vartime() {
        return Err("random bytes make the private key zero");
    }
    let mut bytes = Zeroizing::new(vec![0; size]);
    d.write_le_bytes(&mut bytes);
    Ok(bytes)
}
