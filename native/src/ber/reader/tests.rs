use super::der::write_length;
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
