"""Aligned face crops as the server makes them (src/vision/alignment.ts), cached once with a margin for augmentation.

The crop is the 112x112 ArcFace alignment with MARGIN more pixels on each side at the same scale, so that
crops[:, MARGIN:-MARGIN, MARGIN:-MARGIN] is what the server feeds to the embedder (RGB order here).
"""
import argparse
import json
import os
from multiprocessing import Pool

import cv2
import numpy as np
from PIL import Image, ImageFile, ImageOps

ImageFile.LOAD_TRUNCATED_IMAGES = True

SIDE = 112
MARGIN = 20
FULL = SIDE + 2 * MARGIN

TEMPLATE = np.array(
    [[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655], [70.7299, 92.2041]]
)

SETS = ('lfw', 'asian_celebrities', 'asian_singles', 'rmfd_asian', 'nogizaka_crop', 'nogizaka_raw', 'blackpink_crop', 'sports5_raw')


def five_points(points):
    """From a flat list of the 68 landmarks (x, y, x, y, ...) to the five that the template orders."""
    p = np.asarray(points, float).reshape(68, 2)
    return np.stack([p[36:42].mean(0), p[42:48].mean(0), p[30], p[48], p[54]])


def aligned_to_image(five):
    """Least-squares similarity from the crop to the image, in continuous pixel coordinates, as a 2x3 matrix."""
    src = TEMPLATE + 0.5
    f, t = src.mean(0), five.mean(0)
    p, q = src - f, five - t
    norm = (p**2).sum()
    a = (p * q).sum() / norm
    c = (p[:, 0] * q[:, 1] - p[:, 1] * q[:, 0]).sum() / norm
    return np.array([[a, -c, t[0] - (a * f[0] - c * f[1])], [c, a, t[1] - (c * f[0] + a * f[1])]])


def mended_aligned_to_image(five, free=0.15):
    """As above for crops whose aspect was not kept: undoes a face that is much too wide or too high.

    Among stretches along the image's axes, the one after which the five points are most like the template; less `free`
    (in logarithms of the aspect), since pose and people's faces differ by as much.
    """
    a = np.c_[TEMPLATE + 0.5, np.ones(5)]
    best = (np.inf, 0.0)
    for stretch in np.linspace(np.log(0.6), np.log(1.67), 61):
        p = five * [np.exp(-stretch / 2), np.exp(stretch / 2)]
        r = ((a @ aligned_to_image(p).T - p) ** 2).sum() / ((p - p.mean(0)) ** 2).sum()
        best = min(best, (r, stretch))
    stretch = np.sign(best[1]) * max(0.0, abs(best[1]) - free)
    scale = np.array([np.exp(-stretch / 2), np.exp(stretch / 2)])
    return aligned_to_image(five * scale) / scale[:, None]


def sample(image, matrix, side):
    """Resamples as the server's image pyramid does: halved levels, then 2x2 bilinear samples when reducing."""
    step = np.sqrt(abs(np.linalg.det(matrix[:, :2])))
    depth = max(0, int(np.floor(np.log2(step))))
    for _ in range(depth):
        h, w = image.shape[:2]
        image = cv2.copyMakeBorder(image, 0, h & 1, 0, w & 1, cv2.BORDER_REPLICATE)
        image = cv2.resize(image, ((w + 1) // 2, (h + 1) // 2), interpolation=cv2.INTER_AREA)
    m = matrix / 2**depth
    offsets = (0.25, 0.75) if step > 1 else (0.5,)
    out = np.zeros((side, side, 3), np.float32)
    source = image.astype(np.float32)
    for dy in offsets:
        for dx in offsets:
            shifted = m.copy()
            shifted[:, 2] += m[:, :2] @ [dx, dy] - 0.5
            out += cv2.warpAffine(source, shifted, (side, side), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    return np.clip(np.rint(out / len(offsets) ** 2), 0, 255).astype(np.uint8)


def load_upright(path):
    image = ImageOps.exif_transpose(Image.open(path))
    if image.mode in ('RGBA', 'LA', 'P'):
        image = image.convert('RGBA')
        image = Image.alpha_composite(Image.new('RGBA', image.size, 'white'), image)
    return np.asarray(image.convert('RGB'))


def crop_of(job):
    path, points, mend = job
    matrix = (mended_aligned_to_image if mend else aligned_to_image)(five_points(points))
    matrix[:, 2] -= matrix[:, :2] @ [MARGIN, MARGIN]
    return sample(load_upright(path), matrix, FULL)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--data', required=True, help='folder of the development images')
    parser.add_argument('--faces', required=True, help='faces.jsonl: one record with 68 landmarks per image')
    parser.add_argument('--points', nargs='*', default=[], help='more files of the kind of --faces: later landmarks replace earlier ones')
    parser.add_argument('--mend-aspect', nargs='*', default=[], help='sets of tight crops whose aspect is mended, where the records do not say it of each image')
    parser.add_argument('--out', required=True, help='folder for crops.npy and crops.json')
    args = parser.parse_args()
    cv2.setNumThreads(1)
    records = [json.loads(line) for line in open(args.faces)]
    records = [r for r in records if r['set'] in SETS and r.get('pts') and r.get('faces')]
    points = {r['path']: r['pts'] for r in records}
    for name in args.points:
        points.update({r['path']: r['pts'] for r in map(json.loads, open(name)) if r.get('pts')})
    jobs = [(os.path.join(args.data, r['path']), points[r['path']], r.get('mend', r['set'] in args.mend_aspect)) for r in records]
    with Pool(2) as pool:
        crops = np.stack(pool.map(crop_of, jobs, chunksize=32))
    os.makedirs(args.out, exist_ok=True)
    np.save(os.path.join(args.out, 'crops.npy'), crops)
    meta = [{k: r[k] for k in ('path', 'set', 'label', 'identity')} for r in records]
    with open(os.path.join(args.out, 'crops.json'), 'w') as f:
        json.dump(meta, f, ensure_ascii=False)
    print(crops.shape)


if __name__ == '__main__':
    main()
