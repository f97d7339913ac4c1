"""Changes people who are there, and finds who is there twice."""

from __future__ import annotations

import base64
from typing import Any, Dict, Optional, Sequence, Tuple

from .http import Http, with_query

_USERS = "/admin/v1/users"
_UNKNOWN = "/admin/v1/unknown-people"
_PAIRS = "/admin/v1/duplicates"


class People:
    def __init__(self, http: Http):
        self._http = http

    def rename(self, id: str, to: str, collection: str = "") -> None:
        """Changes the id; faces and photos stay. FaceSearch.create changes a name."""
        self._http.json("POST", _USERS + "/rename", {"collection": collection, "id": id, "to": to})

    def merge(
        self, id: str, others: Sequence[str], name: Optional[str] = None, collection: str = ""
    ) -> Dict[str, Any]:
        """The others, at most 50, are gone, and id has their faces; all of it or nothing. Returns id, name, faces."""
        body = {"collection": collection, "id": id, "from": list(others), "name": name}
        return self._http.json("POST", _USERS + "/merge", body)["data"]

    def move(self, ids: Sequence[str], to: str, copy: bool = False, collection: str = "") -> Dict[str, Any]:
        """To another collection, at most 200, with faces and photos. With copy they stay as well. Returns done, failed."""
        body = {"collection": collection, "ids": list(ids), "to": to, "copy": copy}
        return self._http.json("POST", _USERS + "/move", body)["data"]

    def delete(self, ids: Sequence[str], collection: str = "") -> Dict[str, Any]:
        """At most 200. Returns done, failed, and undo (token and until; None where the server keeps nothing)."""
        return self._http.json("POST", _USERS + "/delete", {"collection": collection, "ids": list(ids)})["data"]

    def restore(self, undo: str, collection: str = "") -> Dict[str, Any]:
        """Brings back whom one deletion deleted, by its token. Returns done, failed."""
        return self._http.json("POST", _USERS + "/restore", {"collection": collection, "undo": undo})["data"]

    def csv(self, collection: str = "") -> bytes:
        """A list with the columns id, name and faces."""
        return self._http.file(with_query(_USERS + ".csv", {"collection": collection}), "text/csv")

    def xlsx(self, collection: str = "") -> bytes:
        """As csv, for a spreadsheet."""
        path = with_query(_USERS + ".xlsx", {"collection": collection})
        return self._http.file(path, "application/vnd.openxmlformats")

    def import_list(self, file: bytes, check: bool = False, collection: str = "") -> Dict[str, Any]:
        """Registers or renames the people of a CSV or XLSX with the columns id and name; nobody is deleted.

        At most 5 MB. With check nothing is changed. Returns created, renamed, unchanged, failed, rows.
        """
        body = {"collection": collection, "file": base64.b64encode(file).decode(), "check": check}
        return self._http.json("POST", _USERS + "/import", body)["data"]

    def unknown(self, least: Optional[float] = None, collection: str = "") -> Dict[str, Any]:
        """Strangers whom searches enrolled and nobody has named: people, isPartial, groups of who look like one person.

        least is the least similarity of two who are grouped; the server takes 0.8 without it.
        """
        query = {"collection": collection, "least": least}
        return self._http.json("GET", with_query(_UNKNOWN, query))["data"]

    def name_unknown(self, ids: Sequence[str], id: str, name: str, collection: str = "") -> Dict[str, Any]:
        """The strangers become the person id, or faces of the one who has this id. With an empty name that one's stays."""
        body = {"collection": collection, "ids": list(ids), "id": id, "name": name}
        return self._http.json("POST", _UNKNOWN + "/name", body)["data"]

    def find_duplicates(self, collection: str = "") -> Dict[str, Any]:
        """Looks for people who are there twice, in the background; duplicates tells when it is done."""
        return self._http.json("POST", _PAIRS, {"collection": collection})["data"]["scan"]

    def duplicates(
        self,
        least: Optional[float] = None,
        offset: int = 0,
        limit: int = 50,
        dismissed: bool = False,
        collection: str = "",
    ) -> Dict[str, Any]:
        """scan, total, and the pairs that were found until now, the most similar first; at most 200 at once.

        least is the least similarity; the server takes 0.85 without it. dismissed asks for those pairs instead.
        """
        query = {"collection": collection, "least": least, "offset": offset, "limit": limit}
        return self._http.json("GET", with_query(_PAIRS, {**query, "dismissed": dismissed}))["data"]

    def dismiss(self, ids: Tuple[str, str], dismissed: bool = True, collection: str = "") -> None:
        """Says that a pair is two people, or with dismissed=False forgets it."""
        body = {"collection": collection, "ids": list(ids), "dismissed": dismissed}
        self._http.json("POST", _PAIRS + "/dismiss", body)
