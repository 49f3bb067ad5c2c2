//! The scheme with its parameter set chosen by name.

use zeroize::Zeroizing;

use super::scheme;
use crate::curve::keys::{self, Refusal};

/// Every set by the name that Python knows it by.
pub const CURVES: [&str; 9] = [
    "256-A", "256-B", "256-C", "256-D", "256-test", "512-A", "512-B", "512-C", "512-test",
];

/// Evaluates an expression with the named set as a type.
macro_rules! with_curve {
    ($name:expr, $curve:ident => $body:expr) => {{
        use $crate::curve::{Edwards, Weierstrass};
        use $crate::gost::sets;
        match $name {
            "256-A" => {
                type $curve = Edwards<sets::Tc26Set256A>;
                $body
            }
            "256-B" => {
                type $curve = Weierstrass<sets::Tc26Set256B>;
                $body
            }
            "256-C" => {
                type $curve = Weierstrass<sets::Tc26Set256C>;
                $body
            }
            "256-D" => {
                type $curve = Weierstrass<sets::Tc26Set256D>;
                $body
            }
            "256-test" => {
                type $curve = Weierstrass<sets::Test256>;
                $body
            }
            "512-A" => {
                type $curve = Weierstrass<sets::Tc26Set512A>;
                $body
            }
            "512-B" => {
                type $curve = Weierstrass<sets::Tc26Set512B>;
                $body
            }
            "512-C" => {
                type $curve = Edwards<sets::Tc26Set512C>;
                $body
            }
            "512-test" => {
                type $curve = Weierstrass<sets::Test512>;
                $body
            }
            _ => Err("unknown curve"),
        }
    }};
}

pub fn verify(curve: &str, key: &[u8], digest: &[u8], signature: &[u8]) -> Result<bool, Refusal> {
    with_curve!(curve, C => scheme::verify::<C>(key, digest, signature))
}

pub fn sign(curve: &str, key: &[u8], digest: &[u8], entropy: &[u8]) -> Result<Vec<u8>, Refusal> {
    with_curve!(curve, C => scheme::sign::<C>(key, digest, entropy))
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
