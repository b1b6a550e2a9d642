"""The command line, which imports no engine before the script that it runs."""
