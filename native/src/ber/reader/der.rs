//! Whether an element is DER, and its DER re-encoding (X.690 §10, §11).

use super::header::{Result, element_end, fail, read_header};
use super::strings::{is_string, join_bits, join_string};

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
