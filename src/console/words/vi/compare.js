/** @type {Record<string, string>} */
export const words = {
  'compare.intro': 'Hai ảnh có phải của cùng một người? Ví dụ ảnh giấy tờ và ảnh chân dung. Không ảnh nào được lưu.',
  'compare.photo': 'Ảnh {n}',
  'compare.choose': 'Chọn ảnh {n}',
  'compare.validate': 'Từ chối mặt bị che, quá gần hoặc bị cắt',
  'compare.looking': 'Đang so sánh …',
  'compare.match': 'Cùng một người',
  'compare.similarity': 'Độ giống {n} trên 100',
  'compare.below': 'Độ giống {n} trên 100, dưới 80',
  'compare.no-match': 'Không phải cùng một người',
  'compare.cards': 'Cả hai đều là ảnh giấy tờ tuỳ thân.',
  'compare.refused': 'Không dùng được ảnh {photo}',
  'compare.failed': 'Chưa so sánh được',
};
