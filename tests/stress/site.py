"""The application as ``gunicorn tests.stress.site:app`` serves it to the stress tests.

``STRESS_ONLY`` names the limits under test, so that others do not hide them: "tries" counts
guesses at accounts and lets any number of requests pass. With ``STRESS_SAYS=process`` each answer
says which process it comes from.
"""

import os

from flask import Response

from community.app import create_app
from community.core.limits import KINDS, Kind

if os.environ.get("STRESS_ONLY") == "tries":
    KINDS["sign-in"] = Kind(address="1000000/second", account="1000000/second")

app = create_app()

if os.environ.get("STRESS_SAYS") == "process":

    @app.after_request
    def say_process(response: Response) -> Response:
        """Name the process."""
        response.headers["X-Process"] = str(os.getpid())
        return response
