// The list of events: keys, choosing several, an event beside the list, and word of new ones.
import "./live-events.js";
import "./filter-box.js";
import "./event-list.js";
import "./event-selection.js";
import "./list-rows.js";
import "./popovers.js";
