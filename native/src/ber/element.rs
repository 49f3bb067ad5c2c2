//! The Python handle onto one element, and the arena behind it.

use std::sync::{Arc, Mutex, PoisonError};

use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::{PyBytes, PyList, PyString, PyTuple, PyType};

use super::reader::{self, Header, Malformed, fail};
use super::{malformed, to_datetime, to_oid};

/// Work on more octets than this is done without the GIL.
const DETACH: usize = 1 << 15;

/// Octets of an INTEGER that becomes a Python number. Serial numbers have 20, nonces some more; Python refuses to
/// write one of more than 4300 digits (1785 octets), which would come up wherever it is shown or stored.
const MAX_INTEGER: usize = 1024;

/// One element's span. Offsets are `u32`: [`ber_parse`] refuses 4 GiB.
#[derive(Clone, Copy)]
struct Node {
    offset: u32,
    end: u32,
    number: u32,
    header_length: u8,
    tag: u8,
    flags: u8,
    depth: u8,
}

const INDEFINITE: u8 = 1;
const MINIMAL: u8 = 2;

impl Node {
    fn new(header: &Header, offset: usize, end: usize, depth: usize) -> Self {
        let mut flags = 0;
        if header.length.is_none() {
            flags |= INDEFINITE;
        }
        if header.minimal {
            flags |= MINIMAL;
        }
        Self {
            offset: offset as u32,
            end: end as u32,
            number: header.number,
            header_length: header.header_length as u8,
            tag: header.tag,
            flags,
            depth: depth as u8,
        }
    }

    fn body(&self) -> usize {
        self.offset as usize + usize::from(self.header_length)
    }

    fn stop(&self) -> usize {
        self.end as usize - if self.flags & INDEFINITE != 0 { 2 } else { 0 }
    }

    fn constructed(&self) -> bool {
        self.tag & 0x20 != 0
    }
}

/// A node's place in the arena, and its children's once they were read.
struct Slot {
    node: Node,
    first_child: u32,
    count: u32,
}

const UNREAD: u32 = 0;

/// The bytes and everything known of them so far.
struct Source {
    data: PyBackedBytes,
    slots: Mutex<Vec<Slot>>,
    max_depth: usize,
    max_elements: usize,
    what: Box<str>,
}

impl Source {
    /// Reads the children of `index` if need be: the first one's index, their count.
    fn children(&self, index: u32, node: &Node) -> reader::Result<(u32, u32)> {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        let slot = &slots[index as usize];
        if slot.first_child != UNREAD {
            return Ok((slot.first_child, slot.count));
        }
        if !node.constructed() {
            return fail(
                node.offset as usize,
                "primitive where a constructed element is expected",
            );
        }
        let depth = usize::from(node.depth) + 1;
        if depth > self.max_depth {
            return fail(node.offset as usize, "nested too deeply");
        }
        let first = slots.len();
        let stop = node.stop();
        let mut at = node.body();
        let read = loop {
            if at >= stop {
                break Ok(());
            }
            if slots.len() >= self.max_elements {
                break fail(at, "too many elements");
            }
            let step = reader::read_header(&self.data, at, stop).and_then(|header| {
                if header.is_end_of_contents() {
                    return fail(at, "end-of-contents octets out of place");
                }
                let left = self.max_depth - depth + 1;
                let end = reader::element_end(&self.data, at, stop, &header, left)?;
                Ok((header, end))
            });
            match step {
                Ok((header, end)) => {
                    slots.push(Slot {
                        node: Node::new(&header, at, end, depth),
                        first_child: UNREAD,
                        count: 0,
                    });
                    at = end;
                }
                Err(error) => break Err(error),
            }
        };
        if let Err(error) = read {
            slots.truncate(first);
            return Err(error);
        }
        let count = (slots.len() - first) as u32;
        let slot = &mut slots[index as usize];
        slot.first_child = first as u32;
        slot.count = count;
        Ok((first as u32, count))
    }

    fn node(&self, index: u32) -> Node {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)[index as usize].node
    }
}

