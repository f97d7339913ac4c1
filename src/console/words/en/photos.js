/** @type {Record<string, string>} */
export const words = {
  'photo.choose': 'Choose a photo',
  'photo.choose-many': 'Choose photos',
  'photo.drop': 'or drop it here, or paste it',
  'photo.drop-many': 'or drop them here, or paste them',
  'photo.no-photo': 'Not sent, since it is no picture: {names}. Choose jpg or png files.',
  'photo.webcam': 'Webcam',
  'photo.webcam-wait': 'Waiting for the webcam …',
  'photo.webcam-refused': 'The webcam cannot be used: it is missing, in use, or not allowed for this page.',
  'photo.webcam-insecure': 'Browsers give a page the webcam only over HTTPS or on localhost.',
  'photo.shoot': 'Take the picture',
  'photo.shots': '{n} taken',
  'photo.folder': 'Folder',
};
