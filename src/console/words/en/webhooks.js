/** @type {Record<string, string>} */
export const words = {
  'webhooks.hint':
    'Addresses that are told of matches, enrolments and deletions. They are added by the API or by the command facesearch webhooks add.',
  'webhooks.none': 'There is no webhook.',
  'webhooks.url': 'Address',
  'webhooks.events': 'Events',
  'webhooks.event': 'Event',
  'webhooks.waiting': 'On the way',
  'webhooks.dead': 'Given up',
  'webhooks.retry': 'Try again',
  'webhooks.delete?': 'Delete the webhook {url}, with what is on its way to it? This cannot be undone.',
  'webhooks.letters': 'Given up',
  'webhooks.number': 'Webhook',
  'webhooks.when': 'When it happened',
  'webhooks.tries': 'Tries',
  'webhooks.error': 'Last error',
};
