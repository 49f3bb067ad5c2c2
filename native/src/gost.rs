//! GOST R 34.10 for Python: names of sets, bytes in, bytes out.

pub mod by_name;
mod nonce;
pub mod scheme;
pub mod sets;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

#[pyfunction]
fn gost_curves() -> Vec<&'static str> {
    by_name::CURVES.to_vec()
}

#[pyfunction]
fn gost_verify(
    py: Python<'_>,
    curve: &str,
    public_key: &[u8],
    digest: &[u8],
    signature: &[u8],
) -> PyResult<bool> {
    py.detach(|| by_name::verify(curve, public_key, digest, signature))
        .map_err(PyValueError::new_err)
}

#[pyfunction]
fn gost_sign<'py>(
    py: Python<'py>,
    curve: &str,
    private_key: &[u8],
    digest: &[u8],
    entropy: &[u8],
) -> PyResult<Bound<'py, PyBytes>> {
    py.detach(|| by_name::sign(curve, private_key, digest, entropy))
        .map(|signature| PyBytes::new(py, &signature))
        .map_err(PyValueError::new_err)
}

#[pyfunction]
fn gost_public_key<'py>(
    py: Python<'py>,
    curve: &str,
    private_key: &[u8],
) -> PyResult<Bound<'py, PyBytes>> {
    py.detach(|| by_name::public_key(curve, private_key))
        .map(|key| PyBytes::new(py, &key))
        .map_err(PyValueError::new_err)
}

#[pyfunction]
fn gost_check_public_key(py: Python<'_>, curve: &str, public_key: &[u8]) -> PyResult<()> {
    py.detach(|| by_name::check_public_key(curve, public_key))
        .map_err(PyValueError::new_err)
}

#[pyfunction]
fn gost_private_key<'py>(
    py: Python<'py>,
    curve: &str,
    random: &[u8],
) -> PyResult<Bound<'py, PyBytes>> {
    by_name::private_key(curve, random)
        .map(|key| PyBytes::new(py, &key))
        .map_err(PyValueError::new_err)
}

/// Adds this module's names to the Python module.
pub fn register(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_function(wrap_pyfunction!(gost_curves, m)?)?;
    m.add_function(wrap_pyfunction!(gost_verify, m)?)?;
    m.add_function(wrap_pyfunction!(gost_sign, m)?)?;
    m.add_function(wrap_pyfunction!(gost_public_key, m)?)?;
    m.add_function(wrap_pyfunction!(gost_check_public_key, m)?)?;
    m.add_function(wrap_pyfunction!(gost_private_key, m)?)?;
    Ok(())
}
