"""Programs in Python 2, or with names that have been dropped since, made to run as they are.

The source of the program's own modules is converted in memory (`syntax`, `rewriting`), and they see
builtins of their own (`old_builtins`), which import for them (`importing`) what stands in for what
was dropped (`dropped_names`, `dropped_methods`, `old_modules`). Nothing of it is seen by a library.
"""
