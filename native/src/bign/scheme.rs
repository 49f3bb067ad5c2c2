//! bign: STB 34.101.45, section 7.1. With l half the bits of q, a signature is
//! s0 (l bits) ‖ s1 (2l bits), little-endian; the hash is 2l bits long and its
//! OID is signed with it.

use belt_hash::BeltHash;
use belt_hash::digest::Digest;
use zeroize::Zeroizing;

use super::nonce::Nonces;
use crate::curve::keys::{Refusal, private_scalar, public_point};
use crate::curve::{Curve, multiply};
use crate::field::{Field, MAX_BYTES};

/// A hash and the DER of its algorithm's identifier.
pub struct Hashed<'a> {
    oid: &'a [u8],
    digest: &'a [u8],
}

impl<'a> Hashed<'a> {
    pub fn new<C: Curve>(oid: &'a [u8], digest: &'a [u8]) -> Result<Self, Refusal> {
        let whole = match oid {
            [0x06, length @ 1..=127, rest @ ..] => rest.len() == usize::from(*length),
            _ => false,
        };
        if !whole {
            return Err("hash identifier is not the DER of an object identifier");
        }
        if digest.len() != C::Scalar::BYTES {
            return Err("digest has the wrong length");
        }
        Ok(Self { oid, digest })
    }

    /// H as a number modulo q.
    fn number<S: Field>(&self) -> S {
        S::from_le_bytes(self.digest).0
    }

    /// s0: the first l bits of belt-hash(OID ‖ x of R ‖ H).
    fn commit<C: Curve>(&self, x: C::Base) -> [u8; MAX_BYTES / 2] {
        let mut encoded = [0; MAX_BYTES];
        let encoded = &mut encoded[..C::Base::BYTES];
        x.write_le_bytes(encoded);
        let hash = BeltHash::new_with_prefix(self.oid)
            .chain_update(encoded)
            .chain_update(self.digest)
            .finalize();
        hash.into()
    }
}

/// The multiplier of Q: s0 + 2^l, one bit longer than s0.
fn extended(s0: &[u8]) -> ([u8; MAX_BYTES], usize) {
    let mut bytes = [0; MAX_BYTES];
    bytes[..s0.len()].copy_from_slice(s0);
    bytes[s0.len()] = 1;
    (bytes, s0.len() + 1)
}

/// Algorithm 7.1.4.
pub fn verify<C: Curve>(
    public_key: &[u8],
    hashed: &Hashed,
    signature: &[u8],
) -> Result<bool, Refusal> {
    let point = public_point::<C>(public_key)?;
    let size = C::Scalar::BYTES;
    if signature.len() != size / 2 + size {
        return Ok(false);
    }
    let (s0, s1) = signature.split_at(size / 2);
    let (s1, in_range) = C::Scalar::from_le_bytes(s1);
    if !bool::from(in_range) {
        return Ok(false);
    }
    let (multiplier, length) = extended(s0);
    let generator_multiplier = s1 + hashed.number();
    let sum = multiply::with_generator::<C>(generator_multiplier, &multiplier[..length], &point);
    Ok(C::coordinates(&sum).is_some_and(|r| &hashed.commit::<C>(r.x)[..size / 2] == s0))
}

/// Algorithm 7.1.3 with the nonce of 6.3.3; the entropy is its t.
pub fn sign<C: Curve>(
    private_key: &[u8],
    hashed: &Hashed,
    entropy: &[u8],
) -> Result<Vec<u8>, Refusal> {
    let d = private_scalar::<C>(private_key)?;
    let size = C::Scalar::BYTES;
    let mut nonces = Nonces::new(hashed.oid, private_key, entropy, hashed.digest);
    let k = Zeroizing::new(nonces.next::<C::Scalar>());
    let point = multiply::generator_secret::<C>(*k);
    let s0 = &hashed.commit::<C>(point.x)[..size / 2];
    let (multiplier, _) = extended(s0);
    let (multiplier, _) = C::Scalar::from_le_bytes(&multiplier[..size]);
    let s1 = *k - hashed.number() - multiplier * *d;
    let mut signature = vec![0; size / 2 + size];
    signature[..size / 2].copy_from_slice(s0);
    s1.write_le_bytes(&mut signature[size / 2..]);
    Ok(signature)
}
