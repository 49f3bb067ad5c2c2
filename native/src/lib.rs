//! The native part of trustspace: what pure Python is too slow for.
//!
//! Each module registers its own functions; none knows the others' Python
//! names. Whatever takes more than some microseconds runs without the GIL.
//!
//! The crate is an `rlib` as well, so that benches and the constant-time
//! measurement run on the compiled code without Python.

use pyo3::prelude::*;

mod ber;
pub mod bign;
mod crl;
pub mod curve;
pub mod field;
pub mod gost;
mod hash;

#[pymodule]
fn _native(m: &Bound<'_, PyModule>) -> PyResult<()> {
    hash::register(m)?;
    gost::register(m)?;
    bign::register(m)?;
    ber::register(m)?;
    crl::register(m)?;
    Ok(())
}
