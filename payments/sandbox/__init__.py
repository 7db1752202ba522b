"""A payment gateway to practise with: VNPAY 2.1.0 for any merchant, no real money.

A process of its own with its own settings and database. It imports nothing of the portal and the
portal imports nothing of it: two independent readings of one protocol check each other.
"""
