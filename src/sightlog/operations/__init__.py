"""The verbs: what can be done with the nouns. Called alike by the API, the dashboard, devices and the command line."""
