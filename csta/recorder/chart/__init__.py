"""A trace as a message sequence chart: as a page that unfolds, as a picture, as text."""
