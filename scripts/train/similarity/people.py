"""The development people: photos, names joined, groups, and the two halves. Shared by the other scripts."""
import csv
import hashlib
import os
import numpy as np

GROUPS = ("vn_people", "casia_v5", "asian_faces", "asian_portraits", "asian_celebrities", "lfw",
          "black", "caucasian", "hispanic", "indian", "mideastern")
# Sets whose single portraits make one group, as no person of them has a second photo.
GROUP_OF_SET = {"mebeauty_asian": "asian_portraits", "asian_singles": "asian_portraits"}
# Noisy, tight or tiny sets: they are listed when duplicates are looked for, and take part in nothing else.
LEFT_OUT = ("rmfd_asian", "nogizaka_crop", "nogizaka_raw", "blackpink_crop", "sports5_raw",
            "faceapi_examples", "face_recognition_examples")


def read_rows(folder):
    """Rows of the embedded photos, in the order of the vectors, and the vectors by pack."""
    rows, vectors = [], {"default": [], "light": []}
    for part in sorted(n.split(".")[1] for n in os.listdir(folder) if n.startswith("rows.")):
        with open(f"{folder}/rows.{part}.csv", encoding="utf-8") as f:
            rows += list(csv.DictReader(f))
        for pack in vectors:
            vectors[pack].append(np.fromfile(f"{folder}/{pack}.{part}.f32", np.float32).reshape(-1, 512))
    return rows, {pack: np.concatenate(v) for pack, v in vectors.items()}


class Names:
    """One name for each person, through every alias file (columns name, is)."""

    def __init__(self, files):
        self.parent = {}
        for file in files:
            with open(file, encoding="utf-8") as f:
                for row in csv.DictReader(f):
                    a, b = sorted((self.of(row["name"]), self.of(row["is"])))
                    if a != b:
                        self.parent[b] = a

    def of(self, name):
        while name in self.parent:
            name = self.parent[name]
        return name


def halves_of(table, salt=""):
    """Half A or B of each photo's person. The people of each group are put in the order of the SHA-256 of salt + name and
    go to A and B by turns, so both halves have as many of each group. A person of several groups counts in their first."""
    half, next_ = {}, "A"
    for group in dict.fromkeys(GROUPS + tuple(sorted(set(table["group"])))):
        people = set(table["person"][table["group"] == group]) - half.keys()
        for person in sorted(people, key=lambda p: hashlib.sha256((salt + p).encode()).hexdigest()):
            half[person] = next_
            next_ = "B" if next_ == "A" else "A"
    return np.array([half[p] for p in table["person"]])


def load(folder, aliases):
    """Photos as a dictionary of arrays (path, set, group, person, half) and vectors by pack."""
    rows, vectors = read_rows(folder)
    names = Names(aliases)
    table = {"path": np.array([r["path"] for r in rows]), "set": np.array([r["set"] for r in rows]),
             "person": np.array([names.of(r["identity"]) for r in rows])}
    table["group"] = np.array([r["note"] if r["set"] == "mebeauty_groups" else GROUP_OF_SET.get(r["set"], r["set"])
                               for r in rows])
    table["half"] = halves_of(table)
    return table, vectors
