"""What the names in /openapi.json mean, in words. The types and rules beside them come from the code itself."""

from typing import Any

Json = dict[str, Any]

SUMMARY = "The open, self-hosted Vision Events server"

DESCRIPTION = """\
Stores vision events, grouped in use cases, and answers questions about them. The official SDK and command line work \
unchanged: set `API_URL` to this server's address.

A 201 means that the event is on disk. Bodies are JSON in UTF-8; every answer carries an `X-Request-Id` (yours, when \
you send one). Times are answered in UTC with six digits and `Z`."""

TAGS = {
    "events": ("Events", "Send what a camera saw, one event or a hundred at a time, and read one back."),
    "images": (
        "Pictures",
        "Upload the files that events show and get them back, whole or small; or send both at once.",
    ),
    "queries": ("Queries", "Find events by filters, count them, and see which fields and values occur."),
    "use_cases": ("Use cases", "The buckets of events: each event belongs to exactly one."),
    "device": (
        "Edge devices",
        "The dialect of the edge service: other names, pictures inside, the key as `X-API-Key`.",
    ),
    "bootstrap": ("Clients' first calls", "What SDK, command line and inference servers ask before they send events."),
    "health": ("Health", "For whoever watches the machine; no key is needed."),
}

# Modules whose operations stand in another module's group.
GROUPS = {"bundles": "images", "exports": "queries"}

PATH_PARAMETERS = {
    "useCaseId": "The use case's id, or its name when no id matches.",
    "eventId": "The event's id, percent-encoded; a slash in it may stay as it is.",
    "sourceId": "The picture's id, from its upload.",
    "workspace": "The workspace's address (slug).",
}

SCOPES = {
    "vision-events:read": "query, count, read events, facets and schemas, list use cases",
    "vision-events:write": "create events and use cases, upload pictures",
    "vision-events:manage": "rename, archive and bring back use cases, delete events",
    "device:read": "the same as `vision-events:read`",
    "device:update": "the same as `vision-events:write`",
}

# Where the docstring of the error's class is not enough for a caller.
ERRORS = {
    "invalid_json": "The body is not JSON, or JSON that cannot be stored: NaN, half a surrogate pair, nested too deep.",
    "invalid": "The body breaks a rule. `details` names every problem, with its path.",
    "invalid_filter": "A filter has an unknown operator or column, or a value of the wrong type.",
    "unknown_use_case": "The event names a use case that does not exist.",
    "archived_use_case": "The event names a use case that is archived; the text says how to bring it back.",
    "forbidden": "The key lacks the scope; the text says which one is needed.",
    "not_found": "Nothing has this id or name in the key's workspace.",
    "name_taken": "Another use case has this name; `useCaseId` and `status` in the body tell which.",
    "too_large": "The body is over the limit; it was refused before it was read whole.",
    "busy": "More waits to be written than is queued; `Retry-After` says when to come back.",
    "query_too_slow": "The time limit passed before one event was found; the text names the condition.",
    "capacity_blocked": "The disk is full; the device should keep the event and try again.",
    "internal": "A fault of the server; its log tells more, under the same request id.",
}

ERROR_EXAMPLE: Json = {
    "error": "events.1.eventData.result: expected one of 'fail', 'pass', got 'ok' (and 1 more)",
    "code": "invalid",
    "details": [
        {"path": "eventData.result", "message": "expected one of 'fail', 'pass', got 'ok'", "index": 1},
        {"path": "timestamp", "message": "is missing", "index": 3},
    ],
    "requestId": "7e6450679b242fef",
}

OBJECTS = {
    "Event": "One thing that a camera saw. `eventType` decides the fields of `eventData`. Fields that are not listed "
    "here are kept and answered as they came, with a warning; null means the same as leaving the field out.",
    "QualityCheckData": "The event data of a `quality_check`.",
    "InventoryCountData": "The event data of an `inventory_count`.",
    "SafetyAlertData": "The event data of a `safety_alert`.",
    "CustomData": "The event data of a `custom` event.",
    "FeedbackData": "The event data of an `operator_feedback`: a reviewer's verdict on another event.",
    "ImageEntry": "A picture of the event and what was predicted on it.",
    "TextFilter": "A filter on text, such as the device.",
    "CountFilter": "A filter on a number.",
    "ConfidenceFilter": "A bound on the confidence of the same annotation.",
    "EventFieldFilter": "A filter on one of nine columns; their names are in snake case, unlike the JSON fields.",
    "Error": "The body of every error.",
    "Problem": "One thing that is wrong in a body.",
    "EventWarning": "What was noticed about an event that was stored all the same.",
    "WarningCode": "What kind of thing was noticed.",
    "EventType": "What kind of event it is.",
    "UseCaseStatus": "`inactive` means archived.",
    "KeyCheck": "Which workspace a key belongs to.",
}

