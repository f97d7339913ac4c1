/** @type {Record<string, string>} */
export const words = {
  'search.options': 'Tuỳ chọn',
  'search.threshold': 'Ngưỡng',
  'search.card': 'Chấp nhận giấy tờ tuỳ thân',
  'search.largest': 'Nếu có nhiều khuôn mặt, lấy mặt lớn nhất',
  'search.lenient': 'Chấp nhận mặt bị che hoặc bị cắt',
  'search.found': 'Tìm thấy: {who}, độ giống {n}',
  'search.not-found': 'Không tìm thấy ai. Giống nhất là {who}, nhưng {n} còn dưới ngưỡng {threshold}.',
  'search.refused': 'Ảnh này bị từ chối: {why}',
  'search.failed': 'Chưa tìm kiếm được: {why}',
  'search.candidates': 'Những người giống nhất',
  'search.nobody': 'Ảnh dùng được, nhưng chưa có ai trong bộ sưu tập này.',
  'search.match': 'khớp',
  'search.no-match': 'dưới ngưỡng',
  'search.similarity': 'độ giống {n}',
  'search.looking': 'Đang tìm …',
};
