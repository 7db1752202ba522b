"""Every dong at the gateway beside every dong in the books, day by day; and the cash desk the same way."""
