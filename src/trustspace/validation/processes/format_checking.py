"""Format checking (EN 319 102-1 §5.2.2): does the signature keep to its format?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from trustspace.validation.causes import Cause
from trustspace.validation.indications import SubIndication
from trustspace.validation.processes.context import Finding

if TYPE_CHECKING:
    from trustspace.documents.model import Problem


def check_format(problems: Iterable[Problem], findings: list[Finding]) -> None:
    """Each problem that breaks a SHALL of the format is a FORMAT_FAILURE; oddities are only facts."""
    findings.extend(
        (SubIndication.FORMAT_FAILURE, Cause(problem.code, problem.parameters))
        for problem in problems
        if problem.fatal
    )