/// Reads the outermost element of ``data``.
///
/// Depth and count are limits of the whole tree, met when its parts are read.
/// Octets after the element are refused unless ``allow_trailing``. ``what``
/// names the structure in errors. Raises ``MalformedEncoding``.
#[pyfunction]
#[pyo3(signature = (data, *, max_depth=64, max_elements=200_000, allow_trailing=false, what="BER"))]
pub fn ber_parse(
    py: Python<'_>,
    data: PyBackedBytes,
    max_depth: usize,
    max_elements: usize,
    allow_trailing: bool,
    what: &str,
) -> PyResult<Element> {
    let max_depth = max_depth.min(254);
    let whole = data.len();
    let root = || -> reader::Result<Node> {
        if u32::try_from(whole).is_err() {
            return fail(0, "larger than 4 GiB");
        }
        let header = reader::read_header(&data, 0, whole)?;
        if header.is_end_of_contents() {
            return fail(0, "end-of-contents octets out of place");
        }
        let end = reader::element_end(&data, 0, whole, &header, max_depth)?;
        if end != whole && !allow_trailing {
            return fail(end, "octets after the end");
        }
        Ok(Node::new(&header, 0, end, 0))
    };
    let node = if whole > DETACH && data.get(1) == Some(&0x80) {
        py.detach(root)
    } else {
        root()
    }
    .map_err(|error| malformed(py, what, error))?;
    let slots = vec![Slot {
        node,
        first_child: UNREAD,
        count: 0,
    }];
    Ok(Element {
        source: Arc::new(Source {
            data,
            slots: Mutex::new(slots),
            max_depth,
            max_elements,
            what: what.into(),
        }),
        node,
        index: 0,
    })
}

/// One BER element: a light handle onto a tree that keeps the bytes alive.
#[pyclass(frozen, module = "trustspace._native")]
#[derive(Clone)]
pub struct Element {
    source: Arc<Source>,
    node: Node,
    index: u32,
}

impl Element {
    fn error(&self, py: Python<'_>, reason: &'static str) -> PyErr {
        self.wrap(
            py,
            Malformed {
                offset: self.node.offset as usize,
                reason,
            },
        )
    }

    fn wrap(&self, py: Python<'_>, error: Malformed) -> PyErr {
        malformed(py, &self.source.what, error)
    }

    fn span(&self) -> &[u8] {
        &self.source.data[self.node.offset as usize..self.node.end as usize]
    }

    fn body(&self) -> &[u8] {
        &self.source.data[self.node.body()..self.node.stop()]
    }

    fn at(&self, index: u32) -> Self {
        Self {
            source: Arc::clone(&self.source),
            node: self.source.node(index),
            index,
        }
    }

    fn read_children(&self, py: Python<'_>) -> PyResult<(u32, u32)> {
        let large = (self.node.end - self.node.offset) as usize > DETACH;
        if large {
            py.detach(|| self.source.children(self.index, &self.node))
        } else {
            self.source.children(self.index, &self.node)
        }
        .map_err(|error| self.wrap(py, error))
    }

    /// A universal tag must be the type asked for; an implicit one is trusted.
    fn check(&self, py: Python<'_>, number: u32, reason: &'static str) -> PyResult<()> {
        if self.node.tag & 0xC0 == 0 && self.node.number != number {
            return Err(self.error(py, reason));
        }
        Ok(())
    }

    fn primitive(&self, py: Python<'_>, number: u32, reason: &'static str) -> PyResult<&[u8]> {
        self.check(py, number, reason)?;
        if self.node.constructed() {
            return Err(self.error(py, reason));
        }
        Ok(self.body())
    }

    fn depth_left(&self) -> usize {
        self.source.max_depth - usize::from(self.node.depth).min(self.source.max_depth)
    }

    /// The content octets of a string, its pieces joined.
    fn joined(&self, py: Python<'_>) -> PyResult<std::borrow::Cow<'_, [u8]>> {
        if !self.node.constructed() {
            return Ok(self.body().into());
        }
        let mut out = Vec::new();
        let (start, stop) = (self.node.body(), self.node.stop());
        let left = self.depth_left();
        py.detach(|| reader::join_string(&self.source.data, start, stop, left, &mut out))
            .map_err(|error| self.wrap(py, error))?;
        Ok(out.into())
    }

    fn universal(&self) -> Option<u32> {
        (self.node.tag & 0xC0 == 0).then_some(self.node.number)
    }
}

#[pymethods]
impl Element {
    /// The (first) identifier octet.
    #[getter]
    fn tag(&self) -> u8 {
        self.node.tag
    }

