/** @type {Record<string, string>} */
export const words = {
  'plan.title': 'Ảnh nào của ai',
  'plan.rule': 'Người là',
  'plan.by-file': 'tên tệp',
  'plan.by-folder': 'tên thư mục',
  'plan.count':
    '{people} người, {photos} ảnh. Tệp mang mã hoặc tên của ai trong danh sách là ảnh của người đó. Có thể sửa mã trước khi đăng ký.',
  'plan.id-of': 'Mã của {name}',
  'plan.one-photo': '1 ảnh',
  'plan.photos': '{n} ảnh',
  'plan.known': 'có trong danh sách, {n} khuôn mặt',
  'plan.listed': 'có trong danh sách, chưa có khuôn mặt',
  'plan.new': 'mới',
  'plan.go': 'Đăng ký {n} người',
};
