//! UTCTime and GeneralizedTime (X.680 §46, §47), tolerant of what is met in practice.

use super::header::{Malformed, Result};

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
