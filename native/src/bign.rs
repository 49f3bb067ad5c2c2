//! bign for Python: names of curves, bytes in, bytes out.

<<<<<<< HEAD
pub mod by_name;
=======
>>>>>>> main
mod nonce;
pub mod scheme;
pub mod sets;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

<<<<<<< HEAD
#[pyfunction]
fn bign_curves() -> Vec<&'static str> {
    by_name::CURVES.to_vec()
=======
use crate::curve::keys;
use scheme::Hashed;

/// Every curve by the name that Python knows it by.
pub const CURVES: [&str; 3] = ["256v1", "384v1", "512v1"];

/// Evaluates an expression with the named curve as a type.
macro_rules! with_curve {
    ($name:expr, $curve:ident => $body:expr) => {{
        use $crate::bign::sets;
        use $crate::curve::Weierstrass;
        match $name {
            "256v1" => {
                type $curve = Weierstrass<sets::Curve256v1>;
                $body
            }
            "384v1" => {
                type $curve = Weierstrass<sets::Curve384v1>;
                $body
            }
            "512v1" => {
                type $curve = Weierstrass<sets::Curve512v1>;
                $body
            }
            _ => Err("unknown curve"),
        }
    }};
}

#[pyfunction]
fn bign_curves() -> Vec<&'static str> {
    CURVES.to_vec()
>>>>>>> main
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
<<<<<<< HEAD
    py.detach(|| by_name::verify(curve, public_key, hash_oid_der, digest, signature))
        .map_err(PyValueError::new_err)
=======
    py.detach(|| {
        with_curve!(curve, C => Hashed::new::<C>(hash_oid_der, digest)
            .and_then(|hashed| scheme::verify::<C>(public_key, &hashed, signature)))
    })
    .map_err(PyValueError::new_err)
>>>>>>> main
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
<<<<<<< HEAD
    py.detach(|| by_name::sign(curve, private_key, hash_oid_der, digest, entropy))
        .map(|signature| PyBytes::new(py, &signature))
        .map_err(PyValueError::new_err)
=======
    py.detach(|| {
        with_curve!(curve, C => Hashed::new::<C>(hash_oid_der, digest)
            .and_then(|hashed| scheme::sign::<C>(private_key, &hashed, entropy)))
    })
    .map(|signature| PyBytes::new(py, &signature))
    .map_err(PyValueError::new_err)
>>>>>>> main
}

#[pyfunction]
fn bign_public_key<'py>(
    py: Python<'py>,
    curve: &str,
    private_key: &[u8],
) -> PyResult<Bound<'py, PyBytes>> {
<<<<<<< HEAD
    py.detach(|| by_name::public_key(curve, private_key))
=======
    py.detach(|| with_curve!(curve, C => keys::public_key::<C>(private_key)))
>>>>>>> main
        .map(|key| PyBytes::new(py, &key))
        .map_err(PyValueError::new_err)
}

#[pyfunction]
fn bign_check_public_key(py: Python<'_>, curve: &str, public_key: &[u8]) -> PyResult<()> {
<<<<<<< HEAD
    py.detach(|| by_name::check_public_key(curve, public_key))
=======
    py.detach(|| with_curve!(curve, C => keys::check_public_key::<C>(public_key)))
>>>>>>> main
        .map_err(PyValueError::new_err)
}

#[pyfunction]
fn bign_private_key<'py>(
    py: Python<'py>,
    curve: &str,
    random: &[u8],
) -> PyResult<Bound<'py, PyBytes>> {
<<<<<<< HEAD
    by_name::private_key(curve, random)
=======
    with_curve!(curve, C => keys::private_key::<C>(random))
>>>>>>> main
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