    /// The tag number, also of the high-tag form.
    #[getter]
    fn number(&self) -> u32 {
        self.node.number
    }

    /// The whole element, exactly as it stood.
    #[getter]
    fn raw<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let span = self.span();
        if span.len() == self.source.data.len() {
            return Ok(self.source.data.clone_ref(py).into_pyobject(py)?);
        }
        Ok(PyBytes::new(py, span))
    }

    /// The content octets, exactly as they stood (without end-of-contents).
    #[getter]
    fn content<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, self.body())
    }

    /// Octets from the start of the data to the identifier.
    #[getter]
    fn offset(&self) -> u32 {
        self.node.offset
    }

    /// Identifier and length octets.
    #[getter]
    fn header_length(&self) -> u8 {
        self.node.header_length
    }

    #[getter]
    fn constructed(&self) -> bool {
        self.node.constructed()
    }

    #[getter]
    fn indefinite(&self) -> bool {
        self.node.flags & INDEFINITE != 0
    }

    /// The name of the structure, as handed to `ber_parse`.
    #[getter]
    fn what(&self) -> &str {
        &self.source.what
    }

    fn __len__(&self, py: Python<'_>) -> PyResult<usize> {
        if !self.node.constructed() {
            return Ok(0);
        }
        Ok(self.read_children(py)?.1 as usize)
    }

    fn __bool__(&self) -> bool {
        true
    }

    /// A child; one that is missing is a `MalformedEncoding`, not an `IndexError`.
    fn __getitem__(&self, py: Python<'_>, index: isize) -> PyResult<Self> {
        let (first, count) = self.read_children(py)?;
        let wanted = if index < 0 {
            index + count as isize
        } else {
            index
        };
        if wanted < 0 || wanted >= count as isize {
            return Err(self.error(py, "an element is missing"));
        }
        Ok(self.at(first + wanted as u32))
    }

    fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        Ok(self.children(py)?.as_any().try_iter()?.into_any())
    }

    /// All children; a primitive element has none and raises.
    #[getter]
    fn children<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let (first, count) = self.read_children(py)?;
        let nodes: Vec<Node> = {
            let slots = self
                .source
                .slots
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            slots[first as usize..(first + count) as usize]
                .iter()
                .map(|slot| slot.node)
                .collect()
        };
        let handles = nodes
            .into_iter()
            .enumerate()
            .map(|(step, node)| Self {
                source: Arc::clone(&self.source),
                node,
                index: first + step as u32,
            })
            .map(|element| Bound::new(py, element))
            .collect::<PyResult<Vec<_>>>()?;
        PyTuple::new(py, handles)
    }

    /// The whole octets of each child, without a handle for each.
    fn raws<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let (first, count) = self.read_children(py)?;
        let out = PyList::empty(py);
        for index in first..first + count {
            let node = self.source.node(index);
            out.append(PyBytes::new(
                py,
                &self.source.data[node.offset as usize..node.end as usize],
            ))?;
        }
        Ok(out)
    }

    /// The first child with this identifier octet, from child `start` on.
    #[pyo3(signature = (tag, start=0))]
    fn find(&self, py: Python<'_>, tag: u8, start: u32) -> PyResult<Option<Self>> {
        let (first, count) = self.read_children(py)?;
        let found = {
            let slots = self
                .source
                .slots
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            (first.saturating_add(start)..first + count)
                .find(|&index| slots[index as usize].node.tag == tag)
        };
        Ok(found.map(|index| self.at(index)))
    }

    /// This element, if it has the identifier octet `tag`; raises otherwise.
    fn expect<'py>(slf: &Bound<'py, Self>, tag: u8) -> PyResult<Bound<'py, Self>> {
        let this = slf.get();
        if this.node.tag != tag {
            return Err(this.error(slf.py(), "another tag is expected"));
        }
        Ok(slf.clone())
    }

    /// The children of an element with this identifier octet (SEQUENCE by default).
    #[pyo3(signature = (tag=0x30))]
    fn fields<'py>(&self, py: Python<'py>, tag: u8) -> PyResult<Bound<'py, PyTuple>> {
        if self.node.tag != tag {
            return Err(self.error(py, "another tag is expected"));
        }
        self.children(py)
    }

    /// The element that stands inside this string (OCTET STRING, BIT STRING without
    /// unused bits); offsets go on counting from the same start if it is in one piece.
    fn inner(&self, py: Python<'_>) -> PyResult<Self> {
        if self.node.constructed() {
            let joined = PyBytes::new(py, &self.joined(py)?);
            return ber_parse(
                py,
                joined.into(),
                self.depth_left(),
                self.source.max_elements,
                false,
                &self.source.what,
            );
        }
        let depth = usize::from(self.node.depth) + 1;
        if depth > self.source.max_depth {
            return Err(self.error(py, "nested too deeply"));
        }
        let mut start = self.node.body();
        let stop = self.node.stop();
        if self.universal() == Some(3) {
            if self.body().first() != Some(&0) {
                return Err(self.error(py, "unused bits before an element"));
            }
            start += 1;
        }
        let data = &self.source.data;
        let node = reader::read_header(data, start, stop)
            .and_then(|header| {
                let left = self.source.max_depth - depth + 1;
                let end = reader::element_end(data, start, stop, &header, left)?;
                if end != stop {
                    return fail(end, "octets after the end");
                }
                Ok(Node::new(&header, start, end, depth))
            })
            .map_err(|error| self.wrap(py, error))?;
        let mut slots = self
            .source
            .slots
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if slots.len() >= self.source.max_elements {
            drop(slots);
            return Err(self.error(py, "too many elements"));
        }
        let index = slots.len() as u32;
        slots.push(Slot {
            node,
            first_child: UNREAD,
            count: 0,
        });
        drop(slots);
        Ok(Self {
            source: Arc::clone(&self.source),
            node,
            index,
        })
    }

    /// Whether everything in this element is DER: definite shortest lengths, strings in
    /// one piece, booleans 00 or FF, SETs in order. OCTET STRINGs are not looked into.
    #[getter]
    fn is_der(&self, py: Python<'_>) -> PyResult<bool> {
        if self.node.flags & MINIMAL == 0 {
            return Ok(false);
        }
        let (start, end) = (self.node.offset as usize, self.node.end as usize);
        let left = self.depth_left() + 1;
        let check = || reader::is_der(&self.source.data, start, end, left);
        if end - start > DETACH {
            py.detach(check)
        } else {
            check()
        }
        .map_err(|error| self.wrap(py, error))
    }

    /// Re-encoded in DER; `tag` replaces the identifier octet first.
    #[pyo3(signature = (*, tag=None, sort_sets=true))]
    fn der<'py>(
        &self,
        py: Python<'py>,
        tag: Option<u8>,
        sort_sets: bool,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let (start, end) = (self.node.offset as usize, self.node.end as usize);
        let left = self.depth_left();
        if tag.is_some_and(|tag| tag & 0x1F == 0x1F) {
            return Err(self.error(py, "high tag number"));
        }
        if tag.is_some_and(|tag| tag & 0x20 != self.node.tag & 0x20) {
            return Err(self.error(py, "the new tag is of another form"));
        }
        let mut out = Vec::with_capacity(end - start);
        py.detach(|| {
            reader::write_der(
                &self.source.data,
                start,
                end,
                tag,
                sort_sets,
                left,
                &mut out,
            )
        })
        .map_err(|error| self.wrap(py, error))?;
        Ok(PyBytes::new(py, &out))
    }

    /// The octets of an OCTET STRING, its pieces joined.
    fn octets<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        self.check(py, 4, "not an OCTET STRING")?;
        Ok(PyBytes::new(py, &self.joined(py)?))
    }

    /// The dotted form of an OBJECT IDENTIFIER.
    fn oid<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyString>> {
        let content = self.primitive(py, 6, "not an OBJECT IDENTIFIER")?;
        to_oid(py, &self.source.what, content, self.node.offset as usize)
    }

    /// The value of an INTEGER or ENUMERATED.
    fn integer<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let number = if self.node.number == 10 { 10 } else { 2 };
        let content = self.primitive(py, number, "not an INTEGER")?;
        match content.len() {
            0 => Err(self.error(py, "INTEGER without content")),
            length @ 1..=8 => {
                let negative = content[0] & 0x80 != 0;
                let mut octets = if negative { [0xFF; 8] } else { [0; 8] };
                octets[8 - length..].copy_from_slice(content);
                Ok(i64::from_be_bytes(octets).into_pyobject(py)?.into_any())
            }
            length if length > MAX_INTEGER => Err(self.error(py, "INTEGER too large")),
            _ => big_integer(py, content),
        }
    }

    /// The value of a BOOLEAN; any octet but 00 is true (X.690 §8.2.2).
    fn boolean(&self, py: Python<'_>) -> PyResult<bool> {
        match self.primitive(py, 1, "not a BOOLEAN")? {
            [octet] => Ok(*octet != 0),
            _ => Err(self.error(py, "BOOLEAN of a wrong length")),
        }
    }

    /// The octets of a BIT STRING, and how many bits of the last are unused.
    fn bits<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyBytes>, u8)> {
        self.check(py, 3, "not a BIT STRING")?;
        if self.node.constructed() {
            let mut out = Vec::new();
            let (start, stop) = (self.node.body(), self.node.stop());
            let left = self.depth_left();
            let unused = reader::join_bits(&self.source.data, start, stop, left, &mut out)
                .map_err(|error| self.wrap(py, error))?;
            return Ok((PyBytes::new(py, &out), unused));
        }
        let (unused, octets) = reader::split_bits(self.body(), self.node.offset as usize)
            .map_err(|error| self.wrap(py, error))?;
        Ok((PyBytes::new(py, octets), unused))
    }

    /// The text of any string type; what cannot be decoded is replaced.
    fn text(&self, py: Python<'_>) -> PyResult<String> {
        Ok(self.text_checked(py)?.0)
    }

    /// The text, and a code saying how it deviates from its type, or `None`.
    fn text_checked(&self, py: Python<'_>) -> PyResult<(String, Option<&'static str>)> {
        if let Some(number) = self.universal()
            && !matches!(number, 12 | 18..=22 | 25..=30)
        {
            return Err(self.error(py, "not a string"));
        }
        Ok(reader::decode_text(self.universal(), &self.joined(py)?))
    }

    /// The moment of a UTCTime or GeneralizedTime, aware, in UTC.
    fn time<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let generalized = match self.universal() {
            Some(23) => false,
            Some(24) => true,
            None => self.body().iter().take(14).all(u8::is_ascii_digit),
            Some(_) => return Err(self.error(py, "not a time")),
        };
        let moment = reader::parse_time(&self.joined(py)?, generalized, self.node.offset as usize)
            .map_err(|error| self.wrap(py, error))?;
        to_datetime(py, &moment)
    }

    fn __eq__(&self, other: &Self) -> bool {
        self.span() == other.span()
    }

    fn __hash__(&self) -> u64 {
        use std::hash::{DefaultHasher, Hash, Hasher};
        let mut hasher = DefaultHasher::new();
        self.span().hash(&mut hasher);
        hasher.finish()
    }

    fn __repr__(&self) -> String {
        format!(
            "<Element tag=0x{:02x} offset={} length={}>",
            self.node.tag,
            self.node.offset,
            self.node.end - self.node.offset
        )
    }
}

/// A Python int of any size from two's complement octets.
fn big_integer<'py>(py: Python<'py>, content: &[u8]) -> PyResult<Bound<'py, PyAny>> {
    use pyo3::sync::PyOnceLock;
    use pyo3::types::{PyDict, PyInt};
    static SIGNED: PyOnceLock<Py<PyDict>> = PyOnceLock::new();
    static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    let class = CLASS.get_or_init(py, || py.get_type::<PyInt>().unbind());
    let signed = SIGNED.get_or_try_init(py, || {
        let options = PyDict::new(py);
        options.set_item("signed", true)?;
        Ok::<_, PyErr>(options.unbind())
    })?;
    class.bind(py).call_method(
        pyo3::intern!(py, "from_bytes"),
        (PyBytes::new(py, content), pyo3::intern!(py, "big")),
        Some(signed.bind(py)),
    )
}
