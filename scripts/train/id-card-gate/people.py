"""Reads the list of development images and says which of them may be trained on.

Every line of --faces is one image: path, set, label, identity, faces [[x, y, width, height, score], ...] (main face
first) and pts (68 points of the main face: x0, y0, x1, y1, ...). The split is by person where the person is known, by
file otherwise, and fixed by a hash, so that it never depends on the order of the list.
"""
import hashlib
import json
from pathlib import Path

HELD_OUT_PERCENT = 30
CARDS = ("idcards_specimen", "idcards_synth")
SKIPPED = ("variants_format",)


def bucket(text):
    return int(hashlib.md5(text.encode()).hexdigest(), 16) % 100


def held_out(row):
    """True for images that are never trained on, as themselves or as a portrait on a card."""
    person = row.get("identity") or row["path"]
    return bucket("id-card-gate:" + person) < HELD_OUT_PERCENT


def read_rows(faces_file):
    rows = []
    for line in Path(faces_file).read_text().splitlines():
        row = json.loads(line)
        if "faces" not in row or row["set"] in SKIPPED:
            continue
        rows.append(row)
    return rows


def is_card(row):
    return row["set"] in CARDS and row["label"].startswith("id_document")


def is_neutral(row):
    """Documents without a face: 407 answers them, whatever the gate says."""
    return row["label"] == "document_without_face"


def training_rows(rows):
    """Photos that are not cards and may be trained on."""
    return [r for r in rows if r["set"] not in CARDS and not held_out(r)]


def validation_rows(rows):
    """Photos of held-out people, all specimens and all synthetic cards."""
    return [r for r in rows if r["set"] in CARDS or held_out(r)]
