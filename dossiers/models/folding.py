from django.db.models import Func, TextField


class Folded(Func):
    """A name as :func:`portal.catalogue.folding.fold` would write it, computed by the database:
    “Đặng Thị Hoàng-Yến” becomes “dang thi hoang yen”.
    """

    output_field = TextField()
    template = (
        "lower(translate(regexp_replace(regexp_replace(normalize(%(expressions)s, NFKD), "
        "'[\\u0300-\\u036F]', '', 'g'), '[[:punct:][:space:]]+', ' ', 'g'), 'Đđ', 'Dd'))"
    )
