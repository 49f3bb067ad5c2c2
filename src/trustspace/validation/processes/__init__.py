"""The building blocks and processes of EN 319 102-1, one module a clause; all pure functions over facts."""
