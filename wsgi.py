"""Entry point for web servers and the ``flask`` command."""

from community.app import create_app

app = create_app()
