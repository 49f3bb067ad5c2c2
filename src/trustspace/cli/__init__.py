"""The command ``trustspace``: arguments in, words and exit codes out.

Only what talks to a person at a terminal may live here: reading files named on the command line, choosing
the language, rendering reports, mapping outcomes to exit codes. Judgement belongs to the packages above;
each subcommand imports them when it runs, so that ``trustspace --version`` stays as quick as the
interpreter.
"""
