"""From a spreadsheet to entries: reading a file, matching its columns, checking, saving in bulk."""
