"""The United Nations' e-government indices: how they are made, what was published, and this portal judged by code."""
