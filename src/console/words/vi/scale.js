/** @type {Record<string, string>} */
export const words = {
  'scale.title': 'Độ giống nghĩa là gì',
  'scale.0.8': 'Cứ {n} cặp người lạ thì có một cặp giống đến vậy: đủ làm gợi ý để người xem lại.',
  'scale.0.85': 'Cứ {n} cặp người lạ thì có một cặp: ngưỡng mặc định.',
  'scale.0.9': 'Cứ {n} cặp người lạ thì có một cặp: cho bộ sưu tập lớn, hoặc khi nhầm lẫn gây thiệt hại lớn.',
  'scale.cosine': 'Máy chủ này báo cosine thô: hai ảnh của một người thường vào khoảng 0.5 đến 0.7.',
  'scale.origin-gallery': 'Được lập từ chính những người có trong máy chủ này.',
  'scale.origin-pack':
    'Đi kèm mô hình. Giữa những người giống nhau, số người lạ đạt mỗi mức có thể nhiều hơn; trang Tình trạng cho biết thang nào đang dùng.',
  'scale.origin-provisional':
    'Tạm thời: chưa ai đo mô hình này. Các mức được đặt thiên về an toàn, nên có thể bỏ sót người quen. Hãy chạy facesearch calibrate --gallery --write.',
  'scale.same': 'cùng một bức ảnh',
  'scale.reached': 'cứ {n} cặp người lạ thì có 1 cặp giống đến mức này',
  'scale.low': 'không giống hơn hai người lạ bất kỳ',
};
