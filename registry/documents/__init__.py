"""Files for people: the one cell sanitiser, workbooks, CSV, PDF, and the check of web addresses."""
