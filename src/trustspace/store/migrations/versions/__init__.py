"""One module a revision. A revision names its tables itself: those of ``store.schema`` move on."""
