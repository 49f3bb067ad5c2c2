use pyo3::prelude::*;

/// Adds this module's names to the Python module.
pub fn register(_m: &Bound<'_, PyModule>) -> PyResult<()> {
    Ok(())
}
