"""Finding things in lists."""


def named(summaries, name):
    """The id of the entry with this name."""
    return next(summary["Id"] for summary in summaries if summary["Name"] == name)
