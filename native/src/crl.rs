//! An index of a CRL's entries (RFC 5280 §5.1.2.6, §5.3).
//!
//! A CRL of 20 MB holds half a million entries. The index keeps eight octets
//! of each, and reads the rest of an entry from the raw bytes when it is looked
//! up.

mod index;

use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::{PyBytes, PyInt, PyList, PyTuple};

use crate::ber::reader::Malformed;
use crate::ber::{malformed, to_datetime, to_oid};
use index::{Entry, Index};

const WHAT: &str = "CertificateList";
/// Entries of one serial number that become Python objects; real lists have one or two.
const MAX_SAME_SERIAL: usize = 10_000;

/// One revoked certificate.
#[pyclass(frozen, module = "trustspace._native")]
pub struct CrlEntry {
    entry: Entry,
    issuer: Option<Py<PyBytes>>,
}

#[pymethods]
impl CrlEntry {
    /// When it was revoked, aware, in UTC.
    #[getter]
    fn revocation_time<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_datetime(py, &self.entry.revocation)
    }

    /// CRLReason (RFC 5280 §5.3.1), `None` where absent; 8: removeFromCRL.
    #[getter]
    fn reason(&self) -> Option<u8> {
        self.entry.reason
    }

    /// When the key is thought to have become invalid (RFC 5280 §5.3.2).
    #[getter]
    fn invalidity_date<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.entry
            .invalidity
            .as_ref()
            .map(|moment| to_datetime(py, moment))
            .transpose()
    }

    /// In an indirect CRL: the issuer's Name (DER) that holds for this entry, carried over from
    /// the entries before it; `None`: the CRL's issuer. Empty if it is no directory name.
    #[getter]
    fn certificate_issuer(&self, py: Python<'_>) -> Option<Py<PyBytes>> {
        self.issuer.as_ref().map(|issuer| issuer.clone_ref(py))
    }

    fn __repr__(&self) -> String {
        format!("<CrlEntry reason={:?}>", self.entry.reason)
    }
}

/// A full, delta or indirect CRL's entries, sorted by serial number.
#[pyclass(frozen, module = "trustspace._native")]
pub struct CrlIndex {
    data: PyBackedBytes,
    index: Index,
}

impl CrlIndex {
    fn entry(&self, py: Python<'_>, position: usize) -> PyResult<CrlEntry> {
        let entry = self
            .index
            .entry(&self.data, position)
            .map_err(|error| malformed(py, WHAT, error))?;
        let issuer = self
            .index
            .issuer(&self.data, position)
            .map(|issuer| PyBytes::new(py, issuer).unbind());
        Ok(CrlEntry { entry, issuer })
    }
}

/// The content octets of an INTEGER, from an int or as handed in.
fn serial_octets(serial: &Bound<'_, PyAny>) -> PyResult<Vec<u8>> {
    if let Ok(octets) = serial.extract::<PyBackedBytes>() {
        return Ok(octets.to_vec());
    }
    let serial = serial.cast::<PyInt>()?;
    if let Ok(value) = serial.extract::<i64>() {
        return Ok(value.to_be_bytes().to_vec());
    }
    let bits: usize = serial.call_method0("bit_length")?.extract()?;
    let py = serial.py();
    let options = pyo3::types::PyDict::new(py);
    options.set_item("signed", true)?;
    serial
        .call_method("to_bytes", (bits / 8 + 1, "big"), Some(&options))?
        .extract()
}

#[pymethods]
impl CrlIndex {
    /// Reads a whole CertificateList; raises ``MalformedEncoding``.
    #[staticmethod]
    fn parse(py: Python<'_>, data: PyBackedBytes) -> PyResult<Self> {
        let index = py
            .detach(|| Index::build(&data))
            .map_err(|error| malformed(py, WHAT, error))?;
        Ok(Self { data, index })
    }

    /// How many entries there are.
    #[getter]
    fn count(&self) -> usize {
        self.index.len()
    }

    /// Entries whose serial number and issuer an earlier one has too.
    #[getter]
    fn duplicates(&self) -> usize {
        self.index.duplicates
    }

    /// Whether any entry names its certificate's issuer.
    #[getter]
    fn indirect(&self) -> bool {
        self.index.indirect()
    }

    /// Critical entry extensions that are not known: with any of them, the CRL must not be used
    /// (RFC 5280 §5.3).
    #[getter]
    fn unknown_critical<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let oids = self
            .index
            .unknown_critical
            .iter()
            .map(|content| to_oid(py, WHAT, content, 0))
            .collect::<PyResult<Vec<_>>>()?;
        PyTuple::new(py, oids)
    }

    /// All entries of a serial number, in the order of the CRL; raises ``MalformedEncoding`` if
    /// there are thousands.
    fn lookup_all<'py>(
        &self,
        py: Python<'py>,
        serial: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyList>> {
        let found = PyList::empty(py);
        let positions = self.index.find(&self.data, &serial_octets(serial)?);
        if positions.len() > MAX_SAME_SERIAL {
            let error = Malformed {
                offset: 0,
                reason: "too many entries of one serial number",
            };
            return Err(malformed(py, WHAT, error));
        }
        for position in positions {
            found.append(Bound::new(py, self.entry(py, position)?)?)?;
        }
        Ok(found)
    }

    /// The entry of a serial number (an int, or the content octets of its INTEGER).
    ///
    /// With ``issuer`` (a Name in DER, compared by octets), only entries that name this issuer;
    /// without, only entries of the CRL's own issuer. Of several, one that is not removeFromCRL,
    /// and of those the earliest, is given: an entry never hides another that says "revoked".
    #[pyo3(signature = (serial, issuer=None))]
    fn lookup(
        &self,
        py: Python<'_>,
        serial: &Bound<'_, PyAny>,
        issuer: Option<PyBackedBytes>,
    ) -> PyResult<Option<CrlEntry>> {
        let mut best: Option<CrlEntry> = None;
        for position in self.index.find(&self.data, &serial_octets(serial)?) {
            if self.index.issuer(&self.data, position) != issuer.as_deref() {
                continue;
            }
            let found = self.entry(py, position)?;
            let rank = |entry: &Entry| (entry.reason == Some(8), entry.revocation);
            if best
                .as_ref()
                .is_none_or(|best| rank(&found.entry) < rank(&best.entry))
            {
                best = Some(found);
            }
        }
        Ok(best)
    }

    /// Octets of memory the index itself takes, without the CRL.
    #[getter]
    fn index_size(&self) -> usize {
        self.index.size()
    }

    fn __repr__(&self) -> String {
        format!("<CrlIndex count={}>", self.index.len())
    }
}

/// Adds this module's names to the Python module.
pub fn register(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_class::<CrlIndex>()?;
    m.add_class::<CrlEntry>()
}
