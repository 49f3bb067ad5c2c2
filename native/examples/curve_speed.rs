//! Signatures made and verified a second on one core, one JSON line a curve:
//! `{"scheme": "gost", "curve": "256-A", "verify": …, "sign": …}`.
//!
//! usage: `curve_speed [SECONDS [CURVE …]]`

use std::hint::black_box;

use _native::{bign, gost};

/// belt-hash, 1.2.112.0.2.0.34.101.31.81.
const BELT_HASH: [u8; 11] = [6, 9, 0x2A, 0x70, 0, 2, 0, 0x22, 0x65, 0x1F, 0x51];

/// Seconds of processor time that this process has used: what
/// `openssl speed` counts too, and little disturbed by others on the machine.
fn processor_seconds() -> f64 {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: the clock exists on every POSIX system and writes only `time`.
    unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &mut time) };
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// Calls a second: the second best of many short batches, as others share the
/// machine's caches.
fn rate(seconds: f64, mut call: impl FnMut()) -> f64 {
    const BATCHES: u32 = 20;
    call();
    let batch = seconds / f64::from(BATCHES);
    let mut rates: Vec<f64> = (0..BATCHES)
        .map(|_| {
            let (start, mut count) = (processor_seconds(), 0.0);
            loop {
                (0..8).for_each(|_| call());
                count += 8.0;
                let elapsed = processor_seconds() - start;
                if elapsed >= batch {
                    return count / elapsed;
                }
            }
        })
        .collect();
    rates.sort_by(f64::total_cmp);
    rates[rates.len() - 2]
}

fn report(scheme: &str, curve: &str, verify: f64, sign: f64) {
    println!(
        r#"{{"scheme": "{scheme}", "curve": "{curve}", "verify": {verify:.1}, "sign": {sign:.1}}}"#
    );
}

fn main() -> Result<(), &'static str> {
    let mut arguments = std::env::args().skip(1);
    let seconds = arguments.next().and_then(|value| value.parse().ok());
    let seconds = seconds.unwrap_or(1.0);
    let wanted: Vec<String> = arguments.collect();
    let chosen = |curve: &str| wanted.is_empty() || wanted.iter().any(|name| name == curve);

    for curve in gost::by_name::CURVES
        .into_iter()
        .filter(|name| chosen(name))
    {
        let size = if curve.starts_with("512") { 64 } else { 32 };
        let key = gost::by_name::private_key(curve, &vec![0x5A; size + 8])?;
        let public = gost::by_name::public_key(curve, &key)?;
        let digest = vec![0x3C; size];
        let signature = gost::by_name::sign(curve, &key, &digest, &[])?;
        assert!(gost::by_name::verify(curve, &public, &digest, &signature)?);
        let verify = rate(seconds, || {
            let _ = black_box(gost::by_name::verify(curve, &public, &digest, &signature));
        });
        let sign = rate(seconds, || {
            let _ = black_box(gost::by_name::sign(curve, &key, &digest, &[]));
        });
        report("gost", curve, verify, sign);
    }
    for curve in bign::by_name::CURVES
        .into_iter()
        .filter(|name| chosen(name))
    {
        let size = curve[..3].parse::<usize>().map_err(|_| "a curve's name")? / 8;
        let key = bign::by_name::private_key(curve, &vec![0x5A; size + 8])?;
        let public = bign::by_name::public_key(curve, &key)?;
        let digest = vec![0x3C; size];
        let signature = bign::by_name::sign(curve, &key, &BELT_HASH, &digest, &[])?;
        assert!(bign::by_name::verify(
            curve, &public, &BELT_HASH, &digest, &signature
        )?);
        let verify = rate(seconds, || {
            let result = bign::by_name::verify(curve, &public, &BELT_HASH, &digest, &signature);
            let _ = black_box(result);
        });
        let sign = rate(seconds, || {
            let _ = black_box(bign::by_name::sign(curve, &key, &BELT_HASH, &digest, &[]));
        });
        report("bign", curve, verify, sign);
    }
    Ok(())
}
