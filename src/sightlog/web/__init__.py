"""What the API, the dashboard and devices share: who is asking, what came, how it is answered."""
