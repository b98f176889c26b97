"""The auditor's pages. Reading the log leaves a row in it, like any other reading."""
