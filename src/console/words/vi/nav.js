/** @type {Record<string, string>} */
export const words = {
  'nav.label': 'Các trang',
  'nav.collections': 'Bộ sưu tập',
  'nav.people': 'Mọi người',
  'nav.enrol': 'Đăng ký',
  'nav.search': 'Tìm kiếm',
  'nav.compare': 'So sánh',
  'nav.webhooks': 'Webhook',
  'nav.try': 'Thử API',
  'nav.health': 'Tình trạng',
  'nav.more': 'Thêm',
  'nav.manage': 'Quản lý',
  'nav.identify': 'Nhận diện',
  'nav.duplicates': 'Người trùng',
  'nav.unknown': 'Người lạ',
};
