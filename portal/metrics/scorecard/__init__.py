"""The scorecard of Decision 766/QĐ-TTg: 100 points in five groups, for an agency and a period."""
