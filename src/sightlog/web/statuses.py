"""Which HTTP status each error code has. One table for all dialects."""

STATUS = {
    "invalid_json": 400,
    "invalid": 400,
    "invalid_filter": 400,
    "invalid_cursor": 400,
    "unknown_use_case": 400,
    "archived_use_case": 400,
    "invalid_image": 400,
    "unauthenticated": 401,
    "sign_in_needed": 401,
    "forbidden": 403,
    "too_many_attempts": 429,
    "not_found": 404,
    "method_not_allowed": 405,
    "name_taken": 409,
    "too_large": 413,
    "unsupported_image": 415,
    "busy": 503,
    "query_too_slow": 503,
    "storage_full": 507,
    "folder_in_use": 503,
    "store_damaged": 500,
    "store_gone": 503,
    "backup_failed": 500,
    "store_too_new": 503,
    "internal": 500,
}

RETRY_AFTER_SECONDS = {"busy": b"1"}
