"""What replies hold. Larger ones of the admin API are dictionaries, as the server sends them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Optional


@dataclass(frozen=True)
class User:
    id: str
    name: str


@dataclass(frozen=True)
class Candidate:
    id: str
    name: str
    #: From 0 to 1.
    similarity: float


@dataclass(frozen=True)
class SearchResult:
    """What came of a search by a photo: `near` is a near miss, `created` a person whom the search enrolled."""

    outcome: Literal["match", "near", "created", "none"]
    id: Optional[str] = None
    name: Optional[str] = None
    similarity: Optional[float] = None


EventType = Literal[
    "match", "no_match", "enrolled", "deleted", "refused", "recognised", "changed", "duplicate"
]
