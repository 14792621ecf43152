"""`python -m refract`: the command, where its script is not on the path."""

from refract.cli.main import main

main()
