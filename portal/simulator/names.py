"""Invented people: common Vietnamese names put together by a seeded generator. Nobody real is meant."""

FAMILY = [
    "Nguyễn",
    "Trần",
    "Lê",
    "Phạm",
    "Hoàng",
    "Huỳnh",
    "Phan",
    "Vũ",
    "Võ",
    "Đặng",
    "Bùi",
    "Đỗ",
    "Hồ",
    "Ngô",
    "Dương",
    "Lý",
]
MIDDLE_WOMEN = ["Thị", "Thu", "Ngọc", "Thanh", "Kim", "Minh", "Phương", "Diệu", "Bảo"]
MIDDLE_MEN = ["Văn", "Hữu", "Đức", "Minh", "Quốc", "Anh", "Công", "Gia", "Trọng"]
GIVEN_WOMEN = [
    "Mai",
    "Lan",
    "Hương",
    "Hoa",
    "Hạnh",
    "Thảo",
    "Linh",
    "Trang",
    "Yến",
    "Nga",
    "Oanh",
    "Quỳnh",
    "Vân",
    "Diễm",
    "Xuân",
]
GIVEN_MEN = [
    "Anh",
    "Bình",
    "Cường",
    "Dũng",
    "Hải",
    "Hùng",
    "Khoa",
    "Long",
    "Nam",
    "Phúc",
    "Quân",
    "Sơn",
    "Thịnh",
    "Tùng",
    "Việt",
]


def full_name(rng):
    """``(name, is_woman)``."""
    woman = rng.random() < 0.5
    middle, given = (MIDDLE_WOMEN, GIVEN_WOMEN) if woman else (MIDDLE_MEN, GIVEN_MEN)
    return f"{rng.choice(FAMILY)} {rng.choice(middle)} {rng.choice(given)}", woman


def citizen_id(rng, is_woman, *, province="048"):
    """A well-built number for somebody between 20 and 80, of the invented."""
    year = rng.randint(1948, 2004)
    century_sex = (2 if year >= 2000 else 0) + int(is_woman)
    return f"{province}{century_sex}{year % 100:02d}{rng.randrange(10**6):06d}"


def phone(rng):
    return f"090{rng.randrange(10**7):07d}"
