"""Finding a public service by what somebody typed: an index of words in PostgreSQL that forgives slips.

``words`` says by which words a service is found, ``index`` keeps them, ``typed`` reads what was typed, ``hits`` ranks.
"""
