"""The device dialect: `/v2/events` of the edge Event Store. Only this package knows its names (contract 11)."""
