//! The deterministic nonce of STB 34.101.45, algorithm 6.3.3: the hash is
//! encrypted with belt-wblock until it is a number from 1 to q − 1, under a
//! key that is the hash of the OID, the private key and the entropy.

use belt_block::belt_wblock_enc;
use belt_hash::BeltHash;
use belt_hash::digest::Digest;
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::field::{Field, MAX_BYTES};

#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Nonces {
    key: [u32; 8],
    state: [u8; MAX_BYTES],
}

impl Nonces {
    /// Step 1 and 2: θ = belt-hash(OID ‖ d ‖ t), r = H.
    pub fn new(oid: &[u8], private_key: &[u8], entropy: &[u8], digest: &[u8]) -> Self {
        let theta = BeltHash::new_with_prefix(oid)
            .chain_update(private_key)
            .chain_update(entropy)
            .finalize();
        let mut nonces = Self {
            key: [0; 8],
            state: [0; MAX_BYTES],
        };
        for (word, bytes) in nonces.key.iter_mut().zip(theta.chunks_exact(4)) {
            *word = u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
        }
        nonces.state[..digest.len()].copy_from_slice(digest);
        nonces
    }

    /// Steps 3 to 5.
    pub fn next<S: Field>(&mut self) -> S {
        loop {
            let state = &mut self.state[..S::BYTES];
            // It refuses less than two blocks, and every scalar has two.
            let _ = belt_wblock_enc(state, &self.key);
            let (k, in_range) = S::from_le_bytes(state);
            if bool::from(in_range & !k.is_zero()) {
                return k;
            }
        }
    }
}
