"""What every driver of a payment gateway shares: its messages and its calls."""
