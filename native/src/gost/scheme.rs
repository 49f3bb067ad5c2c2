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
    let mut nonces = Nonces::new::<C::Scalar>(&d, e, entropy);
    loop {
        let k = Zeroizing::new(nonces.next::<C::Scalar>());
        if let Some(signature) = sign_with_nonce::<C>(&d, e, &k) {
            return Ok(signature);
        }
    }
}

/// Steps 3 to 6; None in the case, never seen, that r or s is zero.
fn sign_with_nonce<C: Curve>(d: &C::Scalar, e: C::Scalar, k: &C::Scalar) -> Option<Vec<u8>> {
    let size = C::Scalar::BYTES;
    let point = multiply::generator_secret::<C>(*k);
    let mut x = [0; MAX_BYTES];
    point.x.write_le_bytes(&mut x[..size]);
    let (r, _) = C::Scalar::from_le_bytes(&x[..size]);
    let s = r * *d + *k * e;
    if bool::from(r.is_zero() | s.is_zero()) {
        return None;
    }
    let mut signature = vec![0; 2 * size];
    r.write_le_bytes(&mut signature[..size]);
    s.write_le_bytes(&mut signature[size..]);
    signature.reverse();
    Some(signature)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::curve::Weierstrass;
    use crate::gost::sets::{Test256, Test512};

    fn big_endian(digits: &str) -> Vec<u8> {
        let digits: Vec<char> = digits.chars().filter(char::is_ascii_hexdigit).collect();
        digits
            .chunks(2)
            .map(|pair| {
                pair.iter().fold(0, |byte, digit| {
                    byte << 4 | digit.to_digit(16).unwrap() as u8
                })
            })
            .collect()
    }

    fn number<C: Curve>(digits: &str) -> C::Scalar {
        let mut bytes = big_endian(digits);
        bytes.reverse();
        C::Scalar::from_le_bytes_reduced(&bytes)
    }

    fn signs_as_published<C: Curve>([d, e, k, r, s]: [&str; 5]) {
        let (d, e, k) = (number::<C>(d), number::<C>(e), number::<C>(k));
        let signature = sign_with_nonce::<C>(&d, e, &k).unwrap();
        assert_eq!(signature, [big_endian(s), big_endian(r)].concat());
    }

    /// RFC 7091, section 7.1.
    #[test]
    fn example_of_256_bits() {
        signs_as_published::<Weierstrass<Test256>>([
            "7A929ADE789BB9BE10ED359DD39A72C11B60961F49397EEE1D19CE9891EC3B28",
            "2DFBC1B372D89A1188C09C52E0EEC61FCE52032AB1022E8E67ECE6672B043EE5",
            "77105C9B20BCD3122823C8CF6FCC7B956DE33814E95B7FE64FED924594DCEAB3",
            "41AA28D2F1AB148280CD9ED56FEDA41974053554A42767B83AD043FD39DC0493",
            "01456C64BA4642A1653C235A98A60249BCD6D3F746B631DF928014F6C5BF9C40",
        ]);
    }

    /// GOST R 34.10-2012, appendix A.2.
    #[test]
    fn example_of_512_bits() {
        signs_as_published::<Weierstrass<Test512>>([
            "0BA6048AADAE241BA40936D47756D7C93091A0E8514669700EE7508E508B1020
             72E8123B2200A0563322DAD2827E2714A2636B7BFD18AADFC62967821FA18DD4",
            "3754F3CFACC9E0615C4F4A7C4D8DAB531B09B6F9C170C533A71D147035B0C591
             7184EE536593F4414339976C647C5D5A407ADEDB1D560C4FC6777D2972075B8C",
            "0359E7F4B1410FEACC570456C6801496946312120B39D019D455986E364F3658
             86748ED7A44B3E794434006011842286212273A6D14CF70EA3AF71BB1AE679F1",
            "2F86FA60A081091A23DD795E1E3C689EE512A3C82EE0DCC2643C78EEA8FCACD3
             5492558486B20F1C9EC197C90699850260C93BCBCD9C5C3317E19344E173AE36",
            "1081B394696FFE8E6585E7A9362D26B6325F56778AADBC081C0BFBE933D52FF5
             823CE288E8C4F362526080DF7F70CE406A6EEB1F56919CB92A9853BDE73E5B4A",
        ]);
    }
}
