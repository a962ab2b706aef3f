"""What a user reads about findings and layers: reports in every format, the catalogue of codes, the reference."""
