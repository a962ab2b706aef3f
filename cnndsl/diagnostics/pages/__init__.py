"""The pages of the catalogue, a file for each family of codes."""
