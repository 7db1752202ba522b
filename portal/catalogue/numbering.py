"""The numbers of the versions of one service: 1, 2, 3 … in the order in which they were begun or published."""


def next_number(service) -> int:
    """The number that the next version of ``service`` gets. Whoever asks holds the row of the service, or is alone."""
    last = service.versions.order_by("-number").values_list("number", flat=True).first()
    return (last or 0) + 1
