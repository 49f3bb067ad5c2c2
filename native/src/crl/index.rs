//! The index proper, without Python.

use std::cmp::Ordering;

use crate::ber::reader::{
    Header, Malformed, Moment, Result, element_end, fail, parse_time, read_header,
};

const MAX_DEPTH: usize = 16;
/// RFC 5280 §4.1.2.2 allows 20; more is seen, hundreds are not.
const MAX_SERIAL: usize = 200;
const MAX_UNKNOWN: usize = 16;

const REASON_CODE: &[u8] = &[0x55, 0x1D, 0x15];
const INVALIDITY_DATE: &[u8] = &[0x55, 0x1D, 0x18];
const CERTIFICATE_ISSUER: &[u8] = &[0x55, 0x1D, 0x1D];

/// What an entry says, but for its serial number and issuer.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    pub revocation: Moment,
    pub reason: Option<u8>,
    pub invalidity: Option<Moment>,
}

/// From this entry on (by offset), certificates are of the issuer in this span.
struct IssuerRun {
    from: u32,
    start: u32,
    end: u32,
}

#[derive(Default)]
pub struct Index {
    /// Spread and offset of each entry, sorted by spread, serial number, offset.
    entries: Vec<(u32, u32)>,
    /// In the order of the CRL.
    issuers: Vec<IssuerRun>,
    pub duplicates: usize,
    pub unknown_critical: Vec<Box<[u8]>>,
}

/// One element inside `data`: where its content is, where it ends.
struct Span {
    header: Header,
    start: usize,
    body: usize,
    stop: usize,
    end: usize,
}

fn span(data: &[u8], at: usize, end: usize) -> Result<Span> {
    let header = read_header(data, at, end)?;
    let next = element_end(data, at, end, &header, MAX_DEPTH)?;
    Ok(Span {
        start: at,
        body: at + header.header_length,
        stop: if header.length.is_none() {
            next - 2
        } else {
            next
        },
        end: next,
        header,
    })
}

fn expect(data: &[u8], at: usize, end: usize, tag: u8) -> Result<Span> {
    let found = span(data, at, end)?;
    if found.header.tag != tag {
        return fail(at, "another tag is expected");
    }
    Ok(found)
}

fn is_time(tag: u8) -> bool {
    matches!(tag, 0x17 | 0x18)
}

fn time(data: &[u8], found: &Span) -> Result<Moment> {
    if !is_time(found.header.tag) {
        return fail(found.start, "not a time");
    }
    parse_time(
        &data[found.body..found.stop],
        found.header.tag == 0x18,
        found.start,
    )
}

/// The shortest two's complement form of an INTEGER's content octets.
fn minimal(mut octets: &[u8]) -> &[u8] {
    while let [first, second, ..] = octets {
        let redundant =
            (*first == 0 && second & 0x80 == 0) || (*first == 0xFF && second & 0x80 != 0);
        if !redundant {
            break;
        }
        octets = &octets[1..];
    }
    octets
}

fn compare(left: &[u8], right: &[u8]) -> Ordering {
    left.len().cmp(&right.len()).then_with(|| left.cmp(right))
}

/// A spread of the serial number, so that a search stays within the index. Serial numbers that
/// are made to collide only cost reads of the CRL itself, as order among them is by [`compare`].
fn spread(serial: &[u8]) -> u32 {
    let mixed = serial
        .iter()
        .fold(0xCBF2_9CE4_8422_2325u64, |hash, &octet| {
            (hash ^ u64::from(octet)).wrapping_mul(0x0100_0000_01B3)
        });
    (mixed ^ (mixed >> 32)) as u32
}

/// The serial number of the entry at `offset`, which `build` has read before.
fn serial_at(data: &[u8], offset: u32) -> &[u8] {
    let at = offset as usize;
    let read = || -> Result<&[u8]> {
        let entry = read_header(data, at, data.len())?;
        let serial = span(data, at + entry.header_length, data.len())?;
        Ok(minimal(&data[serial.body..serial.stop]))
    };
    read().unwrap_or_default()
}

/// What one entry's extensions say.
#[derive(Default)]
struct Extensions {
    reason: Option<u8>,
    invalidity: Option<Moment>,
    /// Span of the Name; empty where the issuer is no directory name.
    issuer: Option<(usize, usize)>,
    unknown: Option<(usize, usize)>,
}

