"""Rewrites, Graph -> Graph, one a file. What each makes equals what it replaces; laws in the tests hold them to it."""
