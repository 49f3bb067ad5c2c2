//! The deterministic nonce of STB 34.101.45, algorithm 6.3.3: the hash is
//! encrypted with belt-wblock until it is a number from 1 to q − 1, under a
//! key that is the hash of the OID, the private key and the entropy.

use zeroize::{Zeroize, ZeroizeOnDrop};

use super::belt;
use crate::field::{Field, MAX_BYTES};

#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Nonces {
    key: belt::Key,
    state: [u8; MAX_BYTES],
}

impl Nonces {
    /// Steps 1 and 2: θ = belt-hash(OID ‖ d ‖ t), r = H.
    pub fn new(oid: &[u8], private_key: &[u8], entropy: &[u8], digest: &[u8]) -> Self {
        let mut state = [0; MAX_BYTES];
        state[..digest.len()].copy_from_slice(digest);
        Self {
            key: belt::hash(&[oid, private_key, entropy]),
            state,
        }
    }

    /// Steps 3 to 5.
    pub fn next<S: Field>(&mut self) -> S {
        loop {
            let state = &mut self.state[..S::BYTES];
            belt::encrypt_wide(state, &self.key);
            let (k, in_range) = S::from_le_bytes(state);
            if bool::from(in_range & !k.is_zero()) {
                return k;
            }
        }
    }
}
