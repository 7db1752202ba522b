"""Flows killed (SIGKILL, a real process) before and after every one of their steps, then taken up again."""
