//! National hash functions under one incremental interface.
//!
//! The arithmetic is RustCrypto's; this module gives it Python's shape. The
//! names are our own: OIDs and aliases belong to `trustspace.algorithms`.

use std::sync::{Mutex, MutexGuard, PoisonError};

use bash_hash::{BashHash256, BashHash384, BashHash512};
use belt_hash::BeltHash;
use digest::Digest;
use gost94::{Gost94CryptoPro, Gost94Test};
use pyo3::buffer::PyBuffer;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use streebog::{Streebog256, Streebog512};

/// Above this many bytes the hashing costs more than giving up the GIL does.
const RELEASE_GIL_FROM: usize = 2048;

macro_rules! hashers {
    ($($variant:ident($hasher:ty), $name:literal;)+) => {
        /// A running hash of any of the supported functions.
        #[derive(Clone)]
        pub enum Hasher { $($variant(Box<$hasher>),)+ }

        impl Hasher {
            /// The functions by name.
            pub const NAMES: &'static [&'static str] = &[$($name),+];

            /// A fresh state of the named function, if there is one.
            pub fn new(name: &str) -> Option<Self> {
                match name {
                    $($name => Some(Self::$variant(Box::new(<$hasher>::new()))),)+
                    _ => None,
                }
            }

            /// Hashes more of the message.
            pub fn update(&mut self, data: &[u8]) {
                match self { $(Self::$variant(h) => Digest::update(h.as_mut(), data),)+ }
            }

            /// The hash of what was given so far; the state stays usable.
            pub fn digest(&self) -> Vec<u8> {
                match self { $(Self::$variant(h) => h.as_ref().clone().finalize().to_vec(),)+ }
            }

            /// Octets of the hash value.
            pub fn digest_size(&self) -> usize {
                match self { $(Self::$variant(_) => <$hasher as Digest>::output_size(),)+ }
            }

            /// The function's name.
            pub fn name(&self) -> &'static str {
                match self { $(Self::$variant(_) => $name,)+ }
            }
        }
    };
}

hashers! {
    Streebog256(Streebog256), "streebog-256";
    Streebog512(Streebog512), "streebog-512";
    Gost94CryptoPro(Gost94CryptoPro), "gost94-cryptopro";
    Gost94Test(Gost94Test), "gost94-test";
    Belt(BeltHash), "belt-hash";
    Bash256(BashHash256), "bash-256";
    Bash384(BashHash384), "bash-384";
    Bash512(BashHash512), "bash-512";
}

fn named(name: &str) -> PyResult<Hasher> {
    Hasher::new(name).ok_or_else(|| {
        PyValueError::new_err(format!(
            "unknown hash {name:?}; known: {}",
            Hasher::NAMES.join(", ")
        ))
    })
}

/// Calls `use_bytes` on the buffer's contents.
fn with_bytes<R>(data: &Bound<'_, PyAny>, use_bytes: impl FnOnce(&[u8]) -> R) -> PyResult<R> {
    if let Ok(bytes) = data.cast::<PyBytes>() {
        return Ok(use_bytes(bytes.as_bytes()));
    }
    let buffer = PyBuffer::<u8>::get(data)?;
    if !buffer.is_c_contiguous() {
        return Err(PyValueError::new_err("the buffer must be contiguous"));
    }
    if buffer.len_bytes() == 0 {
        return Ok(use_bytes(&[])); // an empty buffer's pointer may be null
    }
    // SAFETY: the buffer is contiguous, of that length, and `buffer` pins it until the call returns.
    // As with hashlib, whoever writes into it from another thread meanwhile gets an unspecified hash.
    let slice =
        unsafe { std::slice::from_raw_parts(buffer.buf_ptr().cast::<u8>(), buffer.len_bytes()) };
    Ok(use_bytes(slice))
}

/// An incremental hash: `Hash(name)`, then `update`, then `digest`.
#[pyclass(name = "Hash", module = "trustspace._native", frozen)]
struct PyHash(Mutex<Hasher>);

impl PyHash {
    fn lock(&self) -> MutexGuard<'_, Hasher> {
        // Nothing in the hash functions panics half-way; a poisoned lock still holds a whole state.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[pymethods]
impl PyHash {
    #[new]
    fn new(name: &str) -> PyResult<Self> {
        Ok(Self(Mutex::new(named(name)?)))
    }

    /// Hashes more of the message: any contiguous bytes-like object.
    fn update(&self, py: Python<'_>, data: &Bound<'_, PyAny>) -> PyResult<()> {
        with_bytes(data, |bytes| {
            // The lock is never held while waiting for the GIL, so the two cannot deadlock.
            if bytes.len() < RELEASE_GIL_FROM {
                self.lock().update(bytes);
            } else {
                py.detach(|| self.lock().update(bytes));
            }
        })
    }

    /// The hash of what was given so far.
    fn digest<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.lock().digest())
    }

    /// An independent copy of the state.
    fn copy(&self) -> Self {
        Self(Mutex::new(self.lock().clone()))
    }

    #[getter]
    fn name(&self) -> &'static str {
        self.lock().name()
    }

    #[getter]
    fn digest_size(&self) -> usize {
        self.lock().digest_size()
    }

    fn __repr__(&self) -> String {
        format!("Hash({:?})", self.lock().name())
    }
}

/// The named hash of one whole message.
#[pyfunction(name = "hash")]
fn hash_once<'py>(
    py: Python<'py>,
    name: &str,
    data: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyBytes>> {
    let mut hasher = named(name)?;
    let digest = with_bytes(data, |bytes| {
        if bytes.len() < RELEASE_GIL_FROM {
            hasher.update(bytes);
            hasher.digest()
        } else {
            py.detach(|| {
                hasher.update(bytes);
                hasher.digest()
            })
        }
    })?;
    Ok(PyBytes::new(py, &digest))
}

/// Adds this module's names to the Python module.
pub fn register(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_class::<PyHash>()?;
    m.add_function(wrap_pyfunction!(hash_once, m)?)
}
