"""One declaration for each official metric. A module here registers itself at start-up."""
