/** @type {Record<string, string>} */
export const words = {
  'nav.calibration': 'Hiệu chuẩn',
  'calibration.hint':
    'Thang cho biết một độ giống nghĩa là gì: bao nhiêu cặp người lạ giống đến vậy. Thang dùng chung cho mọi đơn vị của máy chủ này.',
  'calibration.holds': 'Thang đang dùng',
  'calibration.gallery': 'Lập từ những người có trong máy chủ này',
  'calibration.pack': 'Thang của mô hình',
  'calibration.provisional': 'Thang của mô hình là tạm thời',
  'calibration.gallery-text': 'Thang {scale}, từ {date}: {people} người, {faces} khuôn mặt, {pairs} cặp người lạ.',
  'calibration.pack-text':
    'Được đo với những người đi kèm mô hình. Giữa những người giống nhau, nhiều người lạ lọt qua hơn.',
  'calibration.provisional-text':
    'Chưa ai đo mô hình này. Các mức được đặt thiên về an toàn. Hãy hiệu chuẩn với chính những người của bạn.',
  'calibration.threshold': 'Ngưỡng',
  'calibration.strangers': 'Người lạ đạt ngưỡng',
  'calibration.on-model': 'Theo thang của mô hình',
  'calibration.one-in': '1 trên {n} cặp',
  'calibration.rarer': 'chưa đến 1 trên {n} cặp',
  'calibration.estimated': 'ước lượng',
  'calibration.estimated-hint':
    'Ước lượng: giữa những người này, trường hợp đó hiếm đến mức không đếm được, nên suy ra từ đường cong của các mức khác.',
  'calibration.start': 'Hiệu chuẩn với người của chúng ta',
  'calibration.start-hint': 'So sánh mọi người với nhau, chạy nền, và chưa thay đổi gì.',
  'calibration.running': 'Đang so sánh mọi người. Việc này mất vài phút.',
  'calibration.progress': 'Hiệu chuẩn',
  'calibration.result': 'Thang mới',
  'calibration.result-text': '{people} người, {faces} khuôn mặt, {pairs} cặp người lạ. Thang này chưa được dùng.',
  'calibration.rough':
    'Chưa đến 100 người: thang còn thô. Ở mức nào nó cho lọt nhiều người lạ hơn thang của mô hình, mức chặt hơn được giữ.',
  'calibration.suspects': 'Số cặp có lẽ là cùng một người, đã được bỏ ra: {n}. Hãy xem trang Người trùng.',
  'calibration.use': 'Dùng thang này',
  'calibration.use?': 'Dùng thang mới?',
  'calibration.use-text':
    'Các ngưỡng giữ nguyên con số, và có nghĩa theo thang mới ngay lập tức, cho mọi đơn vị. Bạn có thể quay lại.',
  'calibration.used': 'Đang dùng thang mới.',
  'calibration.fault-too-few':
    'Có quá ít người: một đơn vị cần ít nhất 20 người khác nhau có khuôn mặt; từ 100 người thì thang tốt.',
  'calibration.fault-failed': 'Nhật ký của máy chủ cho biết lý do.',
  'calibration.failed': 'Chưa có thang mới.',
  'calibration.revert': 'Quay lại thang trước',
  'calibration.revert?': 'Quay lại thang trước?',
  'calibration.revert-to': 'Thang {scale} ngày {date} được dùng lại ngay, cho mọi đơn vị.',
  'calibration.revert-to-model': 'Thang của mô hình được dùng lại ngay, cho mọi đơn vị.',
  'calibration.reverted': 'Thang trước đang được dùng lại.',
  'calibration.history': 'Các thang đã lập ở đây',
  'calibration.number': 'Số',
  'calibration.made': 'Lúc lập',
  'calibration.people': 'Người',
  'calibration.active': 'đang dùng',
  'calibration.unusable': 'của phiên bản khác',
};
