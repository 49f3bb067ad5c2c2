//! Whether signing takes the same time for all private keys: the measurement
//! of "dude, is my code constant time?" (Reparaz, Balasch, Verbauwhede, eprint
//! 2016/1123) on the compiled code.
//!
//! Two classes of keys, one fixed (d = 1, whose digits are all zero but one)
//! and one random, are timed in random order, and Welch's t-test compares
//! their means, over all times and over those below several percentiles, as
//! the slowest tell about the machine only. |t| above 4.5 says that time
//! depends on the key. The last subject does depend on it, so that a
//! measurement that could not see a leak fails as well.
//!
//! usage: `dudect [MEASUREMENTS [SUBJECT …]]`; prints |t|, exits 1 on a wrong one.

use std::hint::black_box;
use std::process::ExitCode;
use std::time::Instant;

use _native::curve::{Edwards, multiply};
use _native::field::Field;
use _native::gost::sets::Tc26Set256A;
use _native::{bign, gost};
use sha2::{Digest, Sha512};

const BOUND: f64 = 4.5;
/// Which share of the fastest times counts in each of the tests.
const SHARES: [f64; 8] = [1.0, 0.99, 0.97, 0.95, 0.9, 0.8, 0.65, 0.5];
/// belt-hash, 1.2.112.0.2.0.34.101.31.81.
const BELT_HASH: [u8; 11] = [6, 9, 0x2A, 0x70, 0, 2, 0, 0x22, 0x65, 0x1F, 0x51];

/// What is timed: called with a private key and fresh bytes.
type Call = Box<dyn Fn(&[u8], &[u8])>;

struct Subject {
    name: String,
    /// Octets of a private key.
    size: usize,
    leaks: bool,
    call: Call,
}

/// Reproducible bytes.
struct Bytes(u64);

impl Bytes {
    fn next(&mut self) -> [u8; 64] {
        self.0 += 1;
        Sha512::digest(self.0.to_le_bytes()).into()
    }
}

/// Every curve's scalar multiplication alone, and its whole signature with a
/// nonce that is fresh in both classes: how often a nonce is refused depends
/// on it, and says nothing about the key.
fn subjects() -> Vec<Subject> {
    let subject = |name: String, size, call: Call| Subject {
        name,
        size,
        leaks: false,
        call,
    };
    let mut all = Vec::new();
    for curve in gost::by_name::CURVES {
        let size = if curve.starts_with("512") { 64 } else { 32 };
        let multiply = move |key: &[u8], _: &[u8]| {
            let _ = black_box(gost::by_name::public_key(curve, black_box(key)));
        };
        let sign = move |key: &[u8], entropy: &[u8]| {
            let digest = &[0x3C; 64][..size];
            let _ = black_box(gost::by_name::sign(curve, black_box(key), digest, entropy));
        };
        all.push(subject(
            format!("gost-{curve}-multiply"),
            size,
            Box::new(multiply),
        ));
        all.push(subject(format!("gost-{curve}-sign"), size, Box::new(sign)));
    }
    for (curve, size) in [("256v1", 32), ("384v1", 48), ("512v1", 64)] {
        let multiply = move |key: &[u8], _: &[u8]| {
            let _ = black_box(bign::by_name::public_key(curve, black_box(key)));
        };
        let sign = move |key: &[u8], entropy: &[u8]| {
            let digest = &[0x3C; 64][..size];
            let result = bign::by_name::sign(curve, black_box(key), &BELT_HASH, digest, entropy);
            let _ = black_box(result);
        };
        all.push(subject(
            format!("bign-{curve}-multiply"),
            size,
            Box::new(multiply),
        ));
        all.push(subject(format!("bign-{curve}-sign"), size, Box::new(sign)));
    }
    all.push(Subject {
        name: "control".into(),
        size: 32,
        leaks: true,
        call: Box::new(leaky),
    });
    all
}

/// The multiplication meant for public numbers, on a private key.
fn leaky(key: &[u8], _: &[u8]) {
    type Curve = Edwards<Tc26Set256A>;
    type Scalar = <Curve as _native::curve::Curve>::Scalar;
    let (d, _) = Scalar::from_le_bytes(black_box(key));
    let point = <Curve as _native::curve::Curve>::generator();
    black_box(multiply::with_generator::<Curve>(d, key, &point));
}

/// Nanoseconds of each call, by class.
fn measure(subject: &Subject, count: usize, bytes: &mut Bytes) -> [Vec<f64>; 2] {
    let mut fixed = vec![0; subject.size];
    fixed[0] = 1;
    let inputs: Vec<(usize, Vec<u8>, [u8; 64])> = (0..count)
        .map(|_| {
            let (choice, random, entropy) = (bytes.next(), bytes.next(), bytes.next());
            let class = usize::from(choice[0] & 1);
            let mut key = if class == 0 {
                fixed.clone()
            } else {
                random[..subject.size].to_vec()
            };
            // Below every q.
            key[subject.size - 1] &= 0x3F;
            (class, key, entropy)
        })
        .collect();
    let mut times = [Vec::new(), Vec::new()];
    for (number, (class, key, entropy)) in inputs.iter().enumerate() {
        let start = Instant::now();
        (subject.call)(key, entropy);
        let elapsed = start.elapsed().as_nanos() as f64;
        // The first calls compute tables and warm caches.
        if number >= count / 50 {
            times[*class].push(elapsed);
        }
    }
    times
}

/// Welch's t of the times not above the limit.
fn welch(times: &[Vec<f64>; 2], limit: f64) -> f64 {
    let [fixed, random] = times.each_ref().map(|class| {
        let kept: Vec<f64> = class
            .iter()
            .copied()
            .filter(|time| *time <= limit)
            .collect();
        let count = kept.len() as f64;
        let mean = kept.iter().sum::<f64>() / count;
        let variance = kept.iter().map(|time| (time - mean).powi(2)).sum::<f64>() / (count - 1.0);
        (mean, variance / count)
    });
    (fixed.0 - random.0) / (fixed.1 + random.1).sqrt()
}

fn worst(times: &[Vec<f64>; 2]) -> f64 {
    let mut sorted = times.concat();
    sorted.sort_by(f64::total_cmp);
    let limit = |share: f64| sorted[((sorted.len() - 1) as f64 * share) as usize];
    SHARES
        .iter()
        .map(|share| welch(times, limit(*share)).abs())
        .fold(0.0, f64::max)
}

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let count = arguments
        .next()
        .and_then(|value| value.parse().ok())
        .unwrap_or(50_000);
    let wanted: Vec<String> = arguments.collect();
    let mut bytes = Bytes(0);
    let mut wrong = 0;
    for subject in subjects() {
        if !wanted.is_empty()
            && !wanted
                .iter()
                .any(|name| subject.name.contains(name.as_str()))
        {
            continue;
        }
        let t = worst(&measure(&subject, count, &mut bytes));
        let verdict = match (t > BOUND, subject.leaks) {
            (false, false) => "constant",
            (true, true) => "leaks, as it should",
            (true, false) => "LEAKS",
            (false, true) => "NOT SEEN to leak",
        };
        wrong += usize::from((t > BOUND) != subject.leaks);
        println!("{:24} |t| = {t:8.2}  {verdict}", subject.name);
    }
    ExitCode::from(u8::from(wrong > 0))
}
