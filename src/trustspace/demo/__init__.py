"""A whole trust space on one machine: invented states, authorities, people and documents, real cryptography.

What builds, runs and judges the demonstration may live here, and only that: it uses the packages above as
any operator would, adds no rule of its own, and invents its people. Each member's trusted third party is a
process of its own; what is expected of every crossing is written down before anything runs.
"""
