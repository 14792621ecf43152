"""`python -m refract`: the command, if its script is not on the path."""

from refract.cli.main import main

main()
