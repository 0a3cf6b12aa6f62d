"""The builder of the course: lessons in, notebooks and site pages out. Nothing imports it."""
