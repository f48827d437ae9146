"""`python -m hongmao` is the command `hongmao`."""

from hongmao.cli.main import main

if __name__ == "__main__":
    main()
