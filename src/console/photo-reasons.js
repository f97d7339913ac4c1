/**
 * What the photo of a person can be refused for: in a few words for charts, and in a sentence that says what to do.
 * A gate has its words here, in both languages.
 * @type {Record<string, Record<'en' | 'vi', {short: string, sentence: string}>>}
 */
export const photoReasons = {
  'no-face': {
    en: {
      short: 'no face',
      sentence: 'No face was seen that is large and clear enough. Show one from the front, in good light.',
    },
    vi: {
      short: 'không có khuôn mặt',
      sentence: 'Không thấy khuôn mặt nào đủ lớn và rõ. Hãy nhìn thẳng, ở nơi đủ sáng.',
    },
  },
  'not-a-face': {
    en: {
      short: 'not clearly a face',
      sentence: 'What was seen is not clearly a face. Show one from the front, in good light.',
    },
    vi: { short: 'không rõ là khuôn mặt', sentence: 'Không nhận rõ được khuôn mặt. Hãy nhìn thẳng, ở nơi đủ sáng.' },
  },
  'face-too-small': {
    en: { short: 'face too small', sentence: 'The face is too small. Come closer, or use a larger photo.' },
    vi: { short: 'khuôn mặt quá nhỏ', sentence: 'Khuôn mặt quá nhỏ. Hãy lại gần hơn hoặc dùng ảnh lớn hơn.' },
  },
  'many-faces': {
    en: { short: 'several faces', sentence: 'There are several faces. Only one person may be in the picture.' },
    vi: { short: 'nhiều khuôn mặt', sentence: 'Có nhiều khuôn mặt. Trong ảnh chỉ được có một người.' },
  },
  'id-card': {
    en: { short: 'ID card', sentence: 'This is a photo of an ID card, not of a person.' },
    vi: { short: 'giấy tờ tuỳ thân', sentence: 'Đây là ảnh giấy tờ tuỳ thân, không phải ảnh người.' },
  },
  'too-close': {
    en: {
      short: 'too close or cut off',
      sentence: 'The face is too close or cut off. Step back until hair, chin and ears are in the picture.',
    },
    vi: {
      short: 'quá gần hoặc bị cắt',
      sentence: 'Khuôn mặt quá gần hoặc bị cắt. Lùi lại cho đến khi thấy cả tóc, cằm và tai.',
    },
  },
  mask: {
    en: { short: 'mask', sentence: 'A mask covers the face. Take it off.' },
    vi: { short: 'khẩu trang', sentence: 'Khẩu trang che mặt. Hãy tháo ra.' },
  },
  sunglasses: {
    en: { short: 'sunglasses', sentence: 'Sunglasses cover the eyes. Take them off; clear glasses are fine.' },
    vi: { short: 'kính râm', sentence: 'Kính râm che mắt. Hãy tháo ra; đeo kính trong thì được.' },
  },
  hat: {
    en: { short: 'hat', sentence: 'A hat covers the head. Take it off.' },
    vi: { short: 'mũ', sentence: 'Mũ che đầu. Hãy bỏ ra.' },
  },
  'not-live': {
    en: {
      short: 'picture of a face',
      sentence:
        'This looks like a print or a screen, not like a person. Stand before the camera yourself, in even light.',
    },
    vi: {
      short: 'ảnh chụp lại khuôn mặt',
      sentence: 'Đây giống ảnh in hoặc màn hình, không phải người thật. Hãy tự đứng trước máy ảnh, ở nơi ánh sáng đều.',
    },
  },
  'low-quality': {
    en: {
      short: 'low quality',
      sentence: 'The face is not clear enough. Look straight into the camera, in even light, sharp and near enough.',
    },
    vi: {
      short: 'chất lượng thấp',
      sentence: 'Khuôn mặt chưa đủ rõ. Hãy nhìn thẳng vào máy ảnh, đủ gần, ảnh nét và ánh sáng đều.',
    },
  },
};
