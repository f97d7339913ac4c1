/** @type {Record<string, string>} */
export const words = {
  'login.title': 'Đăng nhập',
  'login.key': 'Khoá API',
  'login.hint':
    'Bạn ở trạng thái đăng nhập cho đến khi đăng xuất. Trình duyệt không giữ khoá. Máy chủ đã hiện khoá đầu tiên khi khởi động.',
  'login.unknown':
    'Máy chủ không biết khoá này. Trên máy chủ, `npx facesearch keys list` liệt kê các khoá, `npx facesearch keys create --tenant default` tạo khoá mới.',
  'login.again': 'Đăng nhập lại',
  'login.lost': 'Phiên của bạn đã kết thúc. Hãy đăng nhập lại để làm tiếp từ chỗ đang dở.',
  'login.submit': 'Đăng nhập',
  'login.out': 'Đăng xuất',
};
