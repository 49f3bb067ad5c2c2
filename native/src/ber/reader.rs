//! The reader proper: headers, ends and DER re-encoding over plain slices.
//!
//! Nothing here knows Python. Nothing here recurses on what the input says,
//! except [`write_der`], whose depth the caller's limit bounds.

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

/// Whether a universal type is a string or time, which BER may cut in pieces.
fn is_string(number: u32) -> bool {
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

/// Whether the element at `pos` is DER throughout: definite shortest lengths,
/// strings in one piece, booleans 00 or FF, SETs in order. OCTET STRINGs are
/// not looked into.
pub fn is_der(data: &[u8], pos: usize, end: usize, max_depth: usize) -> Result<bool> {
    // Ends of the open elements; for a SET, the span of the member before.
    struct Open {
        end: usize,
        set: bool,
        previous: (usize, usize),
    }
    let mut stack: Vec<Open> = Vec::new();
    let mut at = pos;
    loop {
        while let Some(top) = stack.last() {
            if at < top.end {
                break;
            }
            stack.pop();
        }
        if at >= end {
            return Ok(true);
        }
        let limit = stack.last().map_or(end, |open| open.end);
        let header = read_header(data, at, limit)?;
        let Some(length) = header.length else {
            return Ok(false);
        };
        let body = at + header.header_length;
        let stop = body + length;
        if !header.minimal || header.is_end_of_contents() {
            return Ok(false);
        }
        if let Some(number) = header.universal() {
            if header.constructed && is_string(number) {
                return Ok(false);
            }
            if number == 1 && !matches!(&data[body..stop], [0] | [0xFF]) {
                return Ok(false);
            }
        }
        if let Some(top) = stack.last_mut()
            && top.set
        {
            let (from, to) = top.previous;
            if from != to && data[from..to] > data[at..stop] {
                return Ok(false);
            }
            top.previous = (at, stop);
        }
        if header.constructed {
            if stack.len() >= max_depth {
                return fail(at, "nested too deeply");
            }
            stack.push(Open {
                end: stop,
                set: header.tag == 0x31,
                previous: (0, 0),
            });
            at = body;
        } else {
            at = stop;
        }
    }
}

/// Appends the shortest definite length (X.690 §10.1).
pub fn write_length(length: usize, out: &mut Vec<u8>) {
    if length < 0x80 {
        out.push(length as u8);
        return;
    }
    let octets = length.to_be_bytes();
    let skip = octets.iter().take_while(|&&octet| octet == 0).count();
    out.push(0x80 | (octets.len() - skip) as u8);
    out.extend_from_slice(&octets[skip..]);
}

fn write_identifier(tag: u8, number: u32, out: &mut Vec<u8>) {
    if number < 0x1F {
        out.push((tag & 0xE0) | number as u8);
        return;
    }
    out.push(tag | 0x1F);
    let mut started = false;
    for shift in [28u32, 21, 14, 7, 0] {
        let group = ((number >> shift) & 0x7F) as u8;
        started |= group != 0 || shift == 0;
        if started {
            out.push(if shift == 0 { group } else { group | 0x80 });
        }
    }
}

/// Re-encodes the element at `pos` in DER; `retag` replaces its identifier
/// octet first (signed attributes: `[0]` becomes SET OF, RFC 5652 §5.4).
pub fn write_der(
    data: &[u8],
    pos: usize,
    end: usize,
    retag: Option<u8>,
    sort_sets: bool,
    depth: usize,
    out: &mut Vec<u8>,
) -> Result<usize> {
    let mut header = read_header(data, pos, end)?;
    let next = element_end(data, pos, end, &header, depth)?;
    let body = pos + header.header_length;
    let stop = if header.length.is_none() {
        next - 2
    } else {
        next
    };
    if let Some(tag) = retag {
        header.tag = tag;
        header.number = u32::from(tag & 0x1F);
        header.constructed = tag & 0x20 != 0;
    }
    if !header.constructed {
        write_identifier(header.tag, header.number, out);
        let content = &data[body..stop];
        write_length(content.len(), out);
        match (header.universal(), content) {
            (Some(1), [octet]) => out.push(if *octet == 0 { 0 } else { 0xFF }),
            _ => out.extend_from_slice(content),
        }
        return Ok(next);
    }
    if depth == 0 {
        return fail(pos, "nested too deeply");
    }
    let mut content = Vec::with_capacity(stop - body);
    match header.universal() {
        Some(3) => {
            content.push(0);
            let unused = join_bits(data, body, stop, depth - 1, &mut content)?;
            content[0] = unused;
            header.tag &= !0x20;
        }
        Some(number) if is_string(number) => {
            join_string(data, body, stop, depth - 1, &mut content)?;
            header.tag &= !0x20;
        }
        _ if sort_sets && header.tag == 0x31 => {
            let mut members: Vec<Vec<u8>> = Vec::new();
            let mut at = body;
            while at < stop {
                let mut member = Vec::new();
                at = write_der(data, at, stop, None, sort_sets, depth - 1, &mut member)?;
                members.push(member);
            }
            // X.690 §11.6: shorter encodings compare as if padded with zeros,
            // which for TLVs is the plain order of the octets.
            members.sort_unstable();
            for member in members {
                content.extend_from_slice(&member);
            }
        }
        _ => {
            let mut at = body;
            while at < stop {
                at = write_der(data, at, stop, None, sort_sets, depth - 1, &mut content)?;
            }
        }
    }
    write_identifier(header.tag, header.number, out);
    write_length(content.len(), out);
    out.extend_from_slice(&content);
    Ok(next)
}

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
        if value > (u128::MAX >> 8) {
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

/// A moment in UTC, as its calendar fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    pub year: i32,
    pub month: u8,
    pub day: u8,
    pub hour: u8,
    pub minute: u8,
    pub second: u8,
    pub microsecond: u32,
}

fn digits(text: &[u8], at: usize, count: usize) -> Option<u32> {
    let mut value = 0;
    for &octet in text.get(at..at + count)? {
        if !octet.is_ascii_digit() {
            return None;
        }
        value = value * 10 + u32::from(octet - b'0');
    }
    Some(value)
}

/// Days since 1970-01-01 of a proleptic Gregorian date (Howard Hinnant's rule).
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year - era * 400;
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

fn civil_from_days(days: i64) -> (i64, u8, u8) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days - era * 146_097;
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = (of_year - (153 * shifted + 2) / 5 + 1) as u8;
    let month = (if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    }) as u8;
    (year + era * 400 + i64::from(month <= 2), month, day)
}

