"""Reading and shrinking picture files. Only this package knows Pillow (and the demo, which draws with it)."""
