"""Made-up contents for every printed form: long Vietnamese names, all optional fields."""

import hashlib
from datetime import date, datetime
from zoneinfo import ZoneInfo


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()


COMMON = {
    "parent_agency": "Ủy ban nhân dân thành phố Đà Nẵng",
    "agency": "Ủy ban nhân dân quận Hải Châu",
    "receiving_unit": "Bộ phận Tiếp nhận và Trả kết quả",
    "place": "Hải Châu",
    "issued_at": at("2022-08-30 09:12"),
    "code": "H17.01-220830-0001",
    "service": "Cấp giấy phép xây dựng mới đối với công trình cấp III, cấp IV và nhà ở riêng lẻ",
    "applicant": {
        "name": "Nguyễn Thị Hoàng Yến",
        "id_number": "048190001234",
        "address": "72 đường Bạch Đằng, phường Thạch Thang, quận Hải Châu",
        "phone": "0905 123 456",
        "email": "hoang.yen@vidu.example",
    },
    "verify_url": "http://localhost:8000/verify/7F3K-29QX/",
}

PAPERS = [
    ("Đơn đề nghị cấp giấy phép xây dựng", "đơn đề nghị.pdf", "pdf", 184_223),
    ("Giấy chứng nhận quyền sử dụng đất", "sổ đỏ – mặt trước.jpg", "jpeg", 2_734_001),
    ("Bản vẽ thiết kế xây dựng (mặt bằng, mặt đứng, mặt cắt)", "ban-ve_01.pdf", "pdf", 7_900_412),
]

SAMPLES = {
    "filing_receipt": COMMON
    | {
        "channel": "Trực tuyến",
        "papers": [
            {"name": name, "file_name": file, "kind": kind, "size": size, "sha256": digest(file)}
            for name, file, kind, size in PAPERS
        ],
        "answers_sha256": digest("answers"),
        "expected_at": date(2022, 9, 22),
        "fee_note": "75.000 đồng, nộp khi bộ phận một cửa yêu cầu",
    },
    "form01": COMMON
    | {
        "number": "0127/TNHS",
        "papers": [
            {"name": PAPERS[0][0], "copies": 1, "kind": "Bản điện tử"},
            {"name": PAPERS[1][0], "copies": 1, "kind": "Bản sao"},
            {"name": PAPERS[2][0], "copies": 2, "kind": "Bản chính"},
        ],
        "sets": 1,
        "time_limit": "15 ngày làm việc",
        "received_at": at("2022-08-30 09:12"),
        "due_at": at("2022-09-22 09:12"),
        "return_channel": "Trực tuyến, trong mục Hồ sơ của tôi",
        "register": "Sổ theo dõi hồ sơ số 01, quyển 3",
        "fee_note": "75.000 đồng, nộp trực tuyến",
        "receiver": "Lê Thị Hoa",
    },
    "form02": COMMON
    | {
        "number": "0042/YCBS",
        "stage": "Thẩm định hồ sơ",
        "items": [
            {
                "name": "Bản vẽ mặt cắt",
                "reason": "Bản vẽ thiếu cao độ nền; cần ghi cao độ so với vỉa hè.",
            },
            {"name": "Ảnh hiện trạng", "reason": "Ảnh mờ, không đọc được số nhà."},
            {
                "name": "Diện tích xây dựng",
                "reason": "Đơn ghi 72,5 m² nhưng bản vẽ ghi 75,2 m²; sửa cho khớp.",
            },
        ],
        "legal_basis": "Mục thành phần hồ sơ của thủ tục",
        "deadline": date(2022, 9, 23),
        "contact": "Quầy 3, 0236 000 000 (số giả định)",
        "officer": "Phạm Quốc Bảo",
    },
    "form03": COMMON
    | {
        "number": "0008/TCTN",
        "reason": "Thửa đất thuộc quận Thanh Khê, không thuộc thẩm quyền của "
        "Ủy ban nhân dân quận Hải Châu.",
        "legal_basis": "Thẩm quyền giải quyết của thủ tục",
        "advice": "Nộp lại hồ sơ tại Ủy ban nhân dân quận Thanh Khê; phần đã khai vẫn còn để dùng.",
        "contact": "Quầy 3, 0236 000 000 (số giả định)",
        "officer": "Lê Thị Hoa",
    },
    "result": COMMON
    | {
        "number": "412/GPXD",
        "title": "Giấy phép xây dựng",
        "title_en": "Building permit",
        "legal_basis": [
            "quy định về cấp giấy phép xây dựng nhà ở riêng lẻ",
            "đề nghị của Phòng Quản lý đô thị",
        ],
        "decision": "Cho phép chủ đầu tư nêu dưới đây xây dựng công trình với nội dung sau.",
        "statements": [
            {"label": "Chủ đầu tư", "label_en": "Owner", "value": "Nguyễn Thị Hoàng Yến"},
            {"label": "Công trình", "label_en": "Building", "value": "Nhà ở riêng lẻ, 3 tầng"},
            {"label": "Địa điểm", "label_en": "Site", "value": "72 đường Bạch Đằng, Hải Châu"},
            {"label": "Diện tích xây dựng", "label_en": "Built area", "value": "72,5 m²"},
        ],
        "valid_until": date(2023, 8, 30),
        "signatory": {
            "name": "Trần Đình Khôi",
            "title": "Chủ tịch",
            "on_behalf": "TM. Ủy ban nhân dân",
        },
    },
    "payment_receipt": COMMON
    | {
        "number": "0000127",
        "payer": "Nguyễn Thị Hoàng Yến",
        "lines": [
            {"name": "Lệ phí cấp giấy phép xây dựng", "amount_vnd": 75_000},
            {"name": "Phí thẩm định thiết kế", "amount_vnd": 1_130_000},
        ],
        "method": "Trực tuyến, thẻ nội địa",
        "bank": "Ngân hàng Mẫu (NCB, mô phỏng)",
        "gateway_number": "14422574",
        "paid_at": at("2022-08-30 10:41"),
    },
}
