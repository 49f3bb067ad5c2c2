"""A property that is worked out once, when first asked for.

``functools.cached_property`` takes a lock in Python 3.11, which costs more than most of our properties.
Two threads may both work a value out; both get equal ones, as models are immutable.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, Self, TypeVar, overload

T = TypeVar("T")


class lazy(Generic[T]):
    """Non-data descriptor: the value replaces it in the instance's dictionary."""

    def __init__(self, function: Callable[..., T]) -> None:
        self._function = function
        self._name = function.__name__
        self.__doc__ = function.__doc__

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type) -> T: ...
    def __get__(self, instance: object | None, owner: type) -> T | Self:
        if instance is None:
            return self
        value = self._function(instance)
        instance.__dict__[self._name] = value
        return value
