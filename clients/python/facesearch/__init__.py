"""Client of the FaceSearch server's HTTP API, with the standard library only."""

from .client import FaceSearch
from .http import Refusal
from .types import Candidate, SearchResult, User
from .webhooks import WebhookSignatureError, verify_webhook

__all__ = [
    "Candidate",
    "FaceSearch",
    "Refusal",
    "SearchResult",
    "User",
    "WebhookSignatureError",
    "verify_webhook",
]
