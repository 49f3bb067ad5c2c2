"""Open software for the cross-border trust space of the EAEU and the CIS.

Importing this package loads nothing else: each subpackage is imported where it is used, so that
``trustspace --version`` stays as quick as the interpreter itself.
"""

__version__ = "0.1.0"