FIELDS = {
    # events
    "eventType": "What kind of event this is.",
    "eventId": "The event's id. Sending an id again overwrites the whole event; without one, a UUID is made. 1 to "
    "256 characters, no control characters.",
    "useCaseId": "The use case's id, or its name when no id matches.",
    "timestamp": "When it was seen: ISO 8601 with an offset or `Z`, between one year ago and one day ahead.",
    "deviceId": "Which device saw it.",
    "streamId": "Which of its cameras or streams.",
    "workflowId": "Which workflow made the event.",
    "displayImagePosition": "Which of `images` lists show, counted from 0.",
    "customMetadata": "Your own fields: text, numbers and booleans, not nested. Keys are 1 to 100 letters, digits, "
    "spaces, `_` or `-`; text is at most 1,000 characters.",
    "comment": "A note, such as a reviewer's.",
    "images": "The pictures and what was predicted on them; at most 20.",
    "eventData": "What is particular to the type of event.",
    "NewBatch.events": "1 to 100 events, each as in create. All are stored, or none.",
    # event data
    "result": "Whether the part passed.",
    "confidence": "How sure the model was.",
    "externalId": "A number of your own, such as a serial or batch number.",
    "location": "Where it was counted.",
    "itemCount": "How many there were.",
    "itemType": "What was counted.",
    "alertType": "What is unsafe, as a word of letters, digits, `_` and `-`.",
    "severity": "How bad it is.",
    "description": "What happened.",
    "CustomData.value": "Any text.",
    "relatedEventId": "The event that was reviewed.",
    "feedback": "The verdict.",
    # images and annotations
    "sourceId": "The picture to show; its id comes from the upload.",
    "inputSourceId": "The original frame, which the annotations describe.",
    "label": "What the picture is.",
    "objectDetections": "Boxes.",
    "classifications": "Classes of the whole picture.",
    "instanceSegmentations": "Boxes with outlines.",
    "keypoints": "Boxes with the points of a skeleton.",
    "metadata": "Fields of this one picture, by the rules of `customMetadata`.",
    "class": "The class that was found.",
    "x": "From the left, in pixels of the original frame; of a box, its centre.",
    "y": "From the top; of a box, its centre.",
    "width": "Of the whole box.",
    "height": "Of the whole box.",
    "points": "The outline: at least three points, each `[x, y]`.",
    "KeypointDetection.keypoints": "The points of the skeleton.",
    "Keypoint.id": "The class of the point.",
    # pictures
    "CreatedImage.sourceId": "The picture's id, for the `images` of events.",
    "CreatedImage.url": "A link that opens without a key until it expires.",
    "CreatedImage.width": "In pixels.",
    "CreatedImage.height": "In pixels.",
    "contentType": "What the bytes are; the file's name and the announced type do not matter.",
    "bytes": "The file's size.",
    "ImageInReply.url": "A link to the picture that opens without a key until it expires.",
    "ImageInReply.width": "Of the picture, in pixels.",
    "ImageInReply.height": "Of the picture, in pixels.",
    "EventPage.notes": "On an empty page: filters that cannot match, such as a metadata field that no event has.",
    "Note.code": "`unknown_metadata_field`.",
    "Note.path": "Which filter.",
    "Note.message": "What is there instead.",
    "thumbUrl": "The same for a version of at most 480 pixels that every browser shows.",
    "inputUrl": "The same for the original frame.",
    "inputThumbUrl": "The same for a small version of the original frame.",
    "inputWidth": "Of the original frame, in pixels.",
    "inputHeight": "Of the original frame, in pixels.",
    "CreatedBundle.created": "False when the event was there.",
    "CreatedBundle.images": "How many pictures the bundle held.",
    "EventsToDelete.eventIds": "1 to 1000 ids.",
    "deleted": "How many events were removed.",
    "notFound": "The ids that named no event of this use case.",
    # queries
    "startTime": "Not before this time; a date alone means its first instant in UTC.",
    "endTime": "Not after this time; a date alone means its last instant in UTC.",
    "EventFilters.eventType": "Events of this type.",
    "EventFilters.eventTypes": "Events of any of these types.",
    "EventFilters.deviceId": "By the device.",
    "EventFilters.streamId": "By the camera or stream.",
    "EventFilters.workflowId": "By the workflow.",
    "EventFilters.externalId": "By your own number in the event data.",
    "detection": "By a class in any of the four annotation lists.",
    "DetectionFilter.value": "The class, or an array of classes for `in` and `not_in`.",
    "DetectionFilter.confidence": "A bound that must hold on the same annotation.",
    "customMetadataFilters": "By fields of the custom metadata.",
    "imageMetadataFilters": "By fields of the pictures' own metadata.",
    "eventFieldFilters": "By fields of the event data.",
    "imageCount": "By how many pictures the event has.",
    "hasWarnings": "Only events with warnings, or only those without.",
    "feedbackStatus": "By the newest review; `none` means that nobody has reviewed the event.",
    "outcomes": "By what the event says: a result, or `alert` for every safety alert; any of these.",
    "limit": "The most events of a page; 100 when left out.",
    "cursor": "The `nextCursor` of the page before; the filters may change meanwhile.",
    "AggregateQuery.eventType": "Events of this type.",
    "AggregateQuery.eventTypes": "Events of any of these types.",
    "AggregateQuery.deviceId": "By the device.",
    "AggregateQuery.streamId": "By the camera or stream.",
    "AggregateQuery.workflowId": "By the workflow.",
    "AggregateQuery.externalId": "By your own number in the event data.",
    "AggregateQuery.limit": "The most groups; 20 when left out.",
    "groupBy": "What to group by: `event_type`, `result`, `severity`, `alert_type`, `item_type`, `location`, `device`, "
    "`stream`, `workflow`, `detection_class`, `feedback_status` or `metadata.NAME`.",
    "timeBucket": "The size of time buckets; needs `startTime` and `endTime`.",
    "timeZone": "Where days begin, an IANA name; the workspace's own when left out.",
    "Aggregate.total": "Of all events that match.",
    "Aggregate.groups": "The groups with the most events first.",
    "Aggregate.rest": "Of the other groups together.",
    "Aggregate.otherGroups": "How many other groups there are.",
    "Aggregate.bucketStarts": "When each bucket begins; null without `timeBucket`.",
    "Aggregate.buckets": "The figures of each bucket; null without `timeBucket`.",
    "Figures.count": "How many events.",
    "Figures.fails": "How many of them have the result `fail`.",
    "Figures.alerts": "How many of them are safety alerts.",
    "Figures.checked": "How many of them have a result: what a share of fails refers to.",
    "Group.count": "How many events.",
    "Group.fails": "How many of them have the result `fail`.",
    "Group.alerts": "How many of them are safety alerts.",
    "Group.checked": "How many of them have a result.",
    "Group.value": "The value; null are the events without one.",
    "Group.type": "The value's type, because a metadata field may have several.",
    "Group.buckets": "The group's figures of each bucket; null without `timeBucket`.",
    "atMost": "Stop counting here.",
    "operator": "How to compare.",
    "value": "What to compare with; an array for `in` and `not_in`, a boolean for `exists`.",
    "TextFilter.value": "Text; an array of texts for `in` and `not_in`, a boolean for `exists`.",
    "CountFilter.value": "A number; an array of numbers for `in` and `not_in`.",
    "ConfidenceFilter.value": "A number from 0 to 1.",
    "field": "The name of the metadata field.",
    "MetadataFilter.type": "Compare values of this type; when left out, the type of `value`.",
    "column": "Which field of the event data.",
    "format": "`ndjson`, one event as JSON a line, or `csv`, a table for spreadsheets.",
    # replies
    "CreatedEvent.created": "False when an event of this id was overwritten.",
    "CreatedBatch.created": "How many different ids were stored.",
    "CreatedEvent.eventId": "The event's id, also one that was made here.",
    "CreatedBundle.eventId": "The event's id.",
    "MetadataSchema.useCaseId": "The use case's id.",
    "Facets.useCaseId": "The use case's id.",
    "eventIds": "The ids, in the order of the batch.",
    "CreatedEvent.warnings": "What was noticed; absent when there is nothing.",
    "CreatedBatch.warnings": "What was noticed, each with the event's place; absent when there is nothing.",
    "IndexedWarning.index": "The event's place in the batch, counted from 0.",
    "warnings": "What was noticed about the event; absent when there is nothing.",
    "EventInPage.feedback": "What reviewers said; absent when nobody has.",
    "WholeEvent.feedback": "What reviewers said; absent when nobody has.",
    "EventInPage.eventId": "The event's id.",
    "WholeEvent.eventId": "The event's id.",
    "EventInPage.timestamp": "When it was seen.",
    "WholeEvent.timestamp": "When it was seen.",
    "WholeEvent.useCaseId": "The use case's id.",
    "EventInPage.eventData": "As sent; `{}` when there was none.",
    "WholeEvent.eventData": "As sent; `{}` when there was none.",
    "EventInPage.customMetadata": "As sent; `{}` when there was none.",
    "WholeEvent.customMetadata": "As sent; `{}` when there was none.",
    "EventInPage.images": "As sent; `[]` when there were none.",
    "WholeEvent.images": "As sent; `[]` when there were none.",
    "receivedAt": "When it arrived here.",
    "EventPage.events": "Newest first; of the same time, by id.",
    "nextCursor": "Where the next page begins; null on the last page.",
    "hasMore": "Whether there is a next page.",
    "lookbackDays": "How many days the workspace keeps its events; 36500 means for ever.",
    "Count.count": "How many events match.",
    "exact": "False when counting stopped at `atMost`.",
    "IndexedWarning.code": "What kind of thing was noticed.",
    "EventWarning.code": "What kind of thing was noticed.",
    "path": "Where, with dots: `images.0.label`.",
    "message": "What is the matter, in words.",
    "index": "Which event of a batch, counted from 0.",
    "FeedbackSummary.status": "The newest verdict.",
    "FeedbackSummary.count": "How many reviews there are.",
    "latest": "The newest review.",
    "all": "All reviews, newest first; only when one event is read whole.",
    "Review.eventId": "The id of the `operator_feedback` event.",
    "Review.reviewer": "Who gave it in the dashboard; absent when a key sent it.",
    "Review.timestamp": "When the review was made.",
    # use cases
    "NewUseCase.name": "1 to 256 characters after trimming; no other use case of the workspace may have it.",
    "id": "A short id that never changes.",
    "name": "Its name.",
    "status": "`active`, or `inactive` when it is archived.",
    "createdAt": "When it was made.",
    "updatedAt": "When it was last changed.",
    "useCases": "Oldest first.",
    "workspaceId": "The workspace's address (slug).",
    "eventCount": "How many events it holds.",
    "lastEventAt": "The newest event's time; null when there is none.",
    "eventTypes": "The types in use now, most frequent first.",
    "UseCaseSummary.countByType": "How many events of each type.",
    "success": "Always true.",
    # schemas and facets
    "fields": "The observed fields, by name.",
    "SchemaField.types": "`string`, `number`, `boolean`: all that occur, most frequent first.",
    "SchemaField.count": "How many events carry the field.",
    "SchemaField.countByType": "The same for each type.",
    "firstSeenAt": "The earliest event with the field.",
    "lastSeenAt": "The latest event with the field.",
    "Facets.eventTypes": "Event types.",
    "devices": "Devices.",
    "streams": "Cameras and streams.",
    "workflows": "Workflows.",
    "detectionClasses": "Classes in any of the four annotation lists.",
    "Facets.customMetadata": "Fields of the custom metadata, by name.",
    "imageMetadata": "Fields of the pictures' own metadata, by name.",
    "Facets.feedback": "Verdicts, and how many events nobody has reviewed.",
    "FacetValue.value": "The value.",
    "MetadataValue.value": "The value.",
    "SourceFacet.value": "The id of the device, stream or workflow.",
    "count": "How many events have it.",
    "fails": "How many of them are failed quality checks.",
    "SourceFacet.lastEventAt": "The newest event's time.",
    "lastArrivalAt": "When the last one arrived here.",
    "MetadataFacet.types": "How many events carry the field with each type.",
    "values": "The most frequent values.",
    "manyValues": "There are too many values to count them all; these counts are of the newest events.",
    "MetadataValue.type": "`string`, `number` or `boolean`.",
    # errors
    "error": "What is wrong, in words to show.",
    "Error.code": "What is wrong, as a word for programs; the codes are listed below.",
    "details": "Every problem, at most 200; absent when there is nothing to list.",
    "requestId": "The same as in the header `X-Request-Id`.",
    # first calls
    "welcome": "Who is answering.",
    "KeyCheck.workspace": "The address (slug) of the key's workspace.",
    "WorkspaceReply.workspace": "The key's workspace.",
    "url": "Its address (slug).",
    "members": "How many people it has.",
    "projects": "Always empty: this server stores events only.",
    "Health.status": "`ok` or `ready`.",
}

