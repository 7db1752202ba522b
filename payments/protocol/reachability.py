import socket

CONNECT_SECONDS = 1.0


def answers(host: str, port: int) -> bool:
    """Whether something accepts connections there, found out within :data:`CONNECT_SECONDS`."""
    try:
        with socket.create_connection((host, port), timeout=CONNECT_SECONDS):
            return True
    except OSError:
        return False
