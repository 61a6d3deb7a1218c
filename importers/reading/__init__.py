"""Reading a workbook of unknown origin: a child process with limits parses it to a plain grid."""
