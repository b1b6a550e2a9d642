"""The version of Theano whose API this is."""

version = short_version = full_version = "1.0.5"
release = True
git_revision = None
