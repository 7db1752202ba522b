"""Python's collector of garbage, for processes that serve pages or measure them."""

import gc


def look_seldom():
    """Leave what was imported to itself, and look for garbage once in fifty thousand new objects.

    Most of what a page makes goes when nothing names it any more. Looking for the rest every seven hundred objects
    took an eighth of a page of figures.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
