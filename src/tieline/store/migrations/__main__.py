"""Migrates the database whose URL stands on standard input; a URL may hold a password, so it is no argument."""

import sys
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy.exc import DBAPIError

url = sys.stdin.read().strip()
config = Config()
config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
config.attributes["url"] = url.replace("postgresql://", "postgresql+psycopg://").replace(
    "postgres://", "postgresql+psycopg://"
)
try:
    command.upgrade(config, "head")
except DBAPIError as error:
    sys.exit(" ".join(str(error.orig).split()))
