//! bign for Python: names of curves, bytes in, bytes out.

mod belt;
pub mod by_name;
mod nonce;
pub mod scheme;
pub mod sets;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

#[pyfunction]
fn bign_curves() -> Vec<&'static str> {
    by_name::CURVES.to_vec()
}

#[pyfunction]
fn bign_verify(
    py: Python<'_>,
    curve: &str,
    public_key: &[u8],
    hash_oid_der: &[u8],
    digest: &[u8],
    signature: &[u8],
) -> PyResult<bool> {
    py.detach(|| by_name::verify(curve, public_key, hash_oid_der, digest, signature))
        .map_err(PyValueError::new_err)
}

#[pyfunction]
fn bign_sign<'py>(
    py: Python<'py>,
    curve: &str,
    private_key: &[u8],
    hash_oid_der: &[u8],
    digest: &[u8],
    entropy: &[u8],
) -> PyResult<Bound<'py, PyBytes>> {
    py.detach(|| by_name::sign(curve, private_key, hash_oid_der, digest, entropy))
        .map(|signature| PyBytes::new(py, &signature))
        .map_err(PyValueError::new_err)
}

#[pyfunction]
fn bign_public_key<'py>(
    py: Python<'py>,
    curve: &str,
    private_key: &[u8],
) -> PyResult<Bound<'py, PyBytes>> {
    py.detach(|| by_name::public_key(curve, private_key))
        .map(|key| PyBytes::new(py, &key))
        .map_err(PyValueError::new_err)
}

#[pyfunction]
fn bign_check_public_key(py: Python<'_>, curve: &str, public_key: &[u8]) -> PyResult<()> {
    py.detach(|| by_name::check_public_key(curve, public_key))
        .map_err(PyValueError::new_err)
}

#[pyfunction]
fn bign_private_key<'py>(
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
    m.add_function(wrap_pyfunction!(bign_curves, m)?)?;
    m.add_function(wrap_pyfunction!(bign_verify, m)?)?;
    m.add_function(wrap_pyfunction!(bign_sign, m)?)?;
    m.add_function(wrap_pyfunction!(bign_public_key, m)?)?;
    m.add_function(wrap_pyfunction!(bign_check_public_key, m)?)?;
    m.add_function(wrap_pyfunction!(bign_private_key, m)?)?;
    Ok(())
}
