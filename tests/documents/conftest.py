"""What several tests of documents need."""

from __future__ import annotations

import pytest

from support.pki import Entity, Pki


@pytest.fixture(scope="session")
def pki() -> Pki:
    return Pki("p-256")


@pytest.fixture(scope="session")
def root(pki: Pki) -> Entity:
    return pki.root()


@pytest.fixture(scope="session")
def alice(pki: Pki, root: Entity) -> Entity:
    return pki.signer("Alice", root)


@pytest.fixture(scope="session")
def bob(pki: Pki, root: Entity) -> Entity:
    return pki.signer("Bob", root)


@pytest.fixture(scope="session")
def tsa(pki: Pki, root: Entity) -> Entity:
    return pki.tsa("TSA", root)
