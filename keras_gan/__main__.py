"""`python -m keras_gan`: the command line."""

import sys

from keras_gan.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