fn read_extensions(data: &[u8], list: &Span) -> Result<Extensions> {
    let mut found = Extensions::default();
    let mut at = list.body;
    while at < list.stop {
        let extension = expect(data, at, list.stop, 0x30)?;
        let oid = expect(data, extension.body, extension.stop, 0x06)?;
        let mut value = span(data, oid.end, extension.stop)?;
        let mut critical = false;
        if value.header.tag == 0x01 {
            critical = data[value.body..value.stop].iter().any(|&octet| octet != 0);
            value = span(data, value.end, extension.stop)?;
        }
        if value.header.tag != 0x04 || value.end != extension.stop {
            return fail(value.start, "extension without an OCTET STRING");
        }
        match &data[oid.body..oid.stop] {
            REASON_CODE => {
                let reason = expect(data, value.body, value.stop, 0x0A)?;
                let &[code] = &data[reason.body..reason.stop] else {
                    return fail(reason.start, "reason code of a wrong length");
                };
                found.reason = Some(code);
            }
            INVALIDITY_DATE => {
                found.invalidity = Some(time(data, &span(data, value.body, value.stop)?)?);
            }
            CERTIFICATE_ISSUER => {
                let names = expect(data, value.body, value.stop, 0x30)?;
                let mut issuer = (names.stop, names.stop);
                let mut at = names.body;
                while at < names.stop {
                    let name = span(data, at, names.stop)?;
                    if name.header.tag == 0xA4 {
                        let inner = expect(data, name.body, name.stop, 0x30)?;
                        issuer = (inner.start, inner.end);
                        break;
                    }
                    at = name.end;
                }
                found.issuer = Some(issuer);
            }
            _ if critical => found.unknown = Some((oid.body, oid.stop)),
            _ => {}
        }
        at = extension.end;
    }
    Ok(found)
}

/// Serial number, statement and extensions of the entry whose span is given.
fn read_entry(data: &[u8], entry: &Span) -> Result<(Span, Entry, Extensions)> {
    let serial = expect(data, entry.body, entry.stop, 0x02)?;
    if serial.body == serial.stop || serial.stop - serial.body > MAX_SERIAL {
        return fail(serial.start, "serial number of a wrong length");
    }
    let revoked = span(data, serial.end, entry.stop)?;
    let revocation = time(data, &revoked)?;
    let extensions = if revoked.end < entry.stop {
        let list = expect(data, revoked.end, entry.stop, 0x30)?;
        if list.end != entry.stop {
            return fail(list.end, "unknown member of an entry");
        }
        read_extensions(data, &list)?
    } else {
        Extensions::default()
    };
    let said = Entry {
        revocation,
        reason: extensions.reason,
        invalidity: extensions.invalidity,
    };
    Ok((serial, said, extensions))
}

/// The span of revokedCertificates, if the CRL has any.
fn find_entries(data: &[u8]) -> Result<Option<Span>> {
    let top = expect(data, 0, data.len(), 0x30)?;
    if top.end != data.len() {
        return fail(top.end, "octets after the end");
    }
    let body = expect(data, top.body, top.stop, 0x30)?;
    let mut part = span(data, body.body, body.stop)?;
    if part.header.tag == 0x02 {
        part = span(data, part.end, body.stop)?;
    }
    // signature, issuer, thisUpdate, nextUpdate?
    let issuer = expect(data, part.end, body.stop, 0x30)?;
    let mut at = span(data, issuer.end, body.stop)?.end;
    while at < body.stop {
        let part = span(data, at, body.stop)?;
        if part.header.tag == 0x30 {
            return Ok(Some(part));
        }
        if !is_time(part.header.tag) {
            break;
        }
        at = part.end;
    }
    Ok(None)
}

impl Index {
    pub fn build(data: &[u8]) -> Result<Self> {
        if u32::try_from(data.len()).is_err() {
            return fail(0, "larger than 4 GiB");
        }
        let mut index = Self::default();
        let Some(list) = find_entries(data)? else {
            return Ok(index);
        };
        let mut at = list.body;
        while at < list.stop {
            let entry = expect(data, at, list.stop, 0x30)?;
            let (serial, _, extensions) = read_entry(data, &entry)?;
            if let Some((start, end)) = extensions.issuer {
                index.issuers.push(IssuerRun {
                    from: at as u32,
                    start: start as u32,
                    end: end as u32,
                });
            }
            if let Some((start, end)) = extensions.unknown {
                let oid = &data[start..end];
                if index.unknown_critical.len() < MAX_UNKNOWN
                    && !index.unknown_critical.iter().any(|known| **known == *oid)
                {
                    index.unknown_critical.push(oid.into());
                }
            }
            index
                .entries
                .push((spread(minimal(&data[serial.body..serial.stop])), at as u32));
            at = entry.end;
        }
        index.entries.shrink_to_fit();
        index.entries.sort_unstable_by(|left, right| {
            left.0
                .cmp(&right.0)
                .then_with(|| compare(serial_at(data, left.1), serial_at(data, right.1)))
                .then(left.1.cmp(&right.1))
        });
        index.issuers.shrink_to_fit();
        index.duplicates = index.count_duplicates(data);
        Ok(index)
    }

