//! OBJECT IDENTIFIER (X.690 §8.19).

use super::header::{Result, fail};

/// X.690 §8.19: dotted form of an OBJECT IDENTIFIER's content octets.
pub fn oid_text(content: &[u8], offset: usize) -> Result<String> {
    use std::fmt::Write;
    if content.is_empty() || content.len() > 512 {
        return fail(offset, "OBJECT IDENTIFIER of a wrong length");
    }
    let mut text = String::with_capacity(content.len() * 3);
    let mut value: u128 = 0;
    let mut fresh = true;
    for &octet in content {
        if fresh && octet == 0x80 {
            return fail(offset, "OBJECT IDENTIFIER with a padded arc");
        }
        if value > (u128::MAX >> 7) {
            return fail(offset, "OBJECT IDENTIFIER with an oversized arc");
        }
        value = (value << 7) | u128::from(octet & 0x7F);
        fresh = octet & 0x80 == 0;
        if fresh {
            let written = if text.is_empty() {
                let first = (value / 40).min(2);
                write!(text, "{first}.{}", value - first * 40)
            } else {
                write!(text, ".{value}")
            };
            if written.is_err() {
                return fail(offset, "OBJECT IDENTIFIER too long");
            }
            value = 0;
        }
    }
    if !fresh {
        return fail(offset, "OBJECT IDENTIFIER cut inside an arc");
    }
    Ok(text)
}
