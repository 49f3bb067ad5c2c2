"""Bytes to structures and back: tolerant BER with raw spans, DER models and their writers.

What may live here: the syntax of what the standards define in ASN.1 (X.509, CRL, OCSP, CMS, TSP, DVCS, …)
and the text envelopes around it. A model says what stands in the bytes and keeps them as they stood; it
judges nothing, verifies nothing, and knows no clock, disk or network. Tolerance is explicit: what deviates
from the standard but can be read is listed in ``deviations``; what cannot be read is
:class:`~trustspace.errors.MalformedEncoding`. Import the module that you need; nothing is imported here.
"""
