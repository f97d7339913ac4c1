import type { DetectedFace, Point } from '../geometry.js';
import type { NetworkShape, OutputReader, Outputs } from './output-reader.js';

const STRIDES = [8, 16, 32];

/** Numbers of each cell, by the beginning of the output's name. */
const HEADS = { cls: 1, obj: 1, bbox: 4, kps: 10 };

/**
 * YuNet (W. Wu, H. Peng, S. Yu, "YuNet: A Tiny Millisecond-level Face Detector", 2023; MIT), as OpenCV's model zoo has it since
 * March 2023: outputs `cls_s`, `obj_s` `[1,n,1]`, `bbox_s` `[1,n,4]` and `kps_s` `[1,n,10]` for the strides s of 8, 16 and 32, where
 * n = (width / s) · (height / s), row by row. The formulas are those of OpenCV's FaceDetectorYN (modules/objdetect/src/face_detect.cpp):
 * score = √(cls · obj), both cut to 0–1; box centre = (cell + offset) · s, side = exp(number) · s; point = (cell + offset) · s.
 */
export const readYunet: OutputReader = (outputs, network, scoreThreshold) =>
  STRIDES.flatMap((stride) => readStride(outputs, network, stride, scoreThreshold));

function readStride(outputs: Outputs, network: NetworkShape, stride: number, scoreThreshold: number): DetectedFace[] {
  const columns = network.width / stride;
  const cells = columns * (network.height / stride);
  const [cls, obj, bbox, kps] = (['cls', 'obj', 'bbox', 'kps'] as const).map((head) =>
    outputOf(outputs, `${head}_${stride}`, cells * HEADS[head]),
  ) as [Float32Array, Float32Array, Float32Array, Float32Array];
  const faces: DetectedFace[] = [];
  for (let i = 0; i < cells; i++) {
    const score = Math.sqrt(cut(cls[i] as number) * cut(obj[i] as number));
    if (score < scoreThreshold) continue;
    const column = i % columns;
    const row = Math.floor(i / columns);
    const [dx, dy, logWidth, logHeight] = bbox.subarray(4 * i, 4 * i + 4) as unknown as [
      number,
      number,
      number,
      number,
    ];
    const width = Math.exp(logWidth) * stride;
    const height = Math.exp(logHeight) * stride;
    const fivePoints: Point[] = [];
    for (let p = 0; p < 5; p++) {
      fivePoints.push({
        x: (column + (kps[10 * i + 2 * p] as number)) * stride,
        y: (row + (kps[10 * i + 2 * p + 1] as number)) * stride,
      });
    }
    const box = { x: (column + dx) * stride - width / 2, y: (row + dy) * stride - height / 2, width, height };
    faces.push({ box, score, fivePoints });
  }
  return faces;
}

function cut(probability: number): number {
  return Math.min(1, Math.max(0, probability));
}

function outputOf(outputs: Outputs, name: string, length: number): Float32Array {
  const data = outputs[name]?.data;
  if (data?.length !== length) throw new Error(`not a YuNet network: output ${name} should have ${length} numbers`);
  return data;
}
