"""What the server can do on this machine, each figure beside its ceiling: `make bench` writes docs/performance.md."""
