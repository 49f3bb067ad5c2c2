//! The scheme with its curve chosen by name.

use zeroize::Zeroizing;

use super::scheme::{self, Hashed};
use crate::curve::keys::{self, Refusal};

/// Every curve by the name that Python knows it by.
pub const CURVES: [&str; 3] = ["256v1", "384v1", "512v1"];

/// Evaluates an expression with the named curve as a type.
macro_rules! with_curve {
    ($name:expr, $curve:ident => $body:expr) => {{
        use $crate::bign::sets;
        use $crate::curve::Weierstrass;
        match $name {
            "256v1" => {
                type $curve = Weierstrass<sets::Curve256v1>;
                $body
            }
            "384v1" => {
                type $curve = Weierstrass<sets::Curve384v1>;
                $body
            }
            "512v1" => {
                type $curve = Weierstrass<sets::Curve512v1>;
                $body
            }
            _ => Err("unknown curve"),
        }
    }};
}

pub fn verify(
    curve: &str,
    public_key: &[u8],
    oid: &[u8],
    digest: &[u8],
    signature: &[u8],
) -> Result<bool, Refusal> {
    with_curve!(curve, C => {
        let hashed = Hashed::new::<C>(oid, digest)?;
        scheme::verify::<C>(public_key, &hashed, signature)
    })
}

pub fn sign(
    curve: &str,
    private_key: &[u8],
    oid: &[u8],
    digest: &[u8],
    entropy: &[u8],
) -> Result<Vec<u8>, Refusal> {
    with_curve!(curve, C => {
        let hashed = Hashed::new::<C>(oid, digest)?;
        scheme::sign::<C>(private_key, &hashed, entropy)
    })
}

pub fn public_key(curve: &str, private_key: &[u8]) -> Result<Vec<u8>, Refusal> {
    with_curve!(curve, C => keys::public_key::<C>(private_key))
}

pub fn check_public_key(curve: &str, public_key: &[u8]) -> Result<(), Refusal> {
    with_curve!(curve, C => keys::check_public_key::<C>(public_key))
}

pub fn private_key(curve: &str, random: &[u8]) -> Result<Zeroizing<Vec<u8>>, Refusal> {
    with_curve!(curve, C => keys::private_key::<C>(random))
}
