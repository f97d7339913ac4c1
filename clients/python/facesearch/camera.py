"""Recognises people before a camera, and tells who came."""

from __future__ import annotations

import base64
from typing import Any, Dict, Optional, Sequence

from .http import Http, with_query


class Camera:
    def __init__(self, http: Http):
        self._http = http

    def recognise(
        self,
        photos: Sequence[bytes],
        passage: Optional[str] = None,
        looks: Optional[int] = None,
        threshold: Optional[float] = None,
        challenge: bool = False,
        attendance: bool = False,
        collection: str = "",
    ) -> Dict[str, Any]:
        """Who stands before the camera: decision (recognised, unknown, look-again, refused), person, hint and more.

        photos are 1 to 5 in their order. passage is the name of the passage that they go on with, 8 to 64 characters.
        looks (3 without it) of them must agree. attendance writes the list.
        """
        body = {
            "collection": collection,
            "photos": [base64.b64encode(photo).decode() for photo in photos],
            "passage": passage,
            "looks": looks,
            "threshold": threshold,
            "challenge": challenge,
            "attendance": attendance,
        }
        return self._http.json("POST", "/admin/v1/recognise", body)["data"]

    def attendance(
        self, day: Optional[str] = None, offset: int = 0, limit: int = 200, collection: str = ""
    ) -> Dict[str, Any]:
        """Who was seen on a day such as 2027-01-31 (today without it), in the order in which they came."""
        query = {"collection": collection, "day": day, "offset": offset, "limit": limit}
        return self._http.json("GET", with_query("/admin/v1/attendance", query))["data"]

    def attendance_file(self, day: Optional[str] = None, collection: str = "", format: str = "csv") -> bytes:
        """The whole day as csv, or xlsx, with the times of the site."""
        query = {"collection": collection, "day": day, "format": format}
        content_type = "text/csv" if format == "csv" else "application/vnd.openxmlformats"
        return self._http.file(with_query("/admin/v1/attendance/file", query), content_type)