/// UTCTime and GeneralizedTime, also in the forms that X.690 §11.7–11.8 and
/// RFC 5280 §4.1.2.5 forbid but real files hold: no seconds, offsets, fractions,
/// a missing zone (taken as UTC).
pub fn parse_time(text: &[u8], generalized: bool, offset: usize) -> Result<Moment> {
    parse_time_fields(text, generalized).ok_or(Malformed {
        offset,
        reason: "not a time",
    })
}

fn parse_time_fields(text: &[u8], generalized: bool) -> Option<Moment> {
    let (year, mut at) = if generalized {
        (digits(text, 0, 4)?, 4)
    } else {
        let short = digits(text, 0, 2)?;
        // RFC 5280 §4.1.2.5.1.
        (
            if short >= 50 {
                1900 + short
            } else {
                2000 + short
            },
            2,
        )
    };
    let month = digits(text, at, 2)?;
    let day = digits(text, at + 2, 2)?;
    let hour = digits(text, at + 4, 2)?;
    at += 6;
    let mut minute = 0;
    let mut second = 0;
    if let Some(value) = digits(text, at, 2) {
        minute = value;
        at += 2;
        if let Some(value) = digits(text, at, 2) {
            second = value;
            at += 2;
        }
    } else if !generalized {
        return None;
    }
    let mut microsecond = 0;
    if generalized && matches!(text.get(at), Some(b'.' | b',')) {
        at += 1;
        let from = at;
        let mut scale = 100_000;
        while let Some(octet) = text.get(at).filter(|octet| octet.is_ascii_digit()) {
            microsecond += u32::from(octet - b'0') * scale;
            scale /= 10;
            at += 1;
        }
        if at == from {
            return None;
        }
    }
    let mut shift = 0i64;
    match text.get(at) {
        None => {}
        Some(b'Z') => at += 1,
        Some(sign @ (b'+' | b'-')) => {
            let hours = i64::from(digits(text, at + 1, 2)?);
            let minutes = digits(text, at + 3, 2).map(i64::from);
            at += if minutes.is_some() { 5 } else { 3 };
            let total = hours * 60 + minutes.unwrap_or(0);
            if hours > 23 || minutes.unwrap_or(0) > 59 {
                return None;
            }
            shift = if *sign == b'+' { -total } else { total };
        }
        Some(_) => return None,
    }
    let leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    let last = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u32::from(leap),
        _ => return None,
    };
    if at != text.len()
        || year == 0
        || !(1..=last).contains(&day)
        || hour > 23
        || minute > 59
        || second > 59
    {
        return None;
    }
    let mut moment = Moment {
        year: year as i32,
        month: month as u8,
        day: day as u8,
        hour: hour as u8,
        minute: minute as u8,
        second: second as u8,
        microsecond,
    };
    if shift != 0 {
        let minutes = days_from_civil(i64::from(year), i64::from(month), i64::from(day)) * 1440
            + i64::from(hour * 60 + minute)
            + shift;
        let (year, month, day) = civil_from_days(minutes.div_euclid(1440));
        let of_day = minutes.rem_euclid(1440);
        if !(1..=9999).contains(&year) {
            return None;
        }
        moment.year = year as i32;
        moment.month = month;
        moment.day = day;
        moment.hour = (of_day / 60) as u8;
        moment.minute = (of_day % 60) as u8;
    }
    Some(moment)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn header(data: &[u8]) -> Result<Header> {
        read_header(data, 0, data.len())
    }

    #[test]
    fn lengths_beyond_the_data_are_refused() {
        for data in [
            &[0x30, 0x05, 0x00][..],
            &[0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF],
            &[0x30, 0x89, 1, 0, 0, 0, 0, 0, 0, 0, 0],
            &[0x30, 0xFF],
            &[0x04, 0x80, 0, 0],
            &[0x1F],
            &[0x1F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F, 0],
            &[],
        ] {
            assert!(header(data).is_err(), "{data:?}");
        }
    }

    #[test]
    fn long_lengths_are_read_and_named_non_minimal() {
        let read = header(&[0x04, 0x82, 0x00, 0x01, 0x55]).unwrap();
        assert_eq!(read.length, Some(1));
        assert!(!read.minimal);
    }

    #[test]
    fn indefinite_elements_end_at_their_own_end() {
        let data = [
            0x30, 0x80, 0x24, 0x80, 0x04, 0x02, 0, 0, 0, 0, 0x05, 0, 0, 0, 0x05, 0,
        ];
        let read = header(&data).unwrap();
        assert_eq!(element_end(&data, 0, data.len(), &read, 64), Ok(14));
        assert!(!is_der(&data, 0, 14, 64).unwrap());
        let mut out = Vec::new();
        write_der(&data, 0, 14, None, true, 64, &mut out).unwrap();
        assert_eq!(out, [0x30, 0x06, 0x04, 0x02, 0, 0, 0x05, 0]);
        assert!(is_der(&out, 0, out.len(), 64).unwrap());
    }

    #[test]
    fn nesting_is_bounded() {
        let data = [0x30, 0x80].repeat(1000);
        let read = header(&data).unwrap();
        assert!(element_end(&data, 0, data.len(), &read, 64).is_err());
        let mut deep = vec![0x05, 0];
        for _ in 0..100 {
            let mut outer = vec![0x30];
            write_length(deep.len(), &mut outer);
            outer.extend_from_slice(&deep);
            deep = outer;
        }
        assert!(is_der(&deep, 0, deep.len(), 64).is_err());
        assert!(write_der(&deep, 0, deep.len(), None, true, 64, &mut Vec::new()).is_err());
    }

    #[test]
    fn times_in_every_form() {
        let at = |text: &[u8], generalized| parse_time(text, generalized, 0);
        assert_eq!(at(b"491231235959Z", false).unwrap().year, 2049);
        assert_eq!(at(b"500101000000Z", false).unwrap().year, 1950);
        let moment = at(b"20240229003000.123456789+0300", true).unwrap();
        assert_eq!(
            (moment.day, moment.hour, moment.minute, moment.microsecond),
            (28, 21, 30, 123_456)
        );
        assert_eq!(at(b"2024022900", true).unwrap().hour, 0);
        for bad in [
            &b"20230229000000Z"[..],
            b"00000101000000Z",
            b"20240101000060Z",
            b"20240101000000.Z",
            b"20240101000000Zx",
            b"99991231235959-2300",
            b"2024",
        ] {
            assert!(at(bad, true).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn object_identifiers() {
        assert_eq!(oid_text(&[0x2A, 0x86, 0x48], 0).unwrap(), "1.2.840");
        assert_eq!(oid_text(&[0x88, 0x37], 0).unwrap(), "2.999");
        assert!(oid_text(&[0x2A, 0x80, 0x01], 0).is_err());
        assert!(oid_text(&[0x2A, 0x86], 0).is_err());
        assert!(oid_text(&[], 0).is_err());
    }
}
