"""The store on SQLite: one file, one writer, many readers. Only this package knows sqlite3."""
