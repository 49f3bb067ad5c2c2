//! GOST R 34.10 for Python: names of sets, bytes in, bytes out.

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
fn gost_curves() -> Vec<&'static str> {
    by_name::CURVES.to_vec()
=======
use crate::curve::keys;

/// Every set by the name that Python knows it by.
pub const CURVES: [&str; 9] = [
    "256-A", "256-B", "256-C", "256-D", "256-test", "512-A", "512-B", "512-C", "512-test",
];

/// Evaluates an expression with the named set as a type.
macro_rules! with_curve {
    ($name:expr, $curve:ident => $body:expr) => {{
        use $crate::curve::{Edwards, Weierstrass};
        use $crate::gost::sets;
        match $name {
            "256-A" => {
                type $curve = Edwards<sets::Tc26Set256A>;
                $body
            }
            "256-B" => {
                type $curve = Weierstrass<sets::Tc26Set256B>;
                $body
            }
            "256-C" => {
                type $curve = Weierstrass<sets::Tc26Set256C>;
                $body
            }
            "256-D" => {
                type $curve = Weierstrass<sets::Tc26Set256D>;
                $body
            }
            "256-test" => {
                type $curve = Weierstrass<sets::Test256>;
                $body
            }
            "512-A" => {
                type $curve = Weierstrass<sets::Tc26Set512A>;
                $body
            }
            "512-B" => {
                type $curve = Weierstrass<sets::Tc26Set512B>;
                $body
            }
            "512-C" => {
                type $curve = Edwards<sets::Tc26Set512C>;
                $body
            }
            "512-test" => {
                type $curve = Weierstrass<sets::Test512>;
                $body
            }
            _ => Err("unknown curve"),
        }
    }};
}

#[pyfunction]
fn gost_curves() -> Vec<&'static str> {
    CURVES.to_vec()
>>>>>>> main
}

#[pyfunction]
fn gost_verify(
    py: Python<'_>,
    curve: &str,
    public_key: &[u8],
    digest: &[u8],
    signature: &[u8],
) -> PyResult<bool> {
<<<<<<< HEAD
    py.detach(|| by_name::verify(curve, public_key, digest, signature))
=======
    py.detach(|| with_curve!(curve, C => scheme::verify::<C>(public_key, digest, signature)))
>>>>>>> main
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
<<<<<<< HEAD
    py.detach(|| by_name::sign(curve, private_key, digest, entropy))
=======
    py.detach(|| with_curve!(curve, C => scheme::sign::<C>(private_key, digest, entropy)))
>>>>>>> main
        .map(|signature| PyBytes::new(py, &signature))
        .map_err(PyValueError::new_err)
}

#[pyfunction]
fn gost_public_key<'py>(
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
fn gost_check_public_key(py: Python<'_>, curve: &str, public_key: &[u8]) -> PyResult<()> {
<<<<<<< HEAD
    py.detach(|| by_name::check_public_key(curve, public_key))
=======
    py.detach(|| with_curve!(curve, C => keys::check_public_key::<C>(public_key)))
>>>>>>> main
        .map_err(PyValueError::new_err)
}

#[pyfunction]
fn gost_private_key<'py>(
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
    m.add_function(wrap_pyfunction!(gost_curves, m)?)?;
    m.add_function(wrap_pyfunction!(gost_verify, m)?)?;
    m.add_function(wrap_pyfunction!(gost_sign, m)?)?;
    m.add_function(wrap_pyfunction!(gost_public_key, m)?)?;
    m.add_function(wrap_pyfunction!(gost_check_public_key, m)?)?;
    m.add_function(wrap_pyfunction!(gost_private_key, m)?)?;
    Ok(())
}
