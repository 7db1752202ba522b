"""Figures beside one another: a year before, targets, ranks, maps."""
