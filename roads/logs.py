"""One event, one line: names and counts on standard error, never a person's name or a token."""

import logging
import sys

import structlog


def configure_logs(*, as_json: bool = False) -> None:
    """Send every log line to standard error, as key=value for people or as JSON for machines."""
    renderer = (
        structlog.processors.JSONRenderer() if as_json else structlog.processors.LogfmtRenderer(key_order=["event"])
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
