"""The peer that does the same work as Sang's import, with django-import-export's own hooks."""
