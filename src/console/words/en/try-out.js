/** @type {Record<string, string>} */
export const words = {
  'try.docs': 'API reference, with every field and reply (opens a new page)',
  'try.call': 'Call',
  'try.send': 'Send',
  'try.curl': 'The same with curl',
  'try.curl-hint': 'KEY holds your API key.',
  'try.copy': 'Copy',
  'try.copied': 'Copied',
  'try.answer': 'Answer',
  'try.took': 'HTTP {status}, {ms} ms',
  'try.empty': 'Send empty fields, too',
  'try.danger': 'This call deletes. There is no undo.',
  'try.required': 'required',
};
