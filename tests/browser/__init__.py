"""The pages in a real browser. Skipped where there is none: `pip install 'cnndsl[browser]'`, and a Chromium."""
