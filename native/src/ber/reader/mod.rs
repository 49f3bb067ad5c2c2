//! The reader proper: headers, ends and DER re-encoding over plain slices.
//!
//! Nothing here knows Python. Nothing here recurses on what the input says,
//! except [`write_der`], whose depth the caller's limit bounds.

mod der;
mod header;
mod oid;
mod strings;
#[cfg(test)]
mod tests;
mod time;

pub use der::{is_der, write_der};
pub use header::{Header, Malformed, Result, element_end, fail, read_header};
pub use oid::oid_text;
pub use strings::{decode_text, join_bits, join_string, split_bits};
pub use time::{Moment, parse_time};
