//! Identifier and length octets, and where an element ends (X.690 §8.1).

/// Why the bytes cannot be read, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed {
    pub offset: usize,
    pub reason: &'static str,
}

pub type Result<T> = std::result::Result<T, Malformed>;

pub fn fail<T>(offset: usize, reason: &'static str) -> Result<T> {
    Err(Malformed { offset, reason })
}

/// X.690 §8.1.2–8.1.3: identifier and length octets of one element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    pub tag: u8,
    pub number: u32,
    pub constructed: bool,
    pub header_length: usize,
    /// `None`: the indefinite form.
    pub length: Option<usize>,
    /// Identifier and length octets are in the shortest form (X.690 §10.1).
    pub minimal: bool,
}

impl Header {
    pub fn is_end_of_contents(&self) -> bool {
        self.tag == 0 && self.length == Some(0)
    }

    pub fn universal(&self) -> Option<u32> {
        (self.tag & 0xC0 == 0).then_some(self.number)
    }
}

/// Reads the header at `pos`; a definite length is checked against `end`.
#[inline]
pub fn read_header(data: &[u8], pos: usize, end: usize) -> Result<Header> {
    let data = &data[..end.min(data.len())];
    let Some(&tag) = data.get(pos) else {
        return fail(pos, "truncated: no identifier octet");
    };
    let mut at = pos + 1;
    let mut number = u32::from(tag & 0x1F);
    let mut minimal = true;
    if number == 0x1F {
        number = 0;
        loop {
            let Some(&octet) = data.get(at) else {
                return fail(pos, "truncated: identifier octets");
            };
            if number == 0 && octet == 0x80 {
                return fail(pos, "tag number starts with a zero octet");
            }
            if number > (u32::MAX >> 8) {
                return fail(pos, "tag number too large");
            }
            number = (number << 7) | u32::from(octet & 0x7F);
            at += 1;
            if octet & 0x80 == 0 {
                break;
            }
        }
        minimal = number >= 0x1F;
    }
    let Some(&first) = data.get(at) else {
        return fail(pos, "truncated: no length octet");
    };
    at += 1;
    let constructed = tag & 0x20 != 0;
    let length = match first {
        0..=0x7F => Some(usize::from(first)),
        0x80 => {
            if !constructed {
                return fail(pos, "indefinite length of a primitive element");
            }
            minimal = false;
            None
        }
        0xFF => return fail(pos, "reserved length octet"),
        _ => {
            let count = usize::from(first & 0x7F);
            let Some(octets) = data.get(at..at + count) else {
                return fail(pos, "truncated: length octets");
            };
            let mut value: usize = 0;
            for &octet in octets {
                if value > (usize::MAX >> 8) {
                    return fail(pos, "length beyond the end of the data");
                }
                value = (value << 8) | usize::from(octet);
            }
            minimal &= octets[0] != 0 && value > 0x7F;
            at += count;
            Some(value)
        }
    };
    if let Some(value) = length
        && value > data.len() - at
    {
        return fail(pos, "length beyond the end of the data");
    }
    Ok(Header {
        tag,
        number,
        constructed,
        header_length: at - pos,
        length,
        minimal,
    })
}

/// The end of the element at `pos` (end-of-contents octets included).
///
/// An indefinite element is walked with a counter instead of a stack: inside
/// it, only indefinite elements need to be opened, definite ones are leapt.
#[inline]
pub fn element_end(
    data: &[u8],
    pos: usize,
    end: usize,
    header: &Header,
    max_depth: usize,
) -> Result<usize> {
    let mut at = pos + header.header_length;
    if let Some(length) = header.length {
        return Ok(at + length);
    }
    let mut open = 1usize;
    loop {
        if at >= end {
            return fail(pos, "truncated: no end-of-contents octets");
        }
        let inner = read_header(data, at, end)?;
        at += inner.header_length;
        match inner.length {
            None => {
                open += 1;
                if open > max_depth {
                    return fail(at, "nested too deeply");
                }
            }
            Some(_) if inner.is_end_of_contents() => {
                open -= 1;
                if open == 0 {
                    return Ok(at);
                }
            }
            Some(length) => at += length,
        }
    }
}
