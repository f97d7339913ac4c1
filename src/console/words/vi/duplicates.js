/** @type {Record<string, string>} */
export const words = {
  'duplicates.intro': 'Những người giống nhau đến mức có thể đã đăng ký hai lần. Hãy gộp lại, hoặc để riêng hẳn.',
  'duplicates.least': 'Độ giống từ',
  'duplicates.dismissed': 'Những cặp đã để riêng',
  'duplicates.start': 'Tìm người trùng',
  'duplicates.progress': 'Số người đã so sánh',
  'duplicates.running': 'Đã so sánh {done} trên {people} người, đến nay {n} cặp',
  'duplicates.done': 'Đã so sánh {people} người, {n} cặp',
  'duplicates.never': 'Chưa ai tìm người trùng ở đây.',
  'duplicates.none': 'Không có cặp nào từ độ giống này.',
  'duplicates.more': 'Xem thêm',
  'duplicates.open': 'Xem',
  'duplicates.dismiss': 'Hai người khác nhau',
  'duplicates.show-again': 'Hiện lại',
  'duplicates.is-dismissed': 'Đã để riêng. Cặp này không hiện nữa.',
  'duplicates.shown-again': 'Cặp này hiện trở lại.',
};
