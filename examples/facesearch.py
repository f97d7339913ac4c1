# FaceSearch with Python's requests: enrols a person, then says who is in each further photo.
#   FACESEARCH_URL=http://localhost:8080 FACESEARCH_KEY=fsk_… python3 facesearch.py ENROL.jpg PROBE.jpg…
import os
import sys
import time

import requests

calls = os.environ.get("FACESEARCH_URL", "http://localhost:8080") + "/vision/ekyc/facesearch/v4/"
collection = f"example-{time.time_ns()}"
session = requests.Session()
session.headers["api_key"] = os.environ.get("FACESEARCH_KEY", "")


def call(method, path, photo=None, **fields):
    """The reply to a call, a refusal included; 429 and 503 are tried again when Retry-After is over."""
    # A part without a file name, so that the body is multipart/form-data when there is no photo either.
    parts = {field: (None, value) for field, value in {"collection": collection, **fields}.items()}
    if photo is not None:
        with open(photo, "rb") as file:
            parts["file"] = ("photo", file.read())
    for attempt in range(1, 6):
        response = session.request(method, calls + path, files=parts, timeout=60)
        reply = response.json()
        # 404, 406, 407 and 410 are results; 400 and 412 say what to fix.
        if reply["code"] in ("200", "400", "404", "406", "407", "410", "412"):
            return reply
        if reply["code"] not in ("429", "503") or attempt == 5:
            break
        time.sleep(float(response.headers.get("Retry-After", 1)))
    sys.exit(f"{path} failed: {reply['code']} {reply['data']}")


def shown(reply):
    """A reply as one line: code, then the person or the text, then the cause that a 406 tells."""
    text = reply["data"]
    if isinstance(text, dict):
        text = f"{text['id']} ({text['name']}), similarity {text['similarity']:.2f}"
    return f"{reply['code']} {text}" + (f" ({reply['reason']})" if "reason" in reply else "")


if len(sys.argv) < 3:
    sys.exit("usage: python3 facesearch.py ENROL.jpg PROBE.jpg…")
enrol, *probes = sys.argv[1:]
sys.stdout.reconfigure(encoding="utf-8")

print("create:", shown(call("POST", "create", id="an", name="Nguyễn Văn An")))
try:
    print(f"add {os.path.basename(enrol)}:", shown(call("POST", "add", photo=enrol, id="an")))
    for probe in probes:
        print(f"search {os.path.basename(probe)}:", shown(call("POST", "search", photo=probe)))
    print("delete:", shown(call("DELETE", "delete", id="an")))
finally:
    print("delete_collection:", shown(call("DELETE", "delete_collection")))
