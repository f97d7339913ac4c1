/**
 * Each other reason of a refusal that the server can tell (photo-reasons.js has those of photos of people): in a few words for charts, and in a sentence that says what to do.
 * `{least}` is the smallest photo that the server takes.
 * @type {Record<string, {short: string, sentence: string}>}
 */
export const englishReasons = {
  'not-found': { short: 'nobody found', sentence: 'Nobody found who is similar enough.' },
  'user-not-found': { short: 'no such person', sentence: 'This person is not there any more.' },
  'face-not-found': { short: 'no such face', sentence: 'This face is not there any more.' },
  'photo-not-found': { short: 'photo not kept', sentence: 'No photo of this face was kept.' },
  'photos-off': {
    short: 'photos are not kept',
    sentence: 'There is no photo: this server does not keep photos (KEEP_PHOTOS).',
  },
  'undo-over': {
    short: 'too late to undo',
    sentence: 'What was deleted has been erased and cannot be brought back any more.',
  },
  'pair-not-found': { short: 'no such pair', sentence: 'This pair is not there any more.' },
  'duplicate-person': {
    short: 'here under another id',
    sentence: 'This person is already there under another id. Add the photo there, or merge the two.',
  },
  'other-person': {
    short: 'photo of somebody else',
    sentence: 'The photo shows another person who is already there. Choose the right person or another photo.',
  },
  'id-taken': {
    short: 'id is taken',
    sentence: 'There is already a person with this id. Choose another id, or merge the two.',
  },
  'backup-not-found': { short: 'no such backup', sentence: 'This backup is not there any more.' },
  'backup-running': { short: 'a backup is under way', sentence: 'A backup is under way. Wait until it is finished.' },
  'backup-space': {
    short: 'no space for a backup',
    sentence:
      'There is not enough space on the disk for a backup. Free some, delete older backups, or set BACKUP_DIR to a folder on another disk.',
  },
  'backup-folder': {
    short: 'folder of backups',
    sentence: 'The server cannot use the folder of the backups (BACKUP_DIR). Look at its owner and its path.',
  },
  'backup-of-database': {
    short: 'people are in PostgreSQL',
    sentence:
      'This server keeps its people in PostgreSQL. The tools of the database back them up, such as pg_dump; docs/scale.md says how.',
  },
  'scale-cosine': {
    short: 'no scale',
    sentence: 'This server tells raw cosines (SIMILARITY=cosine) and uses no scale.',
  },
  'scale-running': {
    short: 'calibration under way',
    sentence: 'A calibration is under way. Wait until it is finished.',
  },
  'scale-none': { short: 'no calibration', sentence: 'There is no finished calibration. Begin one first.' },
  'scale-of-model': { short: 'scale of the model', sentence: 'The scale of the model holds. There is none before it.' },
  'scale-changed': { short: 'another scale holds', sentence: 'Another scale holds by now. Look at the page again.' },
  'confirm-mismatch': {
    short: 'name not confirmed',
    sentence: 'Nothing was deleted. Type the name of the collection exactly as it is.',
  },
  'list-format': {
    short: 'list not readable',
    sentence:
      'The list cannot be read. It must be a CSV or XLSX file with a line, one of the first 20, that names the columns id and name.',
  },
  'webhook-not-found': { short: 'unknown webhook', sentence: 'There is no such webhook.' },
  'collection-not-found': { short: 'no such collection', sentence: 'This collection is not there any more.' },
  'image-format': { short: 'not a jpg or png', sentence: 'The file is not a jpg or png image.' },
  'image-damaged': { short: 'damaged file', sentence: 'The image is damaged and cannot be opened. Use another one.' },
  'image-size': {
    short: 'over 5 MB',
    sentence: 'The photo is larger than 5 MB. Save it with fewer pixels, or with a lower quality.',
  },
  'image-resolution': {
    short: 'photo too small',
    sentence: 'The photo has too few pixels: at least {least} are needed.',
  },
  'image-pixels': { short: 'too many pixels', sentence: 'The photo has too many pixels. Use a smaller one.' },
  'image-base64': { short: 'not base64', sentence: 'The photo must be an image file or its bytes in base64.' },
  'image-as-text': { short: 'text instead of a file', sentence: 'The image must be sent as a file, not as text.' },
  'threshold-range': { short: 'threshold not from 0 to 1', sentence: 'A threshold must be a number from 0 to 1.' },
  'threshold-order': { short: 'lower_threshold too high', sentence: 'lower_threshold must be below threshold.' },
  'vector-format': {
    short: 'wrong vector',
    sentence: 'The vector must be a JSON array of 512 numbers that are not all zero.',
  },
  'text-length': { short: 'text too long', sentence: 'A text is too long: at most 1,024 characters.' },
  'text-nul': { short: 'wrong character', sentence: 'A text has a character that cannot be stored (NUL).' },
  'text-encoding': { short: 'not UTF-8', sentence: 'A text is not UTF-8.' },
  'facematch-version': {
    short: 'wrong facematch_version',
    sentence: 'The header facematch_version must be v3, v4 or none.',
  },
  'photo-or-vector': { short: 'photo or vector', sentence: 'Send either a photo or a vector.' },
  'field-value': { short: 'wrong value', sentence: 'A value is missing, or not of the kind that is expected.' },
  'field-conflict': {
    short: 'two values of one field',
    sentence: 'A field has different values in the form and in the address.',
  },
  'unknown-field': {
    short: 'unknown field in a deletion',
    sentence: 'Nothing was deleted: the request names no field, or one that the endpoint does not know.',
  },
  'id-invisible': { short: 'invisible character', sentence: 'The id has a character that nobody can see.' },
  'id-conflict': {
    short: 'id written differently',
    sentence: 'There is a person whose id looks the same and is written in other Unicode characters. Use that one.',
  },
  'form-malformed': { short: 'broken form', sentence: 'The form is broken. Send it again.' },
  'form-incomplete': { short: 'form cut off', sentence: 'The form did not arrive completely. Send it again.' },
  'json-malformed': { short: 'broken JSON', sentence: 'The request is not valid JSON.' },
  'json-type': { short: 'not JSON', sentence: 'The request must be JSON, sent as application/json.' },
  'photo-count': { short: 'not two photos', sentence: 'A comparison needs exactly two photos.' },
  'missing-api-key': { short: 'no key', sentence: 'The API key is missing.' },
  'missing-id': { short: 'id missing', sentence: 'The id is missing.' },
  'missing-name': { short: 'name missing', sentence: 'The name is missing.' },
  'missing-file': { short: 'file missing', sentence: 'The photo is missing or empty.' },
  'missing-vector': { short: 'vector missing', sentence: 'The vector is missing.' },
  'unknown-key': { short: 'unknown key', sentence: 'The server does not know this key.' },
  'session-ended': { short: 'session ended', sentence: 'Your session has ended. Log in again.' },
  'login-refused': { short: 'log-in refused', sentence: 'The name, the password or the code is wrong.' },
  'code-needed': { short: 'code needed', sentence: 'This user has a second factor. Enter its code, too.' },
  'login-delayed': {
    short: 'too many log-ins',
    sentence: 'Too many attempts to log in have failed. Wait a while, then try again.',
  },
  'cross-site': {
    short: 'from another site',
    sentence: 'The request did not come from this console. Reload the page.',
  },
  'more-than-own': {
    short: 'more than own rights',
    sentence: 'You cannot give, change or take away permissions that you do not have yourself.',
  },
  'account-not-found': { short: 'no such user', sentence: 'This console user is not there any more.' },
  'key-not-found': { short: 'no such key', sentence: 'This key is not there, or was revoked before.' },
  'session-not-found': { short: 'no session', sentence: 'There is no session that could end.' },
  'read-only-key': { short: 'read-only key', sentence: 'This key may only search.' },
  'missing-permission': { short: 'no permission', sentence: 'This key has no permission for this.' },
  'unknown-route': { short: 'unknown address', sentence: 'The server has nothing at this address.' },
  'wrong-method': { short: 'wrong method', sentence: 'The server answers this address to another method only.' },
  'body-size': { short: 'request too large', sentence: 'The request is too large for the server.' },
  'media-type': {
    short: 'wrong kind of body',
    sentence: 'The fields must be sent as multipart/form-data; without a file, urlencoded or as JSON as well.',
  },
  'content-encoding': { short: 'compressed request', sentence: 'The request must not be compressed.' },
  'rate-limit': { short: 'too many requests', sentence: 'Too many requests. Wait a moment.' },
  internal: { short: 'error in the server', sentence: 'Something failed in the server. Its log says what.' },
  'analysis-timeout': {
    short: 'analysis took too long',
    sentence: 'The server gave the photo up: its analysis took too long. Try another photo.',
  },
  'queue-full': { short: 'server busy', sentence: 'The server is busy. Try again in a moment.' },
  'uploads-full': {
    short: 'too many uploads',
    sentence: 'The server is receiving too many photos at once. Try again in a moment.',
  },
  'deadline-passed': {
    short: 'waited too long',
    sentence: 'The server was too busy to look at it in time. Try again in a moment.',
  },
  'storage-unavailable': {
    short: 'storage away',
    sentence: 'The server cannot use its storage now; nothing was changed. Try again in a moment.',
  },
  'change-uncertain': {
    short: 'change uncertain',
    sentence:
      'The server lost its storage during the change, which may have been made or not. Look before you try again.',
  },
  'audit-unavailable': {
    short: 'audit log not writable',
    sentence: 'The server cannot write its audit log; nothing was changed. Try again in a moment.',
  },
  'liveness-unavailable': {
    short: 'liveness service away',
    sentence: 'The service that tells people from pictures does not answer. Try again in a moment.',
  },
  'not-ready': { short: 'server not ready', sentence: 'The server is starting. Try again in a moment.' },
  'bad-request': { short: 'unreadable request', sentence: 'The server cannot read the request.' },
  'request-timeout': { short: 'request too slow', sentence: 'The request did not arrive in time.' },
  'headers-size': { short: 'headers too large', sentence: 'The headers of the request are too large.' },
  // Told by the console itself.
  'no-heic': {
    short: 'HEIC',
    sentence:
      'This browser cannot read HEIC photos. Save it as JPG, or use Safari; phones do so with “most compatible”.',
  },
  'no-answer': { short: 'no answer', sentence: 'The server does not answer. It is stopped, or the network is down.' },
};
