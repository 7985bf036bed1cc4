"""`python -m nbcore_cli` is the command too."""

from .main import main

main()