    /// A repetition stands beside another entry of its serial number.
    fn count_duplicates(&self, data: &[u8]) -> usize {
        let mut count = 0;
        let mut start = 0;
        while start < self.entries.len() {
            let (key, offset) = self.entries[start];
            let same = |&&(other, at): &&(u32, u32)| {
                other == key && serial_at(data, at) == serial_at(data, offset)
            };
            let stop = start + 1 + self.entries[start + 1..].iter().take_while(same).count();
            if stop - start > 1 {
                let mut issuers: Vec<Option<&[u8]>> = (start..stop)
                    .map(|position| self.issuer(data, position))
                    .collect();
                issuers.sort_unstable();
                issuers.dedup();
                count += stop - start - issuers.len();
            }
            start = stop;
        }
        count
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn indirect(&self) -> bool {
        !self.issuers.is_empty()
    }

    pub fn size(&self) -> usize {
        size_of_val(&self.entries[..]) + size_of_val(&self.issuers[..])
    }

    /// Positions of the entries with this serial number.
    pub fn find(&self, data: &[u8], serial: &[u8]) -> std::ops::Range<usize> {
        let serial = minimal(serial);
        let key = spread(serial);
        let start = self.entries.partition_point(|&(other, offset)| {
            other
                .cmp(&key)
                .then_with(|| compare(serial_at(data, offset), serial))
                .is_lt()
        });
        let count = self.entries[start..]
            .iter()
            .take_while(|&&(other, offset)| other == key && serial_at(data, offset) == serial)
            .count();
        start..start + count
    }

    /// The issuer that holds for an entry; `None`: the CRL's own.
    pub fn issuer<'a>(&self, data: &'a [u8], position: usize) -> Option<&'a [u8]> {
        let (_, offset) = self.entries[position];
        let after = self.issuers.partition_point(|run| run.from <= offset);
        let run = &self.issuers[after.checked_sub(1)?];
        Some(&data[run.start as usize..run.end as usize])
    }

    pub fn entry(&self, data: &[u8], position: usize) -> Result<Entry> {
        let Some(&(_, offset)) = self.entries.get(position) else {
            return Err(Malformed {
                offset: 0,
                reason: "an entry is missing",
            });
        };
        let entry = span(data, offset as usize, data.len())?;
        Ok(read_entry(data, &entry)?.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serial_numbers_compare_as_numbers() {
        assert_eq!(minimal(&[0, 0, 0x7F]), [0x7F]);
        assert_eq!(minimal(&[0, 0x80]), [0, 0x80]);
        assert_eq!(minimal(&[0xFF, 0xFF, 0x80]), [0x80]);
        assert_eq!(minimal(&[0]), [0]);
        assert_eq!(compare(&[0x7F], &[0, 0x80]), Ordering::Less);
    }

    #[test]
    fn no_prefix_of_a_list_can_be_read() {
        // Version 2, an algorithm, an empty issuer, thisUpdate, one entry with a reason.
        let entry = [
            0x30, 0x20, 0x02, 0x01, 0x05, 0x17, 0x0D, b'2', b'4', b'0', b'1', b'0', b'1', b'0',
            b'0', b'0', b'0', b'0', b'0', b'Z', 0x30, 0x0C, 0x30, 0x0A, 0x06, 0x03, 0x55, 0x1D,
            0x15, 0x04, 0x03, 0x0A, 0x01, 0x01,
        ];
        let mut body = vec![0x02, 0x01, 0x01, 0x30, 0x03, 0x06, 0x01, 0x2A, 0x30, 0x00];
        body.extend_from_slice(&entry[5..20]);
        body.push(0x30);
        body.push(entry.len() as u8);
        body.extend_from_slice(&entry);
        let mut list = vec![0x30, body.len() as u8 + 2, 0x30, body.len() as u8];
        list.extend_from_slice(&body);
        let index = Index::build(&list).unwrap();
        assert_eq!(index.len(), 1);
        assert_eq!(index.find(&list, &[0, 5]), 0..1);
        assert!(index.find(&list, &[6]).is_empty());
        assert_eq!(index.entry(&list, 0).unwrap().reason, Some(1));
        for length in 0..list.len() {
            assert!(Index::build(&list[..length]).is_err(), "{length}");
        }
    }
}
