/**
 * What the server says of wrong input, in sentences of its own (code 400), and what they mean in Vietnamese. `$1` is
 * what stands there in brackets.
 * @type {[RegExp, string][]}
 */
const vietnamese = [
  [/^The image format is not supported/, 'Tệp không phải ảnh jpg hay png.'],
  [/^The image is damaged/, 'Ảnh bị hỏng, không mở được. Hãy dùng ảnh khác.'],
  [/^The image is larger than 5 MB|must be at most 5 MB/, 'Ảnh quá lớn: tối đa 5 MB.'],
  [/^The image has too many pixels/, 'Ảnh có quá nhiều điểm ảnh. Hãy dùng ảnh nhỏ hơn.'],
  [/^The image is (\S+) pixels: send one of at least (\S+)\./, 'Ảnh quá nhỏ ($1 điểm ảnh): cần ít nhất $2.'],
  [/^(\w+) must be an image file or its bytes in base64/, 'Trường $1 phải là tệp ảnh, hoặc ảnh ở dạng base64.'],
  [/^(\w+) must be sent as a file/, 'Trường $1 phải gửi dưới dạng tệp.'],
  [/^(\w+) is too long/, 'Trường $1 quá dài.'],
  [/^(\w+) must not contain NUL/, 'Trường $1 chứa ký tự không hợp lệ.'],
  [/^(\w+) must have at most ([\d,]+) characters/, 'Trường $1 dài quá $2 ký tự.'],
  [/^(\w+) must be a number from 0 to 1/, 'Trường $1 phải là số từ 0 đến 1.'],
  [/^lower_threshold must be below threshold/, 'lower_threshold phải nhỏ hơn threshold.'],
  [/^(\w+) must be a JSON array of (\d+)/, 'Trường $1 phải là mảng JSON gồm $2 số, không phải toàn số 0.'],
  [/^(?:The vector|vector) must (?:be|have) (\d+)/, 'Vectơ phải gồm $1 số.'],
  [/^The vector must not be all zeros/, 'Vectơ không được toàn số 0.'],
  [/^(\w+) must be UTF-8 text/, 'Trường $1 phải là văn bản UTF-8.'],
  [/^(\w+) must not be empty/, 'Trường $1 không được để trống.'],
  [/^The header facematch_version/, 'Tiêu đề facematch_version phải là v3, v4 hoặc none.'],
  [/^The multipart body|^The body must be JSON/, 'Yêu cầu bị hỏng hoặc không đầy đủ.'],
];

/**
 * A sentence of the server about wrong input in Vietnamese.
 * @param {string} sentence
 * @returns {string | undefined} undefined for one that is not known
 */
export function badInputInVietnamese(sentence) {
  for (const [pattern, text] of vietnamese) {
    const found = pattern.exec(sentence);
    if (found) return text.replace(/\$(\d)/g, (_, number) => found[Number(number)]);
  }
  return undefined;
}
