/** @type {Record<string, string>} */
export const words = {
  'photo.choose': 'Chọn ảnh',
  'photo.choose-many': 'Chọn ảnh',
  'photo.drop': 'hoặc thả vào đây, hoặc dán',
  'photo.drop-many': 'hoặc thả vào đây, hoặc dán',
  'photo.no-photo': 'Không gửi vì không phải ảnh: {names}. Hãy chọn tệp jpg hoặc png.',
  'photo.webcam': 'Webcam',
  'photo.webcam-wait': 'Đang chờ webcam …',
  'photo.webcam-refused': 'Không dùng được webcam: không có webcam, webcam đang bận, hoặc trang này chưa được phép.',
  'photo.webcam-insecure': 'Trình duyệt chỉ cho dùng webcam qua HTTPS hoặc trên localhost.',
  'photo.shoot': 'Chụp ảnh',
  'photo.shots': 'Đã chụp {n} ảnh',
  'photo.folder': 'Thư mục',
};
