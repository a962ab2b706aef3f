"""``python -m cnndsl``: the command line."""

from cnndsl.cli import main

if __name__ == "__main__":
    main()
