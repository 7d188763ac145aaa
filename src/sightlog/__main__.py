"""`python -m sightlog` is the `sightlog` command."""

from sightlog.cli import main

if __name__ == "__main__":
    main()
