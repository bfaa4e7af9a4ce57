"""Settings of the web server: ``gunicorn wsgi:app`` reads this file by itself."""

import os

bind = os.environ.get("FORUM_BIND", "127.0.0.1:8000")
worker_class = "gthread"
# Python runs one thread at a time, so a process a core; threads wait for the database.
workers = int(os.environ.get("FORUM_WEB_PROCESSES", "2"))
threads = int(os.environ.get("FORUM_WEB_THREADS", "32"))
# A request that runs longer than this is stuck, and its process is replaced.
timeout = 60
# On SIGTERM and HUP running requests may end; orchestrators wait 30 seconds as a rule.
graceful_timeout = 25
keepalive = 5
# Header sizes beyond what browsers send only serve to hold memory.
limit_request_line = 8190
limit_request_fields = 100
limit_request_field_size = 16_384
# The application writes a line a request itself, without personal data.
accesslog = None
loglevel = "warning"
