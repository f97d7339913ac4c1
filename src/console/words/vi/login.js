/** @type {Record<string, string>} */
export const words = {
  'login.title': 'Đăng nhập',
  'login.key': 'Khoá API',
  'login.hint': 'Khoá chỉ nằm trong trang này, tải lại trang là mất. Máy chủ đã hiện khoá đầu tiên khi khởi động.',
  'login.unknown':
    'Máy chủ không biết khoá này. Trên máy chủ, `npx facesearch keys list` liệt kê các khoá, `npx facesearch keys create --tenant default` tạo khoá mới.',
  'login.lost': 'Máy chủ không nhận khoá này nữa: khoá đã bị thu hồi hoặc hết hạn. Hãy đăng nhập bằng khoá khác.',
  'login.submit': 'Đăng nhập',
  'login.out': 'Đăng xuất',
};
