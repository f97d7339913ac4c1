"""One method for each endpoint; people and camera have more. Every one raises a Refusal for a reply that is no success."""

from __future__ import annotations

import base64
import json
from typing import Any, Dict, Iterator, List, Optional, Sequence, Tuple

from .camera import Camera
from .http import Http, Refusal, with_query
from .people import People
from .types import Candidate, EventType, SearchResult, User

_V4 = "/vision/ekyc/facesearch/v4"
_ADMIN = "/admin/v1"


class FaceSearch:
    """A server. Photos are the bytes of a JPEG or PNG, at most 5 MB; vectors are 512 numbers."""

    def __init__(self, url: str, key: str, timeout: float = 30.0):
        self._http = Http(url, key, timeout)
        self.people = People(self._http)
        self.camera = Camera(self._http)

    def create(self, id: str, name: str, collection: str = "") -> None:
        """Registers a person, or changes the name."""
        self._http.form("POST", _V4 + "/create", [("collection", collection), ("id", id), ("name", name)])

    def add(
        self,
        id: str,
        photo: bytes,
        collection: str = "",
        allow_id_card: bool = False,
        allow_covered: bool = False,
    ) -> None:
        """Adds a photo of a person.

        allow_covered accepts a face that is taken for one behind a mask, sunglasses or a hat, where the server lets it
        (ALLOW_COVERED).
        """
        fields = [
            ("collection", collection),
            ("id", id),
            ("file", photo),
            ("allow_id_card", allow_id_card),
            ("allow_covered", allow_covered),
        ]
        self._http.form("POST", _V4 + "/add", fields)

    def add_vector(self, id: str, vector: Sequence[float], collection: str = "") -> None:
        fields = [("collection", collection), ("id", id), ("vector", json.dumps(list(vector)))]
        self._http.form("POST", _V4 + "/add_vector", fields)

    def list(self, collection: str = "") -> List[User]:
        """In order of creation."""
        reply = self._http.json("GET", with_query(_V4 + "/list", {"collection": collection}))
        return [User(**user) for user in reply["data"]]

    def delete_faces(self, id: str, collection: str = "") -> None:
        self._http.form("DELETE", _V4 + "/delete_faces", [("collection", collection), ("id", id)])

    def delete(self, id: str, collection: str = "") -> None:
        self._http.form("DELETE", _V4 + "/delete", [("collection", collection), ("id", id)])

    def delete_collection(self, collection: str) -> None:
        """Named on purpose: the default collection is the empty text."""
        self._http.form("DELETE", _V4 + "/delete_collection", [("collection", collection)])

    def search(
        self,
        photo: bytes,
        collection: str = "",
        threshold: Optional[float] = None,
        lower_threshold: Optional[float] = None,
        create: bool = False,
        allow_id_card: bool = False,
        only_largest_face: bool = False,
        disable_validation: bool = False,
    ) -> SearchResult:
        """Who is on the photo. With create, a person who is not found is enrolled."""
        fields = [
            ("collection", collection),
            ("file", photo),
            ("threshold", threshold),
            ("lower_threshold", lower_threshold),
            ("create", create),
            ("allow_id_card", allow_id_card),
            ("only_largest_face", only_largest_face),
            ("disable_validation", disable_validation),
        ]
        reply = self._unless_not_found("/search", fields)
        if reply is None:
            return SearchResult("none")
        if "extra_data" in reply:
            return SearchResult("near", **reply["extra_data"])
        data = reply["data"]
        return SearchResult("created", data["id"]) if data.get("new") else SearchResult("match", **data)

    def search_no_crop(
        self, photo: bytes, collection: str = "", threshold: Optional[float] = None
    ) -> Optional[Candidate]:
        """By the crop of a face."""
        fields = [("collection", collection), ("file", photo), ("threshold", threshold)]
        return _candidate(self._unless_not_found("/search_no_crop", fields))

    def search_vector(
        self, vector: Sequence[float], collection: str = "", threshold: Optional[float] = None
    ) -> Optional[Candidate]:
        fields = [("collection", collection), ("vector", json.dumps(list(vector))), ("threshold", threshold)]
        return _candidate(self._unless_not_found("/search_vector", fields))

    def extract(
        self,
        photo: bytes,
        version: Optional[str] = None,
        allow_id_card: bool = False,
        only_largest_face: bool = False,
        disable_validation: bool = False,
    ) -> List[float]:
        """The vector of a photo."""
        fields = [
            ("file", photo),
            ("allow_id_card", allow_id_card),
            ("only_largest_face", only_largest_face),
            ("disable_validation", disable_validation),
        ]
        reply = self._http.form("POST", _V4 + "/extract_from_fm", fields, _version(version))
        return reply["data"]["vector"]

    def extract_no_crop(self, photo: bytes, version: Optional[str] = None) -> List[float]:
        """The vector of the crop of a face."""
        path = _V4 + "/extract_no_crop_from_fm"
        return self._http.form("POST", path, [("file", photo)], _version(version))["data"]["vector"]

    def compare(self, photos: Tuple[bytes, bytes], validate: bool = False) -> Dict[str, Any]:
        """Whether two photos show one person: isMatch, similarity from 0 to 100, isBothImgIDCard. Nothing is stored."""
        fields = [("file[]", photos[0]), ("file[]", photos[1]), ("validate", validate)]
        return self._http.form("POST", "/vision/ekyc/facematch/v4", fields)["data"]

    def status(self) -> Dict[str, Any]:
        return self._http.json("GET", _ADMIN + "/status")["data"]

    def load(self) -> Dict[str, Any]:
        return self._http.json("GET", _ADMIN + "/load")["data"]

    def scale(self) -> Dict[str, Any]:
        return self._http.json("GET", _ADMIN + "/scale")["data"]

    def collections(self) -> List[Dict[str, Any]]:
        return self._http.json("GET", _ADMIN + "/collections")["data"]

    def users(
        self,
        collection: str = "",
        search: str = "",
        offset: int = 0,
        limit: int = 50,
        sort: str = "created",
        without_face: bool = False,
        cursor: Optional[str] = None,
    ) -> Dict[str, Any]:
        """total, and a page of users with the number of their faces. Its next is the cursor of the page after it.

        sort is created (the oldest first), newest, id or name. At most 200 come at once.
        """
        query = {
            "collection": collection,
            "search": search,
            "offset": offset,
            "limit": limit,
            "sort": sort,
            "without_face": without_face,
            "cursor": cursor,
        }
        return self._http.json("GET", with_query(_ADMIN + "/users", query))["data"]

    def all_users(
        self,
        collection: str = "",
        search: str = "",
        limit: int = 50,
        sort: str = "created",
        without_face: bool = False,
    ) -> Iterator[Dict[str, Any]]:
        """The users of all pages, limit of them in a request."""
        cursor: Optional[str] = None
        while True:
            page = self.users(collection, search, 0, limit, sort, without_face, cursor)
            yield from page["users"]
            cursor = page.get("next")
            if cursor is None:
                return

    def faces(self, id: str, collection: str = "") -> List[Dict[str, Any]]:
        query = {"collection": collection, "id": id}
        return self._http.json("GET", with_query(_ADMIN + "/faces", query))["data"]

    def delete_face(self, id: str, face: int, collection: str = "") -> None:
        query = {"collection": collection, "id": id}
        self._http.json("DELETE", with_query("%s/faces/%d" % (_ADMIN, face), query))

    def face_photo(self, id: str, face: int, collection: str = "") -> bytes:
        """Of people whom a search enrolled."""
        query = {"collection": collection, "id": id}
        return self._http.file(with_query("%s/faces/%d/photo" % (_ADMIN, face), query), "image/")

    def face_portrait(self, id: str, face: int, collection: str = "") -> bytes:
        """A JPEG of at most 160x160 pixels, of faces whose photo was kept."""
        query = {"collection": collection, "id": id}
        return self._http.file(with_query("%s/faces/%d/portrait" % (_ADMIN, face), query), "image/")

    def enrol(
        self,
        id: str,
        photo: Optional[bytes] = None,
        vector: Optional[Sequence[float]] = None,
        name: Optional[str] = None,
        check: str = "refuse",
        collection: str = "",
        allow_id_card: bool = False,
        only_largest_face: bool = False,
        disable_validation: bool = False,
        allow_covered: bool = False,
    ) -> Dict[str, Any]:
        """Adds a face, unless it shows somebody else who is there: stored, face, quality, finding.

        With name the person is registered, or renamed, when the face is stored. check says what a finding does:
        refuse stores nothing, off stores the face all the same, only never stores.
        """
        body = {"collection": collection, "id": id, "name": name, "check": check, **_probe(photo, vector)}
        body.update(_flags(allow_id_card, only_largest_face, disable_validation), allow_covered=allow_covered)
        return self._http.json("POST", _ADMIN + "/enrol", body)["data"]

    def identify(
        self, photo: bytes, collection: str = "", k: int = 3, threshold: Optional[float] = None
    ) -> Dict[str, Any]:
        """Who is on a photo of many people: width, height, faces (each with people, at most k), left.

        threshold is the least similarity; the server takes 0.85 without it.
        """
        body = {"collection": collection, "k": k, "threshold": threshold, **_probe(photo, None)}
        return self._http.json("POST", _ADMIN + "/identify", body)["data"]

    def candidates(
        self,
        photo: Optional[bytes] = None,
        vector: Optional[Sequence[float]] = None,
        collection: str = "",
        k: int = 10,
        allow_id_card: bool = False,
        only_largest_face: bool = False,
        disable_validation: bool = False,
    ) -> List[Dict[str, Any]]:
        """The k people who look most like a photo or a vector: id, name, face, similarity."""
        body = {"collection": collection, "k": k, **_probe(photo, vector)}
        body.update(_flags(allow_id_card, only_largest_face, disable_validation))
        return self._http.json("POST", _ADMIN + "/candidates", body)["data"]

    def analyse(
        self,
        photo: bytes,
        allow_id_card: bool = False,
        only_largest_face: bool = False,
        disable_validation: bool = False,
        allow_covered: bool = False,
    ) -> Dict[str, Any]:
        """What the server sees in a photo, and what an endpoint with these flags would refuse it for."""
        body = {"allow_covered": allow_covered, **_probe(photo, None)}
        body.update(_flags(allow_id_card, only_largest_face, disable_validation))
        return self._http.json("POST", _ADMIN + "/analyse", body)["data"]

    def webhooks(self) -> List[Dict[str, Any]]:
        return self._http.json("GET", _ADMIN + "/webhooks")["data"]

    def add_webhook(self, url: str, events: Optional[Sequence[EventType]] = None) -> Dict[str, Any]:
        """webhook and secret, which is shown only now."""
        body = {"url": url, "events": None if events is None else list(events)}
        return self._http.json("POST", _ADMIN + "/webhooks", body)["data"]

    def delete_webhook(self, webhook: int) -> None:
        self._http.json("DELETE", "%s/webhooks/%d" % (_ADMIN, webhook))

    def retry_webhook(self, webhook: int) -> int:
        """How many dead letters are tried again."""
        return self._http.json("POST", "%s/webhooks/%d/retry" % (_ADMIN, webhook))["data"]["retried"]

    def dead_letters(self) -> List[Dict[str, Any]]:
        return self._http.json("GET", _ADMIN + "/dead-letters")["data"]

    def _unless_not_found(self, path: str, fields: Any) -> Optional[Dict[str, Any]]:
        """Nobody found is no error."""
        try:
            return self._http.form("POST", _V4 + path, fields)
        except Refusal as refusal:
            if refusal.reason == "not-found":
                return None
            raise


def _candidate(reply: Optional[Dict[str, Any]]) -> Optional[Candidate]:
    return None if reply is None else Candidate(**reply["data"])


def _probe(photo: Optional[bytes], vector: Optional[Sequence[float]]) -> Dict[str, Any]:
    return {
        "photo": None if photo is None else base64.b64encode(photo).decode(),
        "vector": None if vector is None else list(vector),
    }


def _flags(allow_id_card: bool, only_largest_face: bool, disable_validation: bool) -> Dict[str, bool]:
    return {
        "allow_id_card": allow_id_card,
        "only_largest_face": only_largest_face,
        "disable_validation": disable_validation,
    }


def _version(version: Optional[str]) -> Dict[str, str]:
    return {} if version is None else {"facematch-version": version}
