/** @type {Record<string, string>} */
export const words = {
  'collection.name': 'Bộ sưu tập',
  'collection.hint': 'Để trống là bộ sưu tập mặc định.',
  'collection.hint-new': 'Để trống là bộ sưu tập mặc định. Tên mới sẽ tạo bộ mới khi thêm người đầu tiên.',
  'collection.default': '(bộ sưu tập mặc định)',
  'collections.none': 'Chưa có bộ sưu tập nào. Hãy đăng ký một người, bộ đầu tiên sẽ được tạo.',
  'collections.first': 'Đăng ký một người',
  'collections.users': 'Số người',
  'collections.faces': 'Số khuôn mặt',
  'collections.actions': 'Thao tác',
  'collections.open': 'Xem người',
  'collections.delete': 'Xoá bộ sưu tập {name}?',
  'collections.counts': '{users} người · {faces} khuôn mặt',
  'collections.deleted': 'Đã xoá bộ sưu tập {name}.',
  'collections.delete?': 'Bộ này có {users} người và {faces} khuôn mặt. Không thể hoàn tác.',
};
