"""One member's trusted third party over HTTP: its configuration, its keys and anchors, how it judges what it
is asked and asks the TTPs of others, and the HTTP edge. Clock, randomness, network and disk enter here; the
rules that it applies live in the packages below.
"""
