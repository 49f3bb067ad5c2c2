//! GOST R 34.10-2012 (RFC 7091, section 6), and GOST R 34.10-2001, which is
//! the same on 256 bits with another hash.

use zeroize::Zeroizing;

use super::nonce::Nonces;
use crate::curve::keys::{Refusal, private_scalar, public_point};
use crate::curve::{Curve, has_x_modulo_order, multiply};
use crate::field::{Field, MAX_BYTES};

/// e of RFC 7091, section 6.1, step 2; the digest's octets are read
/// little-endian.
fn digest_number<C: Curve>(digest: &[u8]) -> Result<C::Scalar, Refusal> {
    if digest.len() != C::Scalar::BYTES {
        return Err("digest has the wrong length");
    }
    let (e, _) = C::Scalar::from_le_bytes(digest);
    Ok(if e.is_zero_vartime() {
        C::Scalar::ONE
    } else {
        e
    })
}

/// A big-endian half of a signature, if it is between 1 and q − 1.
fn signature_number<C: Curve>(bytes: &[u8]) -> Option<C::Scalar> {
    let mut reversed = [0; MAX_BYTES];
    let reversed = &mut reversed[..bytes.len()];
    reversed.copy_from_slice(bytes);
    reversed.reverse();
    let (number, in_range) = C::Scalar::from_le_bytes(reversed);
    bool::from(in_range & !number.is_zero()).then_some(number)
}

/// RFC 7091, section 6.2; the signature is s‖r, both big-endian (RFC 9215,
/// section 2).
pub fn verify<C: Curve>(
    public_key: &[u8],
    digest: &[u8],
    signature: &[u8],
) -> Result<bool, Refusal> {
    let point = public_point::<C>(public_key)?;
    let e = digest_number::<C>(digest)?;
    let size = C::Scalar::BYTES;
    if signature.len() != 2 * size {
        return Ok(false);
    }
    let numbers = (
        signature_number::<C>(&signature[..size]),
        signature_number::<C>(&signature[size..]),
    );
    let (Some(s), Some(r)) = numbers else {
        return Ok(false);
    };
    let v = e.invert();
    let mut z2 = [0; MAX_BYTES];
    (-(r * v)).write_le_bytes(&mut z2[..size]);
    let sum = multiply::with_generator::<C>(s * v, &z2[..size], &point);
    Ok(has_x_modulo_order::<C>(&sum, r))
}

/// RFC 7091, section 6.1. The nonce is a function of key, digest and entropy:
/// with good entropy it is random, and without any still never repeats for
/// two digests.
pub fn sign<C: Curve>(
    private_key: &[u8],
    digest: &[u8],
    entropy: &[u8],
) -> Result<Vec<u8>, Refusal> {
    let d = private_scalar::<C>(private_key)?;
    let e = digest_number::<C>(digest)?;
    let size = C::Scalar::BYTES;
    let mut nonces = Nonces::new::<C::Scalar>(&d, e, entropy);
    loop {
        let k = Zeroizing::new(nonces.next::<C::Scalar>());
        let point = multiply::generator_secret::<C>(*k);
        let mut x = [0; MAX_BYTES];
        point.x.write_le_bytes(&mut x[..size]);
        let (r, _) = C::Scalar::from_le_bytes(&x[..size]);
        let s = r * *d + *k * e;
        if bool::from(!r.is_zero() & !s.is_zero()) {
            let mut signature = vec![0; 2 * size];
            r.write_le_bytes(&mut signature[..size]);
            s.write_le_bytes(&mut signature[size..]);
            signature.reverse();
            return Ok(signature);
        }
    }
}
