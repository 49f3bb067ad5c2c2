//! Tolerant BER with raw spans (X.690).
//!
//! [`ber_parse`] checks only the outermost element. Children are read when
//! asked for and kept in one arena of small nodes, so a file costs what is
//! looked at, and no more than its limits of depth and count.

mod element;
pub(crate) mod reader;

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyString, PyType};

use reader::{Malformed, Moment};

/// `trustspace.errors.MalformedEncoding(what=…, offset=…, reason=…)`.
pub(crate) fn malformed(py: Python<'_>, what: &str, error: Malformed) -> PyErr {
    static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    let build = || -> PyResult<PyErr> {
        let class = CLASS.import(py, "trustspace.errors", "MalformedEncoding")?;
        let facts = PyDict::new(py);
        facts.set_item("what", what)?;
        facts.set_item("offset", error.offset)?;
        facts.set_item("reason", error.reason)?;
        Ok(PyErr::from_value(class.call((), Some(&facts))?))
    };
    build().unwrap_or_else(|failure| failure)
}

/// The moment as an aware `datetime` in UTC.
pub(crate) fn to_datetime<'py>(py: Python<'py>, moment: &Moment) -> PyResult<Bound<'py, PyAny>> {
    static DATETIME: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    static UTC: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let class = DATETIME.import(py, "datetime", "datetime")?;
    let utc = UTC.get_or_try_init(py, || {
        Ok::<_, PyErr>(py.import("datetime")?.getattr("UTC")?.unbind())
    })?;
    class.call1((
        moment.year,
        moment.month,
        moment.day,
        moment.hour,
        moment.minute,
        moment.second,
        moment.microsecond,
        utc,
    ))
}

/// The dotted string of an OBJECT IDENTIFIER; the same few come again and again,
/// so the strings are shared.
pub(crate) fn to_oid<'py>(
    py: Python<'py>,
    what: &str,
    content: &[u8],
    offset: usize,
) -> PyResult<Bound<'py, PyString>> {
    use std::collections::HashMap;
    use std::sync::{LazyLock, Mutex, PoisonError};
    type Shared = Mutex<HashMap<Box<[u8]>, Py<PyString>>>;
    const KEPT: usize = 2048;
    static SHARED: LazyLock<Shared> = LazyLock::new(Shared::default);
    {
        let shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(text) = shared.get(content) {
            return Ok(text.bind(py).clone());
        }
    }
    let text = reader::oid_text(content, offset).map_err(|error| malformed(py, what, error))?;
    let text = PyString::new(py, &text);
    let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
    if shared.len() < KEPT && content.len() <= 32 {
        shared.insert(content.into(), text.clone().unbind());
    }
    Ok(text)
}

/// Adds this module's names to the Python module.
pub fn register(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_class::<element::Element>()?;
    m.add_function(wrap_pyfunction!(element::ber_parse, m)?)
}
