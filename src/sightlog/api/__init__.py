"""The REST API in the cloud dialect: the public Vision Events contract, and what we add beside it."""
