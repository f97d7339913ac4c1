import { h, labelled } from '../dom.js';
import { admin, adminPost, call, Refused, session } from '../session.js';
import { confirmed, openDialog } from '../ui/dialog.js';
import { toast, toastRefusal } from '../ui/toast.js';
import { refusalInWords, t } from '../words.js';

const text = (value, props = {}) =>
  h('input', { value, required: true, maxlength: '1024', autocomplete: 'off', ...props });

/** Asks for a new name. `done` follows when it is saved. */
export function rename({ id, name }, done) {
  const { field, input } = labelled(t('people.name'), text(name));
  openDialog({
    title: t('people.rename.of', { id }),
    content: [field],
    submit: t('save'),
    onsubmit: async () => {
      await call('POST', '/create', { collection: session.collection, id, name: input.value });
      await done();
    },
  });
  input.select();
}

/** Asks for another id. `done` gets it. */
export function changeId({ id }, done) {
  const { field, input } = labelled(t('people.new-id'), text(id), t('people.new-id-hint'));
  openDialog({
    title: t('people.change-id.of', { id }),
    content: [field],
    submit: t('save'),
    onsubmit: async () => {
      await adminPost('/users/rename', { collection: session.collection, id, to: input.value });
      toast(t('people.id-changed', { id, to: input.value }), { kind: 'good' });
      await done(input.value);
    },
  });
  input.select();
}

/** Asks for a collection and moves or copies people there. @param {string[]} ids */
export function moveOrCopy(ids, { copy }, done) {
  const names = h('datalist', { id: 'move-collections' });
  const { field, input } = labelled(
    t('people.to-collection'),
    h('input', { list: 'move-collections', autocomplete: 'off', maxlength: '1024' }),
    t('collection.hint-new'),
  );
  admin('GET', '/collections').then(
    (found) => names.append(...found.map(({ collection }) => h('option', { value: collection }))),
    () => {},
  );
  const kind = copy ? 'copy' : 'move';
  openDialog({
    title: t(`people.${kind}-title`, { n: ids.length }),
    content: [field, names],
    submit: t(`people.${kind}`),
    onsubmit: async () => {
      const body = { collection: session.collection, ids, to: input.value, copy };
      sayBatch(await adminPost('/users/move', body), copy ? 'people.copied' : 'people.moved');
      await done();
    },
  });
}

/**
 * Deletes people, with a way back as long as the server keeps one; where it keeps none, something must be typed first.
 * @param {{id: string, name: string}[]} people
 */
export async function deletePeople(people, done) {
  const collection = session.collection;
  const minutes = session.status.undoMinutes ?? 0;
  const [{ id, name }] = people;
  const isOne = people.length === 1;
  const title = isOne ? t('people.delete-one', { name: name || id }) : t('people.delete-n', { n: people.length });
  const typed = minutes > 0 ? undefined : isOne ? id : String(people.length);
  const words = minutes > 0 ? t('people.undo-for', { n: minutes }) : t('people.no-undo');
  if (!(await confirmed(title, { text: words, yes: t('delete'), danger: true, typed }))) return;
  try {
    const ids = people.map((one) => one.id);
    const reply = await adminPost('/users/delete', { collection, ids });
    const { undo } = reply;
    const page = location.hash;
    // On another page the one that is shown now may show them again.
    const shown = () => (location.hash === page ? done() : window.dispatchEvent(new Event('hashchange')));
    const back = () => restore(collection, undo.token, shown);
    sayBatch(reply, 'people.deleted', undo && { action: { text: t('undo'), onclick: back }, seconds: minutes * 60 });
  } catch (error) {
    toastRefusal(error);
  }
  await done();
}

async function restore(collection, token, done) {
  try {
    sayBatch(await adminPost('/users/restore', { collection, undo: token }), 'people.restored');
  } catch (error) {
    toastRefusal(error);
  }
  await done();
}

/** What became of many: how many it was done to, and why not to the others. */
function sayBatch({ done, failed }, words, options = {}) {
  if (done > 0 || failed.length === 0) toast(t(words, { n: done }), { kind: 'good', ...options });
  if (failed.length === 0) return;
  const [{ id, reason, message }] = failed;
  const why = refusalInWords(new Refused('400', message, reason));
  toast(t('people.failed', { n: failed.length, id, why }), { kind: 'bad', seconds: 15 });
}
