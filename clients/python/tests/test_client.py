"""Calls every endpoint of a running server: FACESEARCH_URL, FACESEARCH_KEY and PHOTOS (a folder with a.jpg, b.jpg and none.jpg).

a.jpg and b.jpg show two people; none.jpg shows nobody.
"""

import hashlib
import hmac
import os
import time
import unittest
from pathlib import Path

from facesearch import FaceSearch, Refusal, User, WebhookSignatureError, verify_webhook

faces = FaceSearch(os.environ["FACESEARCH_URL"], os.environ["FACESEARCH_KEY"])
photos = Path(os.environ["PHOTOS"])
ANNA, BEN, NONE = ((photos / name).read_bytes() for name in ("a.jpg", "b.jpg", "none.jpg"))
WHERE = "of Python, ngày"


class TestClient(unittest.TestCase):
    def test_people(self):
        faces.create("an", '"Ân"', WHERE)
        faces.add("an", ANNA, WHERE)
        self.assertEqual(faces.list(WHERE), [User("an", '"Ân"')])
        found = faces.search(ANNA, WHERE, threshold=0.9, lower_threshold=0.5)
        self.assertEqual((found.outcome, found.id, found.name), ("match", "an", '"Ân"'))
        self.assertAlmostEqual(found.similarity, 1, 4)
        self.assertEqual(faces.search(BEN, WHERE).outcome, "none")
        near = faces.search(BEN, WHERE, threshold=1, lower_threshold=0)
        self.assertEqual(near.outcome, "near")
        vector = faces.extract(ANNA)
        self.assertEqual(len(vector), 512)
        self.assertEqual(faces.search_vector(vector, WHERE).id, "an")
        crop = faces.extract_no_crop(ANNA, version="v3")
        self.assertEqual(len(crop), 512)
        self.assertIsNone(faces.search_vector([-x for x in vector], WHERE))
        faces.search_no_crop(ANNA, WHERE, threshold=0)
        self.assertEqual(faces.candidates(photo=ANNA, collection=WHERE, k=1)[0]["id"], "an")
        self.assertEqual(faces.candidates(vector=vector, collection=WHERE)[0]["id"], "an")
        faces.add_vector("an", vector, WHERE)
        shown = faces.faces("an", WHERE)
        self.assertEqual(len(shown), 2)
        faces.delete_face("an", shown[1]["face"], WHERE)
        self.assertEqual(faces.users(WHERE, search="a")["users"][0]["faces"], 1)
        created = faces.search(BEN, WHERE, create=True)
        self.assertEqual(created.outcome, "created")
        kept = faces.faces(created.id, WHERE)[0]
        self.assertEqual(faces.face_photo(created.id, kept["face"], WHERE), BEN)
        self.assertIn({"collection": WHERE, "users": 2, "faces": 2}, faces.collections())
        faces.delete_faces("an", WHERE)
        faces.delete("an", WHERE)
        faces.delete_collection(WHERE)
        self.assertEqual(faces.list(WHERE), [])

    def test_changes_of_people(self):
        people, where = faces.people, "people of Python"
        enrolled = faces.enrol("an", ANNA, name="Ân", collection=where, only_largest_face=True)
        self.assertEqual((enrolled["stored"], enrolled["finding"]), (True, None))
        self.assertEqual(faces.faces("an", where)[0]["face"], enrolled["face"])
        found = faces.enrol("twin", ANNA, name="Twin", collection=where)
        self.assertEqual((found["stored"], found["finding"]["kind"]), (False, "known-person"))
        self.assertTrue(faces.enrol("twin", ANNA, name="Twin", check="off", collection=where)["stored"])
        self.assertAlmostEqual(faces.identify(ANNA, where, k=1)["faces"][0]["people"][0]["similarity"], 1, 4)
        self.assertEqual(faces.identify(BEN, where)["faces"][0]["people"], [])
        faces.create("empty", "Nobody yet", where)
        listed = [user["name"] for user in faces.all_users(where, sort="name", limit=1)]
        self.assertEqual(listed, ["Ân", "Nobody yet", "Twin"])
        self.assertEqual(faces.users(where, without_face=True)["users"][0]["id"], "empty")

        self.assertEqual(people.find_duplicates(where)["state"], "running")
        end = time.monotonic() + 20
        while people.duplicates(collection=where)["scan"]["state"] != "done":
            self.assertLess(time.monotonic(), end, "the search for duplicates does not end")
        (pair,) = people.duplicates(0.9, collection=where)["pairs"]
        self.assertEqual({one["id"] for one in pair["people"]}, {"an", "twin"})
        people.dismiss(("an", "twin"), collection=where)
        self.assertEqual(people.duplicates(collection=where)["total"], 0)
        self.assertEqual(people.duplicates(dismissed=True, collection=where)["total"], 1)

        self.assertEqual(people.merge("an", ["twin"], collection=where), {"id": "an", "name": "Ân", "faces": 2})
        people.rename("an", "an.2", where)
        listing = people.csv(where).decode("utf-8-sig")
        self.assertEqual(listing, "id,name,faces\r\nan.2,Ân,2\r\nempty,Nobody yet,0\r\n")
        self.assertEqual(people.import_list(people.xlsx(where), collection=where)["unchanged"], 2)
        change = b"id,name\nan.2,Anna\nnew,New\n"
        for check in (True, False):
            changed = people.import_list(change, check, where)
            self.assertEqual((changed["created"], changed["renamed"], changed["failed"]), (1, 1, 0))

        deleted = people.delete(["new", "absent"], where)
        self.assertEqual((deleted["done"], deleted["failed"][0]["reason"]), (1, "user-not-found"))
        self.assertEqual(people.restore(deleted["undo"]["token"], where), {"done": 1, "failed": []})
        self.assertEqual(people.move(["new"], where + ", copied", True, where), {"done": 1, "failed": []})
        self.assertEqual(faces.list(where + ", copied"), [User("new", "New")])

        stranger = faces.search(BEN, where, create=True)
        groups = people.unknown(0.9, where)["groups"]
        self.assertEqual([group["ids"] for group in groups], [[stranger.id]])
        shown = groups[0]["portraits"][0]["face"]
        self.assertEqual(faces.face_portrait(stranger.id, shown, where)[:3], b"\xff\xd8\xff")
        self.assertEqual(people.name_unknown([stranger.id], "ben", "Ben", where)["faces"], 1)
        self.assertEqual(people.unknown(collection=where)["people"], 0)

    def test_camera(self):
        where = "camera of Python"
        faces.enrol("an", ANNA, name="Ân", collection=where)
        one = faces.camera.recognise([ANNA], "door of Python", 2, collection=where)
        self.assertEqual((one["decision"], one["looks"]), ("look-again", 1))
        known = faces.camera.recognise([ANNA], one["passage"], 2, attendance=True, collection=where)
        self.assertEqual((known["decision"], known["person"]["id"]), ("recognised", "an"))
        day = faces.camera.attendance(known["attendance"]["day"], collection=where)
        self.assertEqual([(line["id"], line["name"]) for line in day["lines"]], [("an", "Ân")])
        self.assertIn("an,Ân,", faces.camera.attendance_file(collection=where).decode())
        self.assertEqual(faces.camera.attendance_file(collection=where, format="xlsx")[:2], b"PK")

    def test_refusals(self):
        with self.assertRaises(Refusal) as caught:
            faces.search(NONE)
        refusal = caught.exception
        self.assertEqual((refusal.code, refusal.reason, str(refusal)), ("407", "no-face", "No face detected"))
        with self.assertRaises(Refusal) as caught:
            FaceSearch(os.environ["FACESEARCH_URL"], "wrong").status()
        self.assertEqual((caught.exception.code, caught.exception.status), ("401", 401))
        with self.assertRaises(Refusal) as caught:
            faces.face_photo("nobody", 1)
        self.assertEqual(caught.exception.reason, "user-not-found")

    def test_server(self):
        self.assertIn("admin", faces.status()["permissions"])
        self.assertGreaterEqual(faces.load()["workers"], 1)
        self.assertIn(faces.scale()["origin"], ("pack", "gallery"))
        self.assertEqual(len(faces.analyse(ANNA)["faces"]), 1)

    @unittest.skipUnless(os.environ.get("FACEMATCH"), "the server has no face match")
    def test_compare(self):
        self.assertTrue(faces.compare((ANNA, ANNA))["isMatch"])
        self.assertFalse(faces.compare((ANNA, BEN))["isMatch"])

    def test_webhooks(self):
        added = faces.add_webhook("https://example.com/python", ["match"])
        self.assertIn(added["webhook"], [one["webhook"] for one in faces.webhooks()])
        self.assertEqual(faces.retry_webhook(added["webhook"]), 0)
        self.assertEqual(faces.dead_letters(), [])
        faces.delete_webhook(added["webhook"])

    def test_signature(self):
        body = '{"id":"1","type":"match","data":{"name":"Ân"}}'
        now = int(time.time())

        def signed(at, secret="s"):
            digest = hmac.new(secret.encode(), ("%d.%s" % (at, body)).encode(), hashlib.sha256).hexdigest()
            return "t=%d,v1=%s" % (at, digest)

        self.assertEqual(verify_webhook("s", signed(now), body.encode())["data"]["name"], "Ân")
        for signature, text in ((signed(now, "other"), body), (signed(now), body + " "), (None, body), ("t=1", body)):
            with self.assertRaises(WebhookSignatureError):
                verify_webhook("s", signature, text)
        with self.assertRaisesRegex(WebhookSignatureError, "too long ago"):
            verify_webhook("s", signed(now - 301), body)


if __name__ == "__main__":
    unittest.main()
