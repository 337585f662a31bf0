"""How a catalog of each revision becomes one of the next. Run by `opening.py`, through Alembic."""
