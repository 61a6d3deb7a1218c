"""The memorandum with which a closed report is put before an executive."""
