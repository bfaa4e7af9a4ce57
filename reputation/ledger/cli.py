"""The group ``flask reputation …``; ``reputation.cli`` adds what concerns several packages."""

from flask.cli import AppGroup

reputation_commands = AppGroup("reputation", help="Points and their ledger.")
