//! Strings: pieces joined, bits counted, characters decoded (X.690 §8.6–8.23).

use super::header::{Result, element_end, fail, read_header};

/// Whether a universal type is a string or time, which BER may cut in pieces.
pub fn is_string(number: u32) -> bool {
    matches!(number, 3 | 4 | 12 | 18..=30)
}

/// Joins the pieces of a constructed string (X.690 §8.7.3) into `out`.
pub fn join_string(
    data: &[u8],
    start: usize,
    end: usize,
    depth: usize,
    out: &mut Vec<u8>,
) -> Result<()> {
    let mut at = start;
    while at < end {
        let header = read_header(data, at, end)?;
        if header.is_end_of_contents() {
            return fail(at, "end-of-contents octets out of place");
        }
        let next = element_end(data, at, end, &header, depth)?;
        let body = at + header.header_length;
        if header.tag & 0xC0 != 0 {
            return fail(at, "piece of a string is not a string");
        }
        if header.constructed {
            if depth == 0 {
                return fail(at, "nested too deeply");
            }
            let stop = if header.length.is_none() {
                next - 2
            } else {
                next
            };
            join_string(data, body, stop, depth - 1, out)?;
        } else {
            out.extend_from_slice(&data[body..next]);
        }
        at = next;
    }
    Ok(())
}

/// Joins the pieces of a constructed BIT STRING (X.690 §8.6.4): unused bits, octets.
pub fn join_bits(
    data: &[u8],
    start: usize,
    end: usize,
    depth: usize,
    out: &mut Vec<u8>,
) -> Result<u8> {
    let mut unused = 0;
    let mut at = start;
    while at < end {
        if unused != 0 {
            return fail(at, "unused bits before the last piece");
        }
        let header = read_header(data, at, end)?;
        let next = element_end(data, at, end, &header, depth)?;
        let body = at + header.header_length;
        if header.universal() != Some(3) {
            return fail(at, "piece of a BIT STRING is not a BIT STRING");
        }
        if header.constructed {
            if depth == 0 {
                return fail(at, "nested too deeply");
            }
            let stop = if header.length.is_none() {
                next - 2
            } else {
                next
            };
            unused = join_bits(data, body, stop, depth - 1, out)?;
        } else {
            let (count, octets) = split_bits(&data[body..next], at)?;
            out.extend_from_slice(octets);
            unused = count;
        }
        at = next;
    }
    Ok(unused)
}

/// X.690 §8.6.2: the first octet counts the unused bits of the last one.
pub fn split_bits(content: &[u8], offset: usize) -> Result<(u8, &[u8])> {
    match content.split_first() {
        Some((&unused, octets)) if unused < 8 && (unused == 0 || !octets.is_empty()) => {
            Ok((unused, octets))
        }
        _ => fail(offset, "BIT STRING with a wrong count of unused bits"),
    }
}

/// Text of a string type, and why it is not what its type allows.
pub fn decode_text(universal: Option<u32>, content: &[u8]) -> (String, Option<&'static str>) {
    let latin = |content: &[u8]| content.iter().map(|&octet| char::from(octet)).collect();
    let (text, mut deviation): (String, Option<&'static str>) = match universal {
        Some(12) => match std::str::from_utf8(content) {
            Ok(text) => (text.to_owned(), None),
            Err(_) => (
                String::from_utf8_lossy(content).into_owned(),
                Some("UTF8_INVALID"),
            ),
        },
        Some(30) => {
            let units: Vec<u16> = content
                .chunks_exact(2)
                .map(|pair| u16::from_be_bytes([pair[0], pair[1]]))
                .collect();
            let bad =
                content.len() % 2 != 0 || units.iter().any(|unit| (0xD800..0xE000).contains(unit));
            (
                String::from_utf16_lossy(&units),
                bad.then_some("BMP_INVALID"),
            )
        }
        Some(28) => {
            let mut bad = content.len() % 4 != 0;
            let text = content
                .chunks_exact(4)
                .map(|unit| {
                    char::from_u32(u32::from_be_bytes([unit[0], unit[1], unit[2], unit[3]]))
                        .unwrap_or_else(|| {
                            bad = true;
                            char::REPLACEMENT_CHARACTER
                        })
                })
                .collect();
            (text, bad.then_some("UNIVERSAL_INVALID"))
        }
        // RFC 5280 appendix B: T61 is treated as Latin-1, for want of anyone who did otherwise.
        Some(20) => (
            latin(content),
            (!content.is_ascii()).then_some("T61_LATIN1"),
        ),
        _ => {
            if content.is_ascii() {
                (latin(content), None)
            } else if let Ok(text) = std::str::from_utf8(content) {
                (text.to_owned(), Some("NOT_ASCII"))
            } else {
                (latin(content), Some("NOT_ASCII"))
            }
        }
    };
    if deviation.is_none() {
        let allowed = match universal {
            Some(18) => content
                .iter()
                .all(|&octet| octet.is_ascii_digit() || octet == b' '),
            Some(19) => content
                .iter()
                .all(|&octet| octet.is_ascii_alphanumeric() || b" '()+,-./:=?".contains(&octet)),
            _ => true,
        };
        if !allowed {
            deviation = Some(if universal == Some(18) {
                "NUMERIC_CHARACTER"
            } else {
                "PRINTABLE_CHARACTER"
            });
        } else if text.contains('\0') {
            deviation = Some("NUL_CHARACTER");
        }
    }
    (text, deviation)
}
