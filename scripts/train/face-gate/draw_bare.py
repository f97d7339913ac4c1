"""Draws what bare faces were refused for: beards, shade, dark skin, closed and made-up eyes, eyeglasses in bad light, fringes.

As in draw.py, every function takes a random generator, the picture (uint8 RGB) and the points (68x2, canvas pixels).
"""

from __future__ import annotations

import cv2
import numpy as np

import draw
from draw import Rng, at, blend, face_frame, fill, lighting, lit, smooth, uni

HAIR = [(18, 15, 14), (30, 24, 22), (55, 38, 28), (95, 66, 42), (140, 85, 45), (170, 120, 70), (120, 118, 115), (215, 212, 208), (150, 60, 40)]


def hair_colour(r: Rng) -> np.ndarray:
    return np.array(HAIR[int(r.choice(len(HAIR), p=[0.28, 0.2, 0.14, 0.1, 0.06, 0.04, 0.08, 0.07, 0.03]))], np.float32) * uni(r, 0.7, 1.3)


def strands(r: Rng, h: int, w: int, colour, angle: float, coarse: float = 1.0) -> np.ndarray:
    """Hair that runs along an angle (radians; 0 is to the right), float32 RGB."""
    n = int(np.hypot(h, w)) + 4
    noise = r.standard_normal((n, n)).astype(np.float32)
    noise = cv2.GaussianBlur(noise, (0, 0), sigmaX=uni(r, 5, 14), sigmaY=uni(r, 0.5, 1.0) * coarse)
    noise /= noise.std() + 1e-6
    turn = cv2.getRotationMatrix2D((n / 2, n / 2), -np.degrees(angle), 1)
    noise = cv2.warpAffine(noise, turn, (n, n), borderMode=cv2.BORDER_REFLECT)[(n - h) // 2 :, (n - w) // 2 :][:h, :w]
    lump = draw.clouds(r, h, w, uni(r, 8, 25))
    return np.clip(np.asarray(colour, np.float32) * (1 + uni(r, 0.15, 0.45) * noise + 0.12 * lump)[..., None], 0, 255)


def full_beard(r: Rng, img: np.ndarray, pts: np.ndarray) -> np.ndarray:
    """A full beard with its moustache, short to long, which may hide the lips; or stubble."""
    h, w = img.shape[:2]
    _, right, down, half, fh = face_frame(pts)
    light = lighting(r, img, pts)
    start = int(r.integers(0, 4))
    core = pts[51]
    jaw = core + (pts[start + 1 : 16 - start] - core) * uni(r, 1.0, 1.14)
    long = fh * (uni(r, 0.0, 0.1) if r.random() < 0.55 else uni(r, 0.1, 0.6))
    bow = np.sin(np.linspace(0, np.pi, len(jaw))) ** uni(r, 1.0, 2.5)
    jaw = jaw + down * (bow * long)[:, None]
    high = uni(r, 0.25, 0.7)  # how high the cheeks are covered
    cheek_l = pts[48] + (jaw[0] - pts[48]) * high - down * uni(r, 0, 4)
    cheek_r = pts[54] + (jaw[-1] - pts[54]) * high - down * uni(r, 0, 4)
    nose = pts[33] + down * uni(r, 0.5, 3)
    top = np.array([jaw[0], cheek_l, pts[31] - right * uni(r, 0, 4) + down * 2, nose, pts[35] + right * uni(r, 0, 4) + down * 2, cheek_r, jaw[-1]])
    alpha = fill(img.shape, smooth(np.vstack([top, jaw[::-1]]), 2), 0)
    ragged = cv2.GaussianBlur(alpha + 0.35 * cv2.GaussianBlur(r.standard_normal((h, w)).astype(np.float32), (0, 0), 1.0) * (cv2.GaussianBlur(alpha, (0, 0), 3) > 0.02), (0, 0), uni(r, 0.6, 2.0))
    alpha = np.clip((ragged - 0.25) * 2, 0, 1) if r.random() < 0.7 else cv2.GaussianBlur(alpha, (0, 0), uni(r, 1, 3.5))
    lips = fill(img.shape, smooth(np.vstack([pts[48:60]]), 1), uni(r, 0.6, 1.5))
    if r.random() < 0.3:  # the moustache hangs over the upper lip
        lips = fill(img.shape, smooth(np.vstack([pts[[60, 61, 62, 63, 64]], pts[55:60]]), 1), 0.8)
    alpha = alpha * (1 - lips * (uni(r, 0.75, 1.0) if r.random() < 0.8 else uni(r, 0.1, 0.6)))
    if r.random() < 0.2:  # goatee: the cheeks are free
        u = np.abs((np.mgrid[0:h, 0:w][1] - core[0]) * right[0] + (np.mgrid[0:h, 0:w][0] - core[1]) * right[1])
        alpha = alpha / (1 + np.exp((u - half * uni(r, 0.35, 0.55)) / 2.0)).astype(np.float32)
    strength = uni(r, 0.25, 0.6) if r.random() < 0.2 else uni(r, 0.75, 1.0)
    angle = np.arctan2(down[1], down[0]) + uni(r, -0.35, 0.35)
    hair = strands(r, h, w, hair_colour(r), angle)
    if r.random() < 0.25:  # grey hairs among the dark
        grey = strands(r, h, w, (190, 188, 185), angle)
        some = (cv2.GaussianBlur(r.standard_normal((h, w)).astype(np.float32), (0, 0), 1.0) > uni(r, -0.1, 0.4))[..., None]
        hair = np.where(some, grey, hair)
    return blend(img, lit(img, hair, light), np.clip(alpha * strength, 0, 1))


def dark_skin(r: Rng, img: np.ndarray, pts: np.ndarray) -> np.ndarray:
    """The face's skin much darker, its highlights kept, as it looks on many of the world's people."""
    h, w = img.shape[:2]
    c, right, down, half, fh = face_frame(pts)
    head = np.array([at(c, right, down, np.cos(t) * half * 1.12, np.sin(t) * (fh * 1.1 if np.sin(t) > 0 else fh * 0.62)) for t in np.linspace(0, 2 * np.pi, 32)[:-1]])
    inside = fill(img.shape, smooth(head, 1), 2.5)
    f = img.astype(np.float32)
    grey = f.mean(2)
    skin = float(np.median(grey[inside > 0.9])) if (inside > 0.9).any() else 120.0
    tone = np.array([1.0, uni(r, 0.68, 0.82), uni(r, 0.5, 0.72)], np.float32) if not draw.is_grey(img) else np.ones(3, np.float32)
    relative = np.clip(grey / (skin + 1), 0, 2)
    dark = uni(r, 35, 100)
    curve = relative ** uni(r, 1.0, 1.8)
    new = dark * curve[..., None] * tone / tone.mean()
    new = new + (np.clip(relative - uni(r, 1.15, 1.3), 0, 1) * uni(r, 60, 160))[..., None]
    whites = np.zeros((h, w), np.float32)
    for eye in (pts[36:42], pts[42:48]):
        whites = np.maximum(whites, fill(img.shape, eye, 0.7))
    mouth = fill(img.shape, smooth(pts[48:60], 1), 1.0)
    keep = np.maximum(whites * uni(r, 0.2, 0.8), mouth * uni(r, 0.2, 0.6))
    return blend(img, np.clip(new, 0, 255), inside * (1 - keep))


def shade(r: Rng, img: np.ndarray, pts: np.ndarray) -> np.ndarray:
    """Deep shade over the eyes, over half of the face, or over all of it before a bright ground."""
    h, w = img.shape[:2]
    c, right, down, half, fh = face_frame(pts)
    yy, xx = np.mgrid[0:h, 0:w].astype(np.float32)
    u = ((xx - c[0]) * right[0] + (yy - c[1]) * right[1]) / half
    v = ((xx - c[0]) * down[0] + (yy - c[1]) * down[1]) / fh
    kind = r.random()
    soft = uni(r, 0.03, 0.25)
    if kind < 0.4:  # high sun: sockets, and below nose and lip
        a = np.zeros((h, w), np.float32)
        for eye in (pts[36:42], pts[42:48]):
            m = eye.mean(0) + down * uni(r, -4, 0)
            ring = [m + right * half * uni(r, 0.3, 0.46) * np.cos(t) + down * fh * uni(r, 0.1, 0.17) * np.sin(t) for t in np.linspace(0, 2 * np.pi, 24)[:-1]]
            a = np.maximum(a, fill(img.shape, ring, uni(r, 2.5, 6)))
        strength = uni(r, 0.4, 0.82)
    elif kind < 0.6:  # a line of shade from above: a roof, a tree
        a = 1 / (1 + np.exp((v - uni(r, 0.15, 0.5) + uni(r, -0.3, 0.3) * u) / soft))
        strength = uni(r, 0.3, 0.75)
    elif kind < 0.85:  # one side in the dark
        side = -1 if r.random() < 0.5 else 1
        a = 1 / (1 + np.exp((side * u + uni(r, -0.3, 0.4) + uni(r, -0.4, 0.4) * v) / soft))
        strength = uni(r, 0.4, 0.95)
    else:  # against the light
        a = fill(img.shape, smooth(np.array([at(c, right, down, np.cos(t) * half * 1.3, np.sin(t) * fh * 1.1) for t in np.linspace(0, 2 * np.pi, 24)[:-1]]), 1), 4)
        strength = uni(r, 0.4, 0.8)
    return blend(img, np.array([6, 6, 10]) * uni(r, 0, 1.5), a.astype(np.float32) * strength)


def made_up_eyes(r: Rng, img: np.ndarray, pts: np.ndarray) -> np.ndarray:
    """Eyes that are closed or look down, dark make-up around them, or both."""
    out = img
    c, right, down, half, fh = face_frame(pts)
    closed, painted = r.random() < 0.6, r.random() < 0.55
    tone = np.array([(15, 12, 14), (60, 30, 40), (40, 45, 70), (90, 60, 40), (120, 50, 80)][int(r.integers(5))], np.float32)
    strength = uni(r, 0.25, 0.8)
    for eye in (pts[36:42], pts[42:48]):
        middle = eye.mean(0)
        wide = np.linalg.norm(eye[3] - eye[0])
        skin_at = np.clip((middle - down * wide * 0.55).astype(int), 0, np.array(img.shape[1::-1]) - 1)
        skin = img[skin_at[1], skin_at[0]].astype(np.float32)
        if painted:
            ring = [middle - down * wide * 0.12 + right * wide * uni(r, 0.6, 0.75) * np.cos(t) + down * wide * 0.42 * np.sin(t) for t in np.linspace(0, 2 * np.pi, 20)[:-1]]
            out = blend(out, tone * uni(r, 0.8, 1.1), fill(img.shape, ring, wide * 0.1) * strength)
        if closed:
            lid = fill(img.shape, smooth(middle + (eye - middle) * np.array([1.15, 1.6]), 2), 0.8)
            out = blend(out, (skin * uni(r, 0.75, 1.0) if not painted else skin * 0.5 + tone * 0.5), lid * 0.95)
            lash = [eye[0], eye[5] + down * wide * 0.05, eye[4] + down * wide * 0.05, eye[3]]
            out = blend(out, (15, 12, 10), draw.stroke(img.shape, smooth(lash, 2, False), uni(r, 0.8, 2.0)) * uni(r, 0.5, 0.95))
    return out


def glasses_in_bad_light(r: Rng, img: np.ndarray, pts: np.ndarray, scene: np.ndarray) -> np.ndarray:
    """Ordinary eyeglasses, mostly thick-framed, in shade, on dark skin or with reflections."""
    if r.random() < 0.35:
        img = dark_skin(r, img, pts)
    out = draw.glasses(r, img, pts, False, scene)
    return shade(r, out, pts) if r.random() < 0.65 else out


def fringe(r: Rng, img: np.ndarray, pts: np.ndarray) -> np.ndarray:
    """Hair over the forehead down to the brows or the eyes, cut straight, parted or ragged: no hat."""
    h, w = img.shape[:2]
    c, right, down, half, fh = face_frame(pts)
    light = lighting(r, img, pts).mean((0, 1), keepdims=True) * uni(r, 0.7, 1.1)
    xs = np.linspace(-1, 1, int(r.integers(9, 26)))
    low = uni(r, -0.22, 0.16) * fh
    parted = uni(r, -0.6, 0.6) if r.random() < 0.35 else None
    jag = uni(r, 0.0, 0.07) * fh
    edge = []
    for x in xs:
        y = low + uni(r, -0.02, 0.08) * fh * x * x + r.normal(0, 1) * jag
        if parted is not None:
            y -= fh * uni(r, 0.2, 0.4) * np.exp(-(((x - parted) / 0.35) ** 2))
        edge.append(at(c, right, down, x * half * uni(r, 1.04, 1.12), y))
    side = fh * uni(r, 0.0, 0.7)
    arc = [at(c, right, down, np.cos(t) * half * uni(r, 1.2, 1.3), side * (abs(np.cos(t)) ** 6) - np.sin(t) * fh * uni(r, 0.8, 1.0)) for t in np.linspace(0, np.pi, 17)]
    alpha = fill(img.shape, np.vstack([edge, arc]), uni(r, 0.5, 1.4))
    if r.random() < 0.5:  # thin hair, through which the forehead shows
        thin = draw.clouds(r, h, w, uni(r, 3, 7))
        alpha = alpha * np.clip(0.9 + uni(r, 0, 0.35) * thin, 0.2, 1)
    grey = img.astype(np.float32).mean(2)
    top = np.clip((c - down * fh * 0.72).astype(int), 0, np.array(img.shape[1::-1]) - 1)
    own = img[top[1], top[0]].astype(np.float32)
    colour = own if own.mean() < 0.6 * grey.mean() and r.random() < 0.5 else hair_colour(r)
    hair = strands(r, h, w, colour, np.arctan2(down[1], down[0]) + uni(r, -0.4, 0.4), uni(r, 0.8, 1.8))
    if r.random() < 0.5:  # gloss
        v = ((np.mgrid[0:h, 0:w][1] - c[0]) * down[0] + (np.mgrid[0:h, 0:w][0] - c[1]) * down[1]) / fh
        hair = hair + (np.exp(-(((v + uni(r, 0.2, 0.6)) / 0.1) ** 2)) * uni(r, 10, 70))[..., None]
    if r.random() < 0.6:
        img = draw.shade_below(img, np.array(edge), down, fh * uni(r, 0.04, 0.12), uni(r, 0.1, 0.4))
    return blend(img, lit(img, np.clip(hair, 0, 255).astype(np.float32), light), np.clip(alpha, 0, 1))
