"""Entry point for web servers and the ``flask`` command."""

import sys

from community.app import create_app
from community.core.settings_values import SettingsError

try:
    app = create_app()
except SettingsError as error:
    # Whoever runs this needs the sentence, not the way through our code to it.
    sys.exit(f"The forum does not start: {error}")
