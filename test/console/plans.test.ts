import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectRoot } from '../../src/util/paths.js';

const load = (name: string) =>
  import(join(projectRoot, 'src', 'console', name)) as Promise<Record<string, (...given: unknown[]) => unknown>>;

/** Files of a folder that was chosen, as the browser gives them. */
const filesOf = (...paths: string[]) =>
  paths.map((path) => ({ name: path.split('/').at(-1), webkitRelativePath: `chosen/${path}` }));

async function planOf(paths: string[], rule?: string) {
  const { planOf, ruleFor } = await load('enrol/plan.js');
  const files = filesOf(...paths);
  const people = planOf?.(files, rule ?? ruleFor?.(files)) as { id: string; name: string; photos: unknown[] }[];
  return people.map(({ id, name, photos }) => [id, name, photos.length]);
}

describe('whose photo a file is', () => {
  it('files of one folder are people who are called as the files', async () => {
    expect(await planOf(['anna.jpg', 'bình an.png'])).toEqual([
      ['anna', 'anna', 1],
      ['bình an', 'bình an', 1],
    ]);
  });

  it('folders of numbered photos are people who are called as the folders', async () => {
    expect(await planOf(['anna/1.jpg', 'anna/IMG_2.jpg', 'binh/1.jpg'])).toEqual([
      ['anna', 'anna', 2],
      ['binh', 'binh', 1],
    ]);
  });

  it('files of one name in several folders are several people', async () => {
    expect(await planOf(['10A/anna.jpg', '10B/anna.jpg', '10B/binh.jpg'], 'file')).toEqual([
      ['10A/anna', 'anna', 1],
      ['10B/anna', 'anna', 1],
      ['binh', 'binh', 1],
    ]);
  });
});

describe('who is on photos of many people', () => {
  it('a person on two photos is there once, with the better face, and whoever is on none is missing', async () => {
    const { attendanceOf, attendanceRows } = await load('identify/attendance.js');
    const person = (id: string, similarity: number) => ({ id, name: id.toUpperCase(), similarity });
    const shots = [
      { found: { left: 0, faces: [{ people: [person('a', 0.9)] }, { people: [] }] } },
      { found: { left: 2, faces: [{ people: [person('a', 0.95)] }] } },
    ];
    const everybody = ['a', 'b'].map((id) => ({ id, name: id.toUpperCase() }));
    const seen = attendanceOf?.(shots, everybody);
    expect(seen).toMatchObject({ left: 2, missing: [{ id: 'b' }] });
    expect(attendanceRows?.(seen)).toEqual([
      ['id', 'name', 'seen', 'similarity', 'face'],
      ['a', 'A', 'yes', '0.950', '2.1'],
      ['b', 'B', 'no', '', ''],
      ['', '', 'unknown', '', '1.2'],
    ]);
  });
});
