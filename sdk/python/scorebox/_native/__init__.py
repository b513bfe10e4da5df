"""Stands in for the host where there is none: in tests. `scorebox.testing` sets what it answers."""
