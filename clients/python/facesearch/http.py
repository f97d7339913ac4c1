"""Requests with the key, and replies."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
import uuid
from typing import Any, Dict, Iterable, Mapping, Optional, Tuple, Union
from urllib.parse import urlencode

Value = Union[str, float, bool, bytes, None]


class Refusal(Exception):
    """Every reply that is no success. What a search did not find is none."""

    def __init__(self, code: str, message: str, reason: str, status: int, retry_after: Optional[float]):
        super().__init__(message)
        #: As in the body of the reply, such as "407"; the HTTP status where the body has none.
        self.code = code
        #: Stable cause, such as "no-face"; empty where something between client and server answered.
        self.reason = reason
        #: HTTP status.
        self.status = status
        #: Seconds after which the same may succeed, where the server says so.
        self.retry_after = retry_after


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirection followed would turn a POST into a GET, and carry the key elsewhere."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


class Http:
    def __init__(self, url: str, key: str, timeout: float):
        self._origin = url.rstrip("/")
        self._key = key
        self._timeout = timeout
        self._opener = urllib.request.build_opener(_NoRedirect)

    def form(
        self,
        method: str,
        path: str,
        fields: Iterable[Tuple[str, Value]],
        headers: Optional[Mapping[str, str]] = None,
    ) -> Dict[str, Any]:
        """The body of a success. Raises Refusal, or urllib.error.URLError when there is no answer."""
        body, content_type = _multipart(fields)
        return self._json(method, path, body, {"content-type": content_type, **(headers or {})})

    def json(self, method: str, path: str, body: Optional[Mapping[str, Any]] = None) -> Dict[str, Any]:
        if body is None:
            return self._json(method, path, None, {})
        given = {name: value for name, value in body.items() if value is not None}
        return self._json(method, path, json.dumps(given).encode(), {"content-type": "application/json"})

    def file(self, path: str, content_type: str) -> bytes:
        """content_type is how that of a success begins."""
        status, headers, body = self._send("GET", path, None, {})
        if headers.get("content-type", "").startswith(content_type):
            return body
        _success(status, headers, body)
        return body

    def _json(self, method: str, path: str, body: Optional[bytes], headers: Mapping[str, str]) -> Dict[str, Any]:
        return _success(*self._send(method, path, body, headers))

    def _send(
        self, method: str, path: str, body: Optional[bytes], headers: Mapping[str, str]
    ) -> Tuple[int, Any, bytes]:
        request = urllib.request.Request(
            self._origin + path, data=body, method=method, headers={**headers, "api-key": self._key}
        )
        try:
            with self._opener.open(request, timeout=self._timeout) as response:
                return response.status, response.headers, response.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers, error.read()


def with_query(path: str, query: Mapping[str, Union[str, float, bool, None]]) -> str:
    """A path with a query; what is None is left out."""
    given = {name: _text(value) for name, value in query.items() if value is not None}
    return path + "?" + urlencode(given)


def _text(value: Union[str, float, bool]) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _success(status: int, headers: Any, body: bytes) -> Dict[str, Any]:
    try:
        reply = json.loads(body)
    except ValueError:
        reply = {}
    if not isinstance(reply, dict):
        reply = {}
    if reply.get("code") == "200":
        return reply
    try:
        retry_after: Optional[float] = float(headers.get("retry-after"))
    except (TypeError, ValueError):
        retry_after = None
    data = reply.get("data")
    message = data if isinstance(data, str) else "HTTP %d" % status
    raise Refusal(reply.get("code") or str(status), message, reply.get("reason", ""), status, retry_after)


def _multipart(fields: Iterable[Tuple[str, Value]]) -> Tuple[bytes, str]:
    boundary = uuid.uuid4().hex
    parts = []
    for name, value in fields:
        if value is None:
            continue
        head = 'content-disposition: form-data; name="%s"' % name
        if isinstance(value, bytes):
            # The file's own name may be that of a person.
            head += '; filename="photo"\r\ncontent-type: application/octet-stream'
            content = value
        else:
            text = _text(value)
            # A server takes away one pair of double quotes: a value that has them gets another one.
            if len(text) > 1 and text[0] == text[-1] == '"':
                text = '"%s"' % text
            content = text.encode()
        parts.append(b"--%s\r\n%s\r\n\r\n%s\r\n" % (boundary.encode(), head.encode(), content))
    body = b"".join(parts) + b"--%s--\r\n" % boundary.encode()
    return body, "multipart/form-data; boundary=" + boundary