TITLES = {
    "createBundle": "Store a bundle",
    "deviceCreateEvent": "Create event from a device",
    "deviceGetLatestEvents": "Get latest events",
    "deviceGetHealth": "Is it alive?",
    "openFrontDoor": "Check a key, or show a page",
    "checkKey": "Check a key",
    "getWorkspaceBySlug": "Get the workspace",
    "takeUsage": "Report usage",
    "healthz": "Is it alive?",
    "readyz": "Is it ready?",
}

OPERATORS = {
    "eq": "is equal; 1 and 1.0 are",
    "neq": "is not equal, or the field is missing or of another type",
    "in": "is one of an array of 1 to 1000 values",
    "not_in": "is none of them, or the field is missing or of another type",
    "contains": "holds this text; case matters",
    "starts_with": "begins with this text; case matters",
    "gt": "is greater",
    "gte": "is greater or equal",
    "lt": "is less",
    "lte": "is less or equal",
    "exists": "is there (`true`), or is missing (`false`)",
}

# Bodies that no struct describes, by content type.
BODIES: dict[tuple[str, str], dict[str, Json]] = {
    ("POST", "/vision-events/upload"): {
        "multipart/form-data": {
            "type": "object",
            "properties": {
                "file": {
                    "type": "string",
                    "contentMediaType": "application/octet-stream",
                    "description": "The picture: JPEG, PNG, WebP, GIF, TIFF, BMP, HEIC or AVIF; at most 20 MB and "
                    "50 megapixels.",
                },
                "name": {"type": "string", "description": "A name for it; else the file's own."},
                "metadata": {
                    "type": "string",
                    "contentMediaType": "application/json",
                    "description": "Fields of the picture as JSON, by the rules of `customMetadata`.",
                },
            },
            "required": ["file"],
        }
    },
    ("POST", "/vision-events/bundle"): {"application/gzip": {}, "application/x-tar": {}},
    ("POST", "/v2/events"): {"application/json": {"$ref": "#/components/schemas/DeviceEvent"}},
}

