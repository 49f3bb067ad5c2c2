"""The JSON API of a node (``/v1/…``, ``/openapi.json``) for programs that speak no DVCS: bodies read as they
stream, requests turned into DVCS requests of the same service, answers in the reader's language. What is
judged and issued, and how, is the service's; nothing here decides.
"""
