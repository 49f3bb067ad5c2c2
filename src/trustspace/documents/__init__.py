"""Signed documents, one module a format: bytes in, :class:`~trustspace.documents.model.Document` out.

What may live here: reading a format into the one shape that ``validation`` judges, and making signatures
in that format. A reader states what stands in the bytes (references, attributes, time-stamps, deviations
as coded problems) and never decides whom to believe. Nothing here touches disk, network, clock or
randomness: content comes as a :class:`~trustspace.documents.content.Content`, keys, times and entropy are
handed in.
"""
