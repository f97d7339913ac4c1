/** @type {Record<string, string>} */
export const words = {
  'unknown.intro':
    'Người lạ được lệnh tìm kiếm có “create” giữ lại, nhóm theo khuôn mặt. Đặt tên cho nhóm là thành một người.',
  'unknown.least': 'Nhóm từ độ giống',
  'unknown.count': '{n} người lạ trong {groups} nhóm',
  'unknown.partial': 'Mới nhóm được một phần.',
  'unknown.none': 'Không có người lạ trong bộ sưu tập này.',
  'unknown.group': 'Gặp {n} lần',
  'unknown.times': '{first} đến {last}',
  'unknown.name': 'Đặt tên',
  'unknown.who': 'Đây là ai?',
  'unknown.id-hint': 'Nếu mã đã có, các khuôn mặt được thêm vào người đó.',
  'unknown.named': 'Nay là {name}, có {n} khuôn mặt.',
  'unknown.once': 'Gặp một lần',
};
