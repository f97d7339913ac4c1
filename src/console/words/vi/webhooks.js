/** @type {Record<string, string>} */
export const words = {
  'webhooks.hint':
    'Các địa chỉ nhận thông báo khi tìm thấy, đăng ký hoặc xoá. Thêm bằng API hoặc bằng lệnh npx facesearch webhooks add.',
  'webhooks.none': 'Chưa có webhook nào.',
  'webhooks.url': 'Địa chỉ',
  'webhooks.events': 'Sự kiện',
  'webhooks.event': 'Sự kiện',
  'webhooks.waiting': 'Đang gửi',
  'webhooks.dead': 'Đã bỏ',
  'webhooks.retry': 'Thử lại',
  'webhooks.delete?': 'Xoá webhook {url} cùng mọi thông báo đang gửi? Không thể hoàn tác.',
  'webhooks.letters': 'Đã bỏ',
  'webhooks.number': 'Webhook',
  'webhooks.when': 'Thời điểm',
  'webhooks.tries': 'Số lần thử',
  'webhooks.error': 'Lỗi cuối',
};
