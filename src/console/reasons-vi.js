/**
 * As in reasons-en.js.
 * @type {Record<string, {short: string, sentence: string}>}
 */
export const vietnameseReasons = {
  'not-found': { short: 'không tìm thấy ai', sentence: 'Không tìm thấy ai đủ giống.' },
  'user-not-found': { short: 'không có người này', sentence: 'Người này không còn nữa.' },
  'face-not-found': { short: 'không có khuôn mặt này', sentence: 'Khuôn mặt này không còn nữa.' },
  'photo-not-found': { short: 'không giữ ảnh', sentence: 'Máy chủ không giữ ảnh của khuôn mặt này.' },
  'photos-off': { short: 'không lưu ảnh', sentence: 'Không có ảnh: máy chủ này không lưu ảnh (KEEP_PHOTOS).' },
  'undo-over': { short: 'quá hạn hoàn tác', sentence: 'Dữ liệu đã xoá không thể khôi phục được nữa.' },
  'pair-not-found': { short: 'không có cặp này', sentence: 'Cặp này không còn nữa.' },
  'duplicate-person': {
    short: 'đã có dưới mã khác',
    sentence: 'Người này đã có dưới một mã khác. Hãy thêm ảnh vào đó, hoặc gộp hai người.',
  },
  'other-person': {
    short: 'ảnh của người khác',
    sentence: 'Ảnh là của một người khác đã có. Hãy chọn đúng người hoặc một ảnh khác.',
  },
  'id-taken': { short: 'mã đã được dùng', sentence: 'Đã có người mang mã này. Hãy chọn mã khác, hoặc gộp hai người.' },
  'backup-not-found': { short: 'không có bản sao lưu này', sentence: 'Bản sao lưu này không còn nữa.' },
  'backup-running': { short: 'đang sao lưu', sentence: 'Đang sao lưu. Hãy đợi đến khi xong.' },
  'backup-space': {
    short: 'thiếu chỗ để sao lưu',
    sentence:
      'Ổ đĩa không đủ chỗ để sao lưu. Hãy giải phóng dung lượng, xoá bản cũ, hoặc đặt BACKUP_DIR vào thư mục ở ổ đĩa khác.',
  },
  'backup-folder': {
    short: 'thư mục sao lưu',
    sentence: 'Máy chủ không dùng được thư mục sao lưu (BACKUP_DIR). Hãy xem chủ sở hữu và đường dẫn.',
  },
  'backup-of-database': {
    short: 'dữ liệu ở PostgreSQL',
    sentence:
      'Máy chủ này lưu dữ liệu trong PostgreSQL. Hãy sao lưu bằng công cụ của cơ sở dữ liệu, như pg_dump; docs/scale.md có hướng dẫn.',
  },
  'scale-cosine': {
    short: 'không có thang',
    sentence: 'Máy chủ này báo cosine thô (SIMILARITY=cosine), không dùng thang nào.',
  },
  'scale-running': { short: 'đang hiệu chuẩn', sentence: 'Đang hiệu chuẩn. Hãy đợi đến khi xong.' },
  'scale-none': { short: 'chưa hiệu chuẩn', sentence: 'Chưa có lần hiệu chuẩn nào xong. Hãy bắt đầu một lần.' },
  'scale-of-model': {
    short: 'thang của mô hình',
    sentence: 'Đang dùng thang của mô hình. Trước đó không có thang nào.',
  },
  'scale-changed': { short: 'thang đã đổi', sentence: 'Một thang khác đang được dùng. Hãy xem lại trang này.' },
  'confirm-mismatch': {
    short: 'tên chưa khớp',
    sentence: 'Chưa xoá gì. Hãy gõ đúng tên của bộ sưu tập.',
  },
  'list-format': {
    short: 'không đọc được danh sách',
    sentence:
      'Không đọc được danh sách. Tệp phải là CSV hoặc XLSX, một trong 20 dòng đầu ghi tên cột, có “mã” và “họ và tên”.',
  },
  'webhook-not-found': { short: 'không có webhook', sentence: 'Không có webhook này.' },
  'collection-not-found': { short: 'không có bộ sưu tập này', sentence: 'Bộ sưu tập này không còn nữa.' },
  'image-format': { short: 'không phải jpg hay png', sentence: 'Tệp không phải ảnh jpg hay png.' },
  'image-damaged': { short: 'tệp hỏng', sentence: 'Ảnh bị hỏng, không mở được. Hãy dùng ảnh khác.' },
  'image-size': {
    short: 'quá 5 MB',
    sentence: 'Ảnh lớn hơn 5 MB. Hãy giảm kích thước hoặc chất lượng ảnh rồi thử lại.',
  },
  'image-resolution': { short: 'ảnh quá nhỏ', sentence: 'Ảnh quá nhỏ: cần ít nhất {least} điểm ảnh.' },
  'image-pixels': { short: 'quá nhiều điểm ảnh', sentence: 'Ảnh có quá nhiều điểm ảnh. Hãy dùng ảnh nhỏ hơn.' },
  'image-base64': { short: 'không phải base64', sentence: 'Ảnh phải là tệp ảnh, hoặc ảnh ở dạng base64.' },
  'image-as-text': { short: 'văn bản thay vì tệp', sentence: 'Ảnh phải gửi dưới dạng tệp, không phải văn bản.' },
  'threshold-range': { short: 'ngưỡng ngoài 0 đến 1', sentence: 'Ngưỡng phải là số từ 0 đến 1.' },
  'threshold-order': { short: 'lower_threshold quá cao', sentence: 'lower_threshold phải nhỏ hơn threshold.' },
  'vector-format': { short: 'vectơ sai', sentence: 'Vectơ phải là mảng JSON gồm 512 số, không phải toàn số 0.' },
  'text-length': { short: 'văn bản quá dài', sentence: 'Văn bản quá dài: tối đa 1024 ký tự.' },
  'text-nul': { short: 'ký tự không hợp lệ', sentence: 'Văn bản chứa ký tự không hợp lệ (NUL).' },
  'text-encoding': { short: 'không phải UTF-8', sentence: 'Văn bản phải ở dạng UTF-8.' },
  'facematch-version': {
    short: 'facematch_version sai',
    sentence: 'Tiêu đề facematch_version phải là v3, v4 hoặc none.',
  },
  'photo-or-vector': { short: 'ảnh hoặc vectơ', sentence: 'Hãy gửi ảnh hoặc vectơ, chỉ một trong hai.' },
  'field-value': { short: 'giá trị sai', sentence: 'Một giá trị bị thiếu hoặc không đúng kiểu.' },
  'field-conflict': {
    short: 'một trường hai giá trị',
    sentence: 'Một trường có giá trị khác nhau trong biểu mẫu và trong địa chỉ.',
  },
  'unknown-field': {
    short: 'lệnh xoá có trường lạ',
    sentence: 'Chưa có gì bị xoá: yêu cầu không nêu trường nào, hoặc nêu trường mà lệnh này không biết.',
  },
  'id-invisible': { short: 'ký tự ẩn', sentence: 'Mã chứa ký tự không nhìn thấy được.' },
  'id-conflict': {
    short: 'mã viết khác kiểu',
    sentence: 'Đã có người với mã trông giống hệt nhưng viết bằng ký tự Unicode khác. Hãy dùng mã đó.',
  },
  'form-malformed': { short: 'biểu mẫu hỏng', sentence: 'Biểu mẫu bị hỏng. Hãy gửi lại.' },
  'form-incomplete': { short: 'biểu mẫu không đủ', sentence: 'Biểu mẫu chưa được gửi đầy đủ. Hãy gửi lại.' },
  'json-malformed': { short: 'JSON hỏng', sentence: 'Yêu cầu không phải JSON hợp lệ.' },
  'json-type': { short: 'không phải JSON', sentence: 'Yêu cầu phải là JSON, gửi dưới dạng application/json.' },
  'photo-count': { short: 'không phải hai ảnh', sentence: 'So sánh cần đúng hai ảnh.' },
  'missing-api-key': { short: 'thiếu khoá', sentence: 'Thiếu khoá API.' },
  'missing-id': { short: 'thiếu mã', sentence: 'Thiếu mã (id).' },
  'missing-name': { short: 'thiếu tên', sentence: 'Thiếu tên (name).' },
  'missing-file': { short: 'thiếu tệp', sentence: 'Thiếu ảnh, hoặc tệp ảnh trống.' },
  'missing-vector': { short: 'thiếu vectơ', sentence: 'Thiếu vectơ.' },
  'unknown-key': { short: 'khoá không rõ', sentence: 'Máy chủ không biết khoá này.' },
  'session-ended': { short: 'phiên đã kết thúc', sentence: 'Phiên của bạn đã kết thúc. Hãy đăng nhập lại.' },
  'login-refused': { short: 'từ chối đăng nhập', sentence: 'Tên, mật khẩu hoặc mã không đúng.' },
  'code-needed': { short: 'cần mã', sentence: 'Người dùng này có bước xác thực thứ hai. Hãy nhập thêm mã.' },
  'login-delayed': {
    short: 'đăng nhập quá nhiều lần',
    sentence: 'Quá nhiều lần đăng nhập không thành công. Hãy chờ một lúc rồi thử lại.',
  },
  'cross-site': { short: 'từ trang khác', sentence: 'Yêu cầu không đến từ bảng điều khiển này. Hãy tải lại trang.' },
  'more-than-own': {
    short: 'vượt quyền của mình',
    sentence: 'Bạn không thể cấp, đổi hay lấy đi quyền mà chính bạn không có.',
  },
  'account-not-found': { short: 'không có người dùng này', sentence: 'Người dùng này không còn nữa.' },
  'key-not-found': { short: 'không có khoá này', sentence: 'Khoá này không có, hoặc đã bị thu hồi từ trước.' },
  'session-not-found': { short: 'không có phiên', sentence: 'Không có phiên nào để kết thúc.' },
  'read-only-key': { short: 'khoá chỉ tìm kiếm', sentence: 'Khoá này chỉ được tìm kiếm.' },
  'missing-permission': { short: 'không có quyền', sentence: 'Khoá này không có quyền làm việc này.' },
  'unknown-route': { short: 'địa chỉ không rõ', sentence: 'Máy chủ không có gì ở địa chỉ này.' },
  'wrong-method': { short: 'sai phương thức', sentence: 'Máy chủ chỉ trả lời địa chỉ này với phương thức khác.' },
  'body-size': { short: 'yêu cầu quá lớn', sentence: 'Yêu cầu quá lớn đối với máy chủ.' },
  'media-type': {
    short: 'sai kiểu nội dung',
    sentence: 'Các trường phải gửi dưới dạng multipart/form-data; khi không có tệp thì urlencoded hoặc JSON cũng được.',
  },
  'content-encoding': { short: 'yêu cầu bị nén', sentence: 'Không được nén nội dung yêu cầu.' },
  'rate-limit': { short: 'quá nhiều yêu cầu', sentence: 'Quá nhiều yêu cầu. Hãy chờ một chút.' },
  internal: { short: 'lỗi máy chủ', sentence: 'Máy chủ gặp lỗi. Nhật ký của máy chủ cho biết chi tiết.' },
  'analysis-timeout': {
    short: 'phân tích quá lâu',
    sentence: 'Máy chủ đã bỏ qua ảnh này vì phân tích quá lâu. Hãy thử ảnh khác.',
  },
  'queue-full': { short: 'máy chủ bận', sentence: 'Máy chủ đang bận. Hãy thử lại sau.' },
  'uploads-full': {
    short: 'quá nhiều ảnh gửi lên',
    sentence: 'Máy chủ đang nhận quá nhiều ảnh cùng lúc. Hãy thử lại sau.',
  },
  'deadline-passed': { short: 'chờ quá lâu', sentence: 'Máy chủ quá bận nên chưa kịp xử lý. Hãy thử lại sau.' },
  'storage-unavailable': {
    short: 'không dùng được bộ lưu trữ',
    sentence: 'Máy chủ tạm thời không dùng được bộ lưu trữ; chưa có gì thay đổi. Hãy thử lại sau.',
  },
  'change-uncertain': {
    short: 'chưa rõ đã đổi hay chưa',
    sentence:
      'Máy chủ mất kết nối với bộ lưu trữ khi đang thay đổi; có thể đã thay đổi hoặc chưa. Hãy kiểm tra trước khi thử lại.',
  },
  'audit-unavailable': {
    short: 'không ghi được nhật ký kiểm toán',
    sentence: 'Máy chủ không ghi được nhật ký kiểm toán; chưa có gì thay đổi. Hãy thử lại sau.',
  },
  'liveness-unavailable': {
    short: 'dịch vụ kiểm tra không trả lời',
    sentence: 'Dịch vụ phân biệt người thật với ảnh không trả lời. Hãy thử lại sau.',
  },
  'not-ready': { short: 'chưa sẵn sàng', sentence: 'Máy chủ đang khởi động. Hãy thử lại sau.' },
  'bad-request': { short: 'yêu cầu không đọc được', sentence: 'Máy chủ không đọc được yêu cầu.' },
  'request-timeout': { short: 'yêu cầu quá chậm', sentence: 'Yêu cầu không đến kịp thời gian.' },
  'headers-size': { short: 'tiêu đề quá lớn', sentence: 'Các tiêu đề của yêu cầu quá lớn.' },
  // Told by the console itself.
  'no-heic': {
    short: 'ảnh HEIC',
    sentence:
      'Trình duyệt này không đọc được ảnh HEIC. Hãy lưu thành JPG, hoặc dùng Safari; trên iPhone hãy chọn “Tương thích nhất”.',
  },
  'no-answer': { short: 'không trả lời', sentence: 'Máy chủ không trả lời: máy chủ đã dừng hoặc mất mạng.' },
};
