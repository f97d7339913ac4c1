import { count, counted } from '../../evaluation/format.js';
import { csvText } from '../../util/csv-text.js';
import type { ImportOutcome } from '../photo-import/import-photos.js';
import type { Source } from './source.js';

/** How the users of the source and the photos at hand go together, for a terminal; whose they are is in the CSV file only. */
export function sourceLines({ list, withoutPhotos, unnamed, strays }: Source): string[] {
  const users = list.names.size;
  return [
    `${counted(users, 'user')} on the source, ${count(users - withoutPhotos.length)} of them with photos here: ${counted(list.photos.length, 'photo')}.`,
    ...some('Users without a photo here', withoutPhotos),
    ...some('Users without a name, which will be their id', unnamed),
    ...some('Photos of no user', strays),
  ];
}

/** What became of the users, for a terminal. */
export function peopleLines({ people, without, refusedPeople }: ImportOutcome): string[] {
  return [
    `${count(people - without.length)} of ${counted(people, 'user')} can be found on the target.`,
    ...some('Users refused', refusedPeople),
  ];
}

function some(what: string, those: readonly unknown[]): string[] {
  return those.length === 0 ? [] : [`  ${what}: ${count(those.length)}`];
}

/** Everything that is missing, one line each. */
export function migrationCsv({ withoutPhotos, strays }: Source, outcome?: ImportOutcome): string {
  const { refused = [], refusedPeople = [], unreadable = [], without = [] } = outcome ?? {};
  const hadNone = new Set(withoutPhotos);
  return csvText(
    ['what', 'id', 'photo', 'code', 'text', 'reason'],
    [
      ...refusedPeople.map(({ id, code, text, reason }) => ['user refused', id, '', code, text, reason]),
      ...withoutPhotos.map((id) => ['user without a photo', id, '', '', '', '']),
      ...without.filter((id) => !hadNone.has(id)).map((id) => ['user whose photos all failed', id, '', '', '', '']),
      ...refused.map(({ photo, code, text, reason }) => ['photo refused', photo.id, photo.path, code, text, reason]),
      ...unreadable.map(({ photo, why }) => ['photo not readable', photo.id, photo.path, '', why, '']),
      ...strays.map((path) => ['photo of no user', '', path, '', '', '']),
    ],
  );
}
