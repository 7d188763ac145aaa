"""What others do with the same events and the same questions: `make bench-peers` writes docs/peers.md's tables.

A peer is installed from a package index into a folder of its own, never into the environment that measures it.
"""