DEVICE_EVENT: Json = {
    "description": "An event in the words of the edge service. Inside `event_data` and `images` the names are those "
    "of an ordinary event.",
    "type": "object",
    "properties": {
        "event_schema": {"type": "string", "description": "As `eventType`."},
        "inference_timestamp": {"type": "string", "description": "As `timestamp`."},
        "solution": {
            "type": ["string", "null"],
            "description": "The use case's id or name; one that is missing is made. Without it the server's "
            "`SIGHTLOG_DEVICE_USE_CASE` is used.",
        },
        "event_data": {"type": ["object", "null"], "description": "As `eventData`."},
        "custom_metadata": {"type": ["object", "null"], "description": "As `customMetadata`."},
        "device_id": {"type": ["string", "null"], "description": "As `deviceId`."},
        "stream_id": {"type": ["string", "null"], "description": "As `streamId`."},
        "workflow_id": {"type": ["string", "null"], "description": "As `workflowId`."},
        "event_id": {"type": ["string", "null"], "description": "As `eventId`."},
        "displayImagePosition": {"type": ["integer", "null"], "description": "As in an ordinary event."},
        "images": {
            "type": ["array", "null"],
            "items": {"type": "object"},
            "description": "As in an ordinary event, with the pictures themselves in base64: `base64Image` to show, "
            "`inputBase64Image` for the original frame.",
        },
    },
    "required": ["event_schema", "inference_timestamp"],
}

DEVICE_ERROR: Json = {
    "description": "The body of an error in the words of the edge service.",
    "type": "object",
    "properties": {
        "detail": {"type": "string", "description": "What is wrong, in words to show."},
        "code": {"type": "string", "description": "The same codes as everywhere."},
        "error": {"type": "string", "description": "`capacity_blocked` when the disk is full."},
        "request_id": {"type": "string", "description": "The same as in the header `X-Request-Id`."},
    },
    "required": ["detail"],
}
