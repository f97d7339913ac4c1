"""The check of a webhook's signature."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import time
from typing import Any, Dict, Optional, Union


class WebhookSignatureError(Exception):
    """The request does not come from the server, was changed on its way, or is too old."""


def verify_webhook(
    secret: str,
    signature: Optional[str],
    body: Union[bytes, str],
    tolerance: float = 300,
    now: Optional[float] = None,
) -> Dict[str, Any]:
    """Checks who sent a webhook's request, and when; returns the event.

    signature is the header facesearch-signature, body what came, before it is parsed.
    """
    found = re.fullmatch(r"t=([0-9]{1,12}),v1=([0-9a-f]{64})", signature or "")
    if found is None:
        raise WebhookSignatureError("The request has no signature.")
    raw = body.encode() if isinstance(body, str) else body
    expected = hmac.new(secret.encode(), found[1].encode() + b"." + raw, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected, found[2]):
        raise WebhookSignatureError("The signature is not that of the secret.")
    if abs((time.time() if now is None else now) - int(found[1])) > tolerance:
        raise WebhookSignatureError("The request was signed too long ago.")
    return json.loads(raw)
