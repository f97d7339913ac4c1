/** @type {Record<string, string>} */
export const words = {
  'plan.title': 'Ảnh nào của ai',
  'plan.rule': 'Người là',
  'plan.by-file': 'tên tệp',
  'plan.by-folder': 'tên thư mục',
  'plan.count': '{people} người, {photos} ảnh. Có thể sửa mã trước khi đăng ký.',
  'plan.id-of': 'Mã của {name}',
  'plan.photos': 'số ảnh: {n}',
  'plan.known': 'đã có, khuôn mặt: {n}',
  'plan.new': 'mới',
  'plan.go': 'Đăng ký {n} người',
};
