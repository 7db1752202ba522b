"""The same life in django-viewflow: loaded in the benchmark's throw-away environment only, never by the portal."""
