"""The tests mirror the package's folders; each one says one behaviour."""
