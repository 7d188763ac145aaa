"""The demo's pictures: camera frames painted with Pillow from the same scenes that the events' boxes come from."""
