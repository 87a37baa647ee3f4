"""Reading SPL back: see ``siemc_backends.splunk.reading``."""

from siemc_backends.splunk.reading.parse import read

__all__ = ["read"]
