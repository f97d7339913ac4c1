/** @type {Record<string, string>} */
export const words = {
  'identify.list': 'Ai có mặt',
  'identify.clear': 'Làm lại',
  'identify.csv': 'Danh sách CSV',
  'identify.count': '{present} người quen, {unknown} người lạ',
  'identify.missing-n': '{n} người trong bộ sưu tập không thấy',
  'identify.left': 'còn {n} khuôn mặt chưa xem',
  'identify.no-faces': 'Không thấy khuôn mặt nào',
  'identify.no-faces-text': 'Hãy lại gần hơn, hoặc chụp ảnh nhiều điểm ảnh hơn: mỗi khuôn mặt cần khoảng 40.',
  'identify.present': 'Có mặt',
  'identify.unknown': 'Người lạ',
  'identify.missing': 'Không thấy',
  'identify.small': 'nhỏ: kém chắc chắn',
  'identify.nobody': 'không giống ai',
};
